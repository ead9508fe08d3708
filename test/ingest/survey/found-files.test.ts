// The entries of the paths are given twice; a long listing is walked twice, a short one kept.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveRoots } from '../../../src/documents/walk/paths/roots.js';
import type { WalkEntry } from '../../../src/documents/walk/walk.js';
import { Listing } from '../../../src/ingest/survey/found-files.js';
import { stdinSource } from '../../../src/ingest/survey/standard-input.js';
import { plant, temporaryFolder } from '../../documents/walk/trees.js';

async function listingOf(folder: string, paths: string[], stdin?: Buffer, signal?: AbortSignal) {
  return new Listing(await resolveRoots(paths, folder), stdin, {
    base: folder,
    include: [],
    exclude: [],
    gitignore: true,
    follow: false,
    generated: false,
    maxFileSize: 1000,
    outputDir: join(folder, 'embeddings'),
    signal,
  });
}

async function sourcesOf(groups: AsyncIterable<readonly WalkEntry[]>): Promise<string[]> {
  const sources: string[] = [];
  for await (const group of groups)
    for (const entry of group) if (entry.kind === 'file') sources.push(entry.source);
  return sources;
}

test('gives the same entries again, and tells only once of what is left out', async () => {
  const folder = plant(temporaryFolder(), ['docs/a.md', 'docs/b.md', 'docs/photo.jpg']);
  const listing = await listingOf(folder, ['docs']);
  const skipped: string[] = [];
  const first = await sourcesOf(
    listing.first({ onSkip: (reason, source) => skipped.push(`${source}: ${reason}`) }),
  );
  expect(first).toEqual(['docs/a.md', 'docs/b.md']);
  rmSync(join(folder, 'docs/a.md'));
  expect(await sourcesOf(listing.again())).toEqual(first);
  expect(skipped).toEqual(['docs/photo.jpg: binary']);
});

test('a listing that was not read to its end is walked again', async () => {
  const folder = plant(temporaryFolder(), ['docs/a.md', 'docs/b.md']);
  const listing = await listingOf(folder, ['docs']);
  for await (const _ of listing.first({})) break;
  rmSync(join(folder, 'docs/a.md'));
  expect(await sourcesOf(listing.again())).toEqual(['docs/b.md']);
});

test('standard input has its place among the files, both times', async () => {
  const folder = plant(temporaryFolder(), ['a.md', 'z.md']);
  const listing = await listingOf(folder, ['a.md', '-', 'z.md'], Buffer.from('{"id":"1","text":"One."}\n'));
  const expected = ['a.md', stdinSource, 'z.md'];
  expect(await sourcesOf(listing.first({}))).toEqual(expected);
  expect(await sourcesOf(listing.again())).toEqual(expected);
});

test('the signal ends the second pass, too', async () => {
  const folder = plant(temporaryFolder(), ['docs/a.md']);
  const controller = new AbortController();
  const listing = await listingOf(folder, ['docs'], undefined, controller.signal);
  await sourcesOf(listing.first({}));
  controller.abort(new Error('enough'));
  await expect(sourcesOf(listing.again())).rejects.toThrow('enough');
});
