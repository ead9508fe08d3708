import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OutputError } from '../../../src/errors.js';
import { refuseOtherFolder } from '../../../src/output/files/new-output-folder.js';
import { makeWorkspace } from '../../helpers/cli.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'embed-folder-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const put = (...names: string[]) => {
  for (const name of names) writeFileSync(join(dir, name), '');
};

test('a folder that is new, empty, or holds what people keep beside an output is fine', async () => {
  await refuseOtherFolder(join(dir, 'new'));
  await refuseOtherFolder(dir);
  put('.gitignore', '.gitkeep', 'README.md', 'LICENSE', 'readme.txt');
  await refuseOtherFolder(dir);
  put('chunks.jsonl', 'vectors.npy');
  await refuseOtherFolder(dir);
});

test('so is one with other things that an output or its first run has a place in', async () => {
  put('notes.md');
  mkdirSync(join(dir, '.run'));
  await refuseOtherFolder(dir);
  rmSync(join(dir, '.run'), { recursive: true });
  put('manifest.json');
  await refuseOtherFolder(dir);
});

test('one with other things alone is refused, and so is a file', async () => {
  put('a.md', 'b.md', 'c.md', 'd.md', 'e.md', '.git');
  await expect(refuseOtherFolder(dir)).rejects.toThrow(
    `${dir} holds other files (a.md, b.md, c.md and 2 more) and no output: name a folder for it alone`,
  );
  await expect(refuseOtherFolder(join(dir, 'a.md'))).rejects.toBeInstanceOf(OutputError);
});

test('a run into the working folder ends with 2 and writes nothing, a dry one, too', async () => {
  const workspace = makeWorkspace();
  try {
    writeFileSync(join(workspace.dir, 'a.md'), '# Mill\n\nBehind the harbour.\n');
    for (const more of [[], ['--dry-run']]) {
      const { code, stderr } = await workspace.embed([
        'ingest',
        'a.md',
        '-o',
        '.',
        '--embedder',
        'builtin',
        ...more,
      ]);
      expect(stderr).toContain('holds other files (a.md) and no output');
      expect(code).toBe(2);
    }
  } finally {
    workspace.remove();
  }
});
