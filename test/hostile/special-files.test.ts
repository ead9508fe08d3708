// Pipes and devices where files should be: among ignore files, and in the place of a document that was listed.
import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WalkEntry } from '../../src/documents/walk/walk.js';
import { noEvents } from '../../src/events.js';
import { RunCounts } from '../../src/ingest/run-counts.js';
import { read } from '../../src/ingest/stages/read.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { summaryOf, writeFiles } from '../ingest/run-workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
});
afterEach(() => workspace.remove());

const specials = ['pipe', '/dev/zero'] as const;

function place(special: (typeof specials)[number], path: string): void {
  rmSync(path, { force: true });
  if (special === 'pipe') execFileSync('mkfifo', [path]);
  else symlinkSync(special, path);
}

test.each(
  specials.flatMap((special) => ['.gitignore', '.embedignore'].map((name) => [name, special] as const)),
)('a %s that is %s fails its folder, and the rest is read', async (name, special) => {
  writeFiles(workspace.dir, { 'docs/a/a.md': 'One.', 'docs/b/b.md': 'Two.', '.git/HEAD': '' });
  place(special, join(workspace.dir, 'docs/a', name));
  const result = await workspace.embed(['ingest', '--dry-run', '--embedder', 'builtin', 'docs', '--json']);
  expect(summaryOf(result)).toMatchObject({
    documents: { new: 1, failed: 1 },
    failures: [{ source: 'docs/a', code: 'unreadable-folder' }],
  });
});

test.each(specials)('an ignore file above that is %s ends the run in words', async (special) => {
  writeFiles(workspace.dir, { 'docs/a.md': 'One.' });
  place(special, join(workspace.dir, '.embedignore'));
  const result = await workspace.embed(['ingest', '--dry-run', '--embedder', 'builtin', 'docs']);
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing to ingest in docs') });
});

test.each(specials)('a document that became %s since it was listed has vanished', async (special) => {
  writeFiles(workspace.dir, { 'a.md': 'One.', 'b.md': 'Two.' });
  const entries = ['a.md', 'b.md'].map((source): WalkEntry => {
    return { kind: 'file', path: Buffer.from(join(workspace.dir, source)), source, size: 4, root: '.' };
  });
  place(special, join(workspace.dir, 'a.md'));
  async function* listed() {
    yield entries;
  }
  const steps = [];
  const options = {
    previous: undefined,
    removed: new Set<string>(),
    leftOut: new Set<string>(),
    generated: false,
    sameSplitter: false,
    limit: 9,
  };
  const told = { counts: new RunCounts(), events: noEvents };
  for await (const group of read(listed(), { ...options, ...told, maxFileSize: 1000 })) steps.push(...group);
  expect(steps).toMatchObject([
    { kind: 'failure', failure: { source: 'a.md', code: 'vanished' } },
    { kind: 'begin', source: 'b.md' },
  ]);
});

test.each(specials)(
  'a .batchrc that is %s is refused in words, a package.json passed over',
  async (special) => {
    writeFiles(workspace.dir, { 'docs/a.md': 'One.' });
    place(special, join(workspace.dir, 'package.json'));
    const dryRun = () => workspace.embed(['ingest', '--dry-run', '--embedder', 'builtin', 'docs']);
    expect(await dryRun()).toMatchObject({ code: 0 });
    place(special, join(workspace.dir, '.batchrc'));
    expect(await dryRun()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it is no regular file'),
    });
  },
);
