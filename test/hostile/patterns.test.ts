// Patterns of a stranger: by flag, by argument and by file, each against a name made to keep them busy.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { summaryOf, writeFiles } from '../ingest/run-workspace.js';

let workspace: Workspace;
const long = `${'a'.repeat(60)}c.md`;
const stars = `${'*a'.repeat(40)}b`;

beforeEach(() => {
  workspace = makeWarmWorkspace();
  writeFiles(workspace.dir, { [`docs/${long}`]: 'A text.', 'docs/(a|b).md': 'Another.' });
});
afterEach(() => workspace.remove());

const dryRun = (...args: string[]) =>
  workspace.embed(['ingest', '--dry-run', '--embedder', 'builtin', ...args]);

test.each([
  ['--exclude', stars],
  ['--exclude', 'copy (1).md'],
  ['--exclude', `${'*a'.repeat(40)}/b`],
  ['--exclude', `${'{a,aa}'.repeat(40)}b`],
  ['--exclude', `${'**/*a'.repeat(40)}b`],
])('%s %s leaves nothing out and ends', async (flag, glob) => {
  const result = await dryRun('docs', flag, glob, '--json');
  expect(summaryOf(result).documents.new).toBe(2);
});

test.each([
  [['docs', '--exclude', '(a|a?)+']],
  [['docs', '--include', '+(a|aa)']],
  [['docs/(a|a?)+']],
  [['docs/@(a|aa)*']],
])('refuses %j in words', async (args) => {
  const result = await dryRun(...args);
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(/extended glob|There is no file or folder/);
});

test('takes stars in an argument for what they are', async () => {
  const result = await dryRun(`docs/${stars}`);
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('matches nothing') });
});

test('takes what a .batchrc says, in time', async () => {
  writeFiles(workspace.dir, { '.batchrc': JSON.stringify({ include: [`${'*a'.repeat(12)}b`, '*.md'] }) });
  expect(await dryRun('docs')).toMatchObject({ code: 0 });
  writeFiles(workspace.dir, { '.batchrc': JSON.stringify({ exclude: ['(a|a?)+'] }) });
  expect(await dryRun('docs')).toMatchObject({ code: 2, stderr: expect.stringContaining('extended glob') });
});
