// A stranger's words on the terminal: in names of files, settings, and the lock's host.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

const strange = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const words = 'w\x1b[2J\nFORGED\n::error::FORGED##[error]\r\u202e\u2028\x9b31m';
/** How our own commands for the runner begin; no word of a stranger is in it that isn't escaped. */
const own = /^::(?:error (?:file=[^:,\n]+,)?title=embed(?:%3A [\w-]+)?|group|endgroup)::/gmu;
const env = { GITHUB_ACTIONS: 'true' };

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'page.md'), 'Islands.\n');
});
afterEach(() => workspace.remove());

async function expectClean(args: string[]): Promise<string> {
  const { stdout, stderr } = await workspace.embed(args, { env });
  const text = stdout + stderr;
  expect(text).not.toMatch(strange);
  expect(text.replace(own, '')).not.toMatch(/^(FORGED|[\s\p{Cf}]*::)|##\[/mu);
  return text;
}

test('names of files that are left out or fail', async () => {
  writeFileSync(join(workspace.dir, 'docs', `${words}.png`), Buffer.alloc(100));
  writeFileSync(join(workspace.dir, 'docs', `${words}.ipynb`), '{');
  const text = await expectClean(['ingest', 'docs', '--dry-run', '-v']);
  expect(text).toContain('\\u001b[2J\\nFORGED');
  await expectClean(['ingest', 'docs', '--dry-run', '--json']);
});

test('keys and values of a settings file', async () => {
  writeFileSync(join(workspace.dir, '.batchrc'), JSON.stringify({ model: words, include: [words] }));
  expect(await expectClean(['config'])).toContain('FORGED');
  await expectClean(['config', '--json']);
  await expectClean(['doctor']);
  await expectClean(['doctor', '--json']);
  writeFileSync(join(workspace.dir, '.batchrc'), JSON.stringify({ [words]: 1 }));
  expect(await expectClean(['config'])).toContain('unknown key');
});

test('the folder that is named', async () => {
  expect(await expectClean(['verify', words])).toContain('FORGED');
  expect(await expectClean(['search', 'islands', '--out', words])).toContain('FORGED');
});

test('a text that begins as a command of the runner does', async () => {
  writeFileSync(join(workspace.dir, 'docs', 'page.md'), '\u200d::error::Islands.\n');
  expect((await workspace.embed(['ingest', 'docs', '--embedder', 'builtin'])).code).toBe(0);
  expect(await expectClean(['search', 'islands'])).toContain('\\::error::Islands.');
});

test('arguments that are none', async () => {
  for (const args of [[`--${words}`], [words], ['verify', 'a', words], ['ingest', '--limit', words]]) {
    expect(await expectClean(args)).toMatch(/^(?:error: |::error title=embed::)\S/m);
  }
});

test('the host of a lock', async () => {
  const run = join(workspace.dir, 'embeddings', '.run');
  mkdirSync(run, { recursive: true });
  const owner = { host: words, pid: 1, boot: 'b', namespace: 'n', started: '1', nonce: '0123456789abcdef' };
  writeFileSync(join(run, 'lock'), JSON.stringify(owner));
  expect(await expectClean(['ingest', 'docs', '--embedder', 'builtin'])).toContain('is in use by');
});
