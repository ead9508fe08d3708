// A cache folder that came with another person's repository, by the `cacheDir` of its `.batchrc`: what is in it may
// lead outside.
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it as test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { writeFiles } from '../ingest/run-workspace.js';

const victim = 'dear to its owner\n'.repeat(80);

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
});
afterEach(() => workspace.remove());

test.each(['lock.mdb', 'data.mdb'])(
  'a link as %s has nothing overwritten, and the run goes on',
  async (name) => {
    writeFiles(workspace.dir, {
      victim: victim,
      empty: '',
      'repo/a.md': 'Islands.',
      'repo/.batchrc': 'cacheDir: ./c\n',
    });
    mkdirSync(join(workspace.dir, 'repo/c'));
    symlinkSync(name === 'lock.mdb' ? '../../victim' : '../../empty', join(workspace.dir, 'repo/c', name));
    const cwd = join(workspace.dir, 'repo');
    const run = await workspace.embed(['ingest', 'a.md', '--embedder', 'builtin'], { cwd });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('is a link, or no regular file') });
    expect((await workspace.embed(['doctor', '--fix'], { cwd })).signal).toBeNull();
    expect(readFileSync(join(workspace.dir, 'victim'), 'utf8')).toBe(victim);
    expect(readFileSync(join(workspace.dir, 'empty'), 'utf8')).toBe('');
  },
);
