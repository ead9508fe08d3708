import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolders } from '../../src/files/make-folder.js';
import { makeWorkspace } from '../helpers/cli.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'embed-folders-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('folders are made with those above them, once', () => {
  const path = join(dir, 'a', 'b', 'c');
  expect([makeFolders(path, 0o700), makeFolders(path)]).toEqual([true, false]);
  if (process.platform !== 'win32') expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o700);
});

test('what can not be is told in the words of the system', () => {
  writeFileSync(join(dir, 'file'), '');
  symlinkSync('nowhere/at/all', join(dir, 'link'));
  expect(() => makeFolders(join(dir, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolders(join(dir, 'file', 'x'))).toThrow(/ENOTDIR/);
  expect(() => makeFolders(join(dir, 'link', 'x'))).toThrow(/ENOENT/);
});

test.skipIf(!existsSync('/proc/self'))(
  'a cache below /proc, which takes no folder, holds up no command',
  async () => {
    const workspace = makeWorkspace();
    mkdirSync(join(workspace.dir, 'docs'));
    writeFileSync(join(workspace.dir, 'docs', 'page.md'), 'Islands.\n');
    writeFileSync(join(workspace.dir, '.batchrc'), 'cacheDir: /proc/self/none/vectors\n');
    const { child, done } = workspace.start(['ingest', 'docs', '--embedder', 'builtin']);
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    const { code, stderr } = await done;
    clearTimeout(timer);
    workspace.remove();
    expect(stderr).toContain("warning: The disk cache in /proc/self/none/vectors can't be opened");
    expect(code).toBe(0);
  },
);
