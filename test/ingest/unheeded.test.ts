// A `.gitignore` above what is named counts in a repository alone, and a run says what it takes for that.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOutput } from '../helpers/output.js';
import { setUp, workspace, writeFiles } from './run-workspace.js';

setUp();

const ingest = (...args: string[]) =>
  workspace.embed(['ingest', 'docs', '--embedder', 'builtin', '--cache', 'none', '--json', ...args]);
const code = 'gitignore-unheeded';

test('a file that a .gitignore outside of a repository names is taken, and told of once', async () => {
  writeFiles(workspace.dir, {
    '.gitignore': 'secret*\nprivate/\n',
    'docs/open.md': 'What all may read.\n',
    'docs/private/a.md': 'The first secret.\n',
    'docs/secret.md': 'The second secret.\n',
  });
  const first = await ingest();
  expect(first.code).toBe(0);
  expect(first.stderr.match(/docs\/\S+ is taken, although .*/g)).toEqual([
    expect.stringMatching(/^docs\/secret.md is taken, although .*\.gitignore:1 \(secret\*\) names it/),
  ]);
  expect(JSON.parse(first.stdout).notices).toContainEqual(expect.objectContaining({ code }));
  expect(readOutput(join(workspace.dir, 'embeddings')).sources).toHaveLength(3);
  expect((await ingest()).stderr).not.toContain('although');
  // What it names in a repository isn't taken, nor is it told of where no .gitignore is to count.
  writeFiles(workspace.dir, { 'docs/secret two.md': 'The third secret.\n' });
  expect((await ingest('--no-gitignore')).stderr).not.toContain('although');
  mkdirSync(join(workspace.dir, '.git'));
  const inside = await ingest('--rebuild', '--allow-removals');
  expect(inside.stderr).not.toContain('although');
  expect(readOutput(join(workspace.dir, 'embeddings')).sources).toEqual(['docs/open.md']);
});
