// Which documents of an output count as gone, from real folders and a real output of them.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveRoots } from '../../../src/documents/walk/paths/roots.js';
import { walk } from '../../../src/documents/walk/walk.js';
import { RunCounts } from '../../../src/ingest/run-counts.js';
import { LeftOutSources } from '../../../src/ingest/survey/left-out-sources.js';
import { stdinRoot, stdinSource } from '../../../src/ingest/survey/standard-input.js';
import { type SurveyResult, survey } from '../../../src/ingest/survey/survey.js';
import { openWriter } from '../../../src/output/write/writer.js';
import { plant, temporaryFolder } from '../../documents/walk/trees.js';
import { opened, sha256, writerOptions } from '../../output/sample.js';

/** A folder with an output that lists these documents, each under the root that is its first folder. */
async function folderWith(sources: readonly string[], records: readonly string[] = []): Promise<string> {
  const folder = temporaryFolder();
  const rootOf = (source: string) => (source.startsWith(stdinSource) ? stdinRoot : source.split('/')[0]!);
  const all = [...sources, ...records].sort();
  const roots = [...new Set(all.map(rootOf))].sort();
  const writer = await openWriter(join(folder, 'embeddings'), writerOptions({ roots }));
  const files = new Map<string, number>();
  for (const source of all) {
    const recordOf = records.includes(source) ? source.slice(0, source.indexOf('#')) : undefined;
    if (recordOf !== undefined) files.set(recordOf, (files.get(recordOf) ?? 0) + 1);
    await writer.begin({ source, root: rootOf(source), hash: sha256(source), recordOf });
    await writer.end();
  }
  for (const [source, documents] of files)
    writer.recordFile({ source, root: rootOf(source), hash: sha256(source), documents });
  await writer.commit();
  return folder;
}

interface Flags {
  exclude?: string[];
  prune?: boolean;
}

async function surveyed(folder: string, paths: string[], { exclude = [], prune = false }: Flags = {}) {
  const roots = await resolveRoots(paths, folder);
  const counts = new RunCounts();
  const leftOut = new LeftOutSources();
  const entries = walk(roots, {
    base: folder,
    include: [],
    exclude,
    gitignore: true,
    follow: false,
    generated: false,
    maxFileSize: 1000,
    outputDir: join(folder, 'embeddings'),
    onSkip: (reason, source) => leftOut.add(reason, source),
  });
  const result = await survey(entries, {
    previous: await opened(join(folder, 'embeddings')),
    filtered: () => exclude.length > 0,
    named: { labels: roots.map(({ label }) => label), searched: [], others: [], base: folder },
    prune,
    counts,
    leftOut: (sources) => leftOut.among(sources),
    isIgnored: (source) => leftOut.isIgnored(source),
    moved: async () => undefined,
    sameFiles: async () => undefined,
  });
  return { ...result, counts };
}

function removedBy({ removed }: SurveyResult): string[] {
  return [...removed].sort();
}

test('counts the files, and takes for gone what a complete listing lacks', async () => {
  const folder = await folderWith(['docs/a.md', 'docs/b.md']);
  plant(folder, { 'docs/a.md': 'four', 'docs/c.md': 'sixsix' });
  const result = await surveyed(folder, ['docs']);
  expect(result.counts).toMatchObject({ files: 2, bytes: 10 });
  expect(removedBy(result)).toEqual(['docs/b.md']);
  expect(result).toMatchObject({ unlisted: new Set(['docs/b.md']), elsewhere: [], pruned: [] });
});

test('what a filter hides stays, what it would hide and is deleted goes', async () => {
  const folder = await folderWith(['docs/a.md', 'docs/b.md', 'docs/c.md']);
  plant(folder, ['docs/a.md', 'docs/b.md']);
  const result = await surveyed(folder, ['docs'], { exclude: ['b.md', 'c.md'] });
  expect(removedBy(result)).toEqual(['docs/c.md']);
  expect([...result.unlisted].sort()).toEqual(['docs/b.md', 'docs/c.md']);
});

test('a folder that cannot be listed takes nothing with it', async () => {
  const folder = await folderWith(['docs/gone.md', 'docs/sub/b.md']);
  plant(folder, { 'docs/a.md': 'text', 'docs/sub/.embedignore': '#'.repeat(300_000) });
  expect(removedBy(await surveyed(folder, ['docs']))).toEqual([]);
  rmSync(join(folder, 'docs/sub/.embedignore'));
  expect(removedBy(await surveyed(folder, ['docs']))).toEqual(['docs/gone.md', 'docs/sub/b.md']);
});

test('documents under a root that is not named stay and are counted; --prune removes them', async () => {
  const folder = await folderWith(['docs/a.md', 'old/a.md', 'old/b.md', `${stdinSource}#1`]);
  plant(folder, ['docs/a.md', 'old/a.md', 'old/b.md']);
  const kept = await surveyed(folder, ['docs']);
  expect(removedBy(kept)).toEqual([]);
  expect(kept).toMatchObject({ elsewhere: [{ root: 'old', documents: 2 }], pruned: [] });
  const pruned = await surveyed(folder, ['docs'], { prune: true });
  expect(removedBy(pruned)).toEqual(['old/a.md', 'old/b.md']);
  expect(pruned).toMatchObject({ elsewhere: [], pruned: [{ root: 'old', documents: 2 }] });
});

test('the records of a file that is gone go with it, unless a file has the name of one', async () => {
  const folder = await folderWith(['docs/b.md'], ['docs/a.csv#1', 'docs/a.csv#2']);
  plant(folder, ['docs/b.md', 'docs/a.csv#2']);
  const result = await surveyed(folder, ['docs']);
  expect(removedBy(result)).toEqual(['docs/a.csv', 'docs/a.csv#1', 'docs/a.csv#2']);
  expect([...result.leaving].sort()).toEqual(['docs/a.csv', 'docs/a.csv#1']);
});

test('what was found through another root is gone only where it is no more', async () => {
  const folder = await folderWith(['docs/sub/a.md', 'docs/sub/b.md']);
  plant(folder, ['docs/sub/a.md']);
  expect(removedBy(await surveyed(folder, ['docs/sub']))).toEqual(['docs/sub/b.md']);
  rmSync(join(folder, 'docs/sub/a.md'));
  expect(removedBy(await surveyed(folder, ['docs/sub']))).toEqual(['docs/sub/a.md', 'docs/sub/b.md']);
});

test('documents of standard input stay, also when the folder that would hold them is listed', async () => {
  const folder = await folderWith(['docs/a.md', 'docs/b.md', `${stdinSource}#1`]);
  plant(folder, ['docs/a.md']);
  expect(removedBy(await surveyed(folder, ['.'], { prune: true }))).toEqual(['docs/b.md']);
});
