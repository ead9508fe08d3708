// Texts whose words have no end, of marks that Unicode's forms put in order: they take time in proportion to their length.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtinCounter } from '../../src/embedders/builtin/token-counter.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { summaryOf } from '../ingest/run-workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
});
afterEach(() => workspace.remove());

const dryRun = ['ingest', '--dry-run', '--embedder', 'builtin', '--cache', 'none', 'a.txt', '--json'];

test.each([
  ['marks that have to be put in order', `a${'\u0301\u0323'.repeat(300_000)}`],
  ['marks that become such', `a${'\uff9e\u0323'.repeat(300_000)}`],
])('%s are no work for minutes', async (_, text) => {
  writeFileSync(join(workspace.dir, 'a.txt'), text);
  expect(summaryOf(await workspace.embed(dryRun)).documents).toMatchObject({ new: 1 });
});

test('a word is one run of unknown characters however long it is, and counts as before at spaces', () => {
  const counter = builtinCounter();
  expect(counter.count('語'.repeat(200_000))).toBe(counter.count('語'));
  const words = 'an island, two islands; '.repeat(8000);
  expect(counter.count(words)).toBe(8000 * counter.count('an island, two islands;'));
});
