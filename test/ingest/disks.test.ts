// Disks that can't do what others can.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { makeWarmWorkspace } from '../helpers/cli.js';
import { startOllama } from '../helpers/ollama.js';
import { markdown, writeFiles } from './run-workspace.js';

const preload = pathToFileURL(join(import.meta.dirname, '../helpers/unsyncable.mjs')).href;

test.each([
  ['EINVAL', 0],
  ['ENOTSUP', 0],
  ['EIO', 2],
])('where a folder answers %s to being synced, a run ends with %i', async (code, exit) => {
  const workspace = makeWarmWorkspace();
  const ollama = await startOllama();
  onTestFinished(async () => {
    await ollama.stop();
    workspace.remove();
  });
  writeFiles(workspace.dir, { 'docs/a.md': markdown('a', 1) });
  const flags = ['--ollama-url', ollama.url, '--model', 'all-minilm', '--cache', 'none'];
  const env = { NODE_OPTIONS: `--import ${preload}`, TEST_SYNC_CODE: code };
  const result = await workspace.embed(['ingest', 'docs', ...flags], { env });
  expect(result.stderr).toContain('refused to sync a folder');
  expect(result.code, result.stderr).toBe(exit);
  expect((await workspace.embed(['verify'])).code).toBe(exit);
});
