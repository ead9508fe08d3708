// A small packed document may be large: showing its chunks ends at a signal, also in the middle of it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { chunksOf } from '../../src/commands/chunks.js';
import { loadSettings } from '../../src/config/load.js';
import { temporaryFolder } from '../output/sample.js';

afterEach(() => void vi.restoreAllMocks());

test('the cutting of a document asks for signals again and again', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'words.md');
  writeFileSync(path, 'Words of a page. '.repeat(2000));
  const { settings } = await loadSettings({ env: {}, cwd: folder, flags: { out: join(folder, 'none') } });
  const stop = new AbortController();
  const asked = vi.spyOn(stop.signal, 'throwIfAborted');
  // Each piece of the work takes long.
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    if (asked.mock.calls.length > 3) stop.abort(new Error('stopped'));
    now += 100;
    return now;
  });
  const cut = async () => {
    for await (const { chunks } of chunksOf({ paths: [path], settings, signal: stop.signal })) return chunks;
    return [];
  };
  await expect(cut()).rejects.toThrow('stopped');
});
