// The word index of an output is made once, kept by what the output holds, and made again where the kept one can't be right.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isWordIndexKept, wordIndexOf } from '../../src/search/words/kept-index.js';
import { keptIndexes, removeIndexes, removeOldIndexes } from '../../src/search/words/kept-indexes.js';
import { opened, type SampleDocument, temporaryFolder, writeAll } from '../output/sample.js';

const documents: SampleDocument[] = [
  { source: 'docs/b.md', texts: ['Islands.'] },
  { source: 'docs/harbour.md', texts: ['The mill is old.', 'requiredOption is set.'] },
];

async function setUp() {
  const dir = join(await temporaryFolder(), 'embeddings');
  const cacheDir = join(await temporaryFolder(), 'words');
  await writeAll(dir, documents);
  const told: string[] = [];
  const options = {
    cacheDir,
    signal: new AbortController().signal,
    notice: (line: string) => told.push(line),
  };
  const rowsWith = async (word: string) => (await wordIndexOf(await opened(dir), options)).rowsWith(word);
  return { dir, cacheDir, options, rowsWith, files: () => readdirSync(cacheDir) };
}

test('texts, titles and names of files are found; the second time, the file is read', async () => {
  const { dir, cacheDir, rowsWith, files } = await setUp();
  expect(await isWordIndexKept(await opened(dir), cacheDir)).toBe(false);
  expect(await rowsWith('option')).toBe(1);
  expect(await isWordIndexKept(await opened(dir), cacheDir)).toBe(true);
  const [name] = files();
  const { mtimeNs, ino } = statSync(join(cacheDir, name!), { bigint: true });
  // `Guide` is a title above all of them.
  expect(await rowsWith('guid')).toBe(3);
  expect(await rowsWith('harbour')).toBe(2);
  expect(statSync(join(cacheDir, name!), { bigint: true })).toMatchObject({ mtimeNs, ino });
});

test('a changed output has another one, and the old one goes', async () => {
  const { dir, rowsWith, files } = await setUp();
  await rowsWith('mill');
  const before = files();
  await writeAll(dir, [{ source: 'docs/b.md', texts: ['Lighthouses.'] }]);
  expect(await rowsWith('mill')).toBe(0);
  expect(await rowsWith('lighthous')).toBe(1);
  expect(files()).toHaveLength(1);
  expect(files()).not.toEqual(before);
});

test('what is kept is counted and removed, and nothing else in the folder', async () => {
  const { cacheDir, rowsWith, files } = await setUp();
  await rowsWith('mill');
  const [name] = files();
  writeFileSync(join(cacheDir, 'notes.words'), 'of somebody');
  const bytes = statSync(join(cacheDir, name!)).size;
  expect(keptIndexes(cacheDir)).toEqual({ count: 1, bytes });
  expect(removeIndexes(cacheDir)).toEqual({ count: 1, bytes });
  expect(files()).toEqual(['notes.words']);
  expect(keptIndexes(join(cacheDir, 'none'))).toEqual({ count: 0, bytes: 0 });
});

test('indexes of other outputs go when nobody has written them for long, and parts of ones that were broken off, too', async () => {
  const { cacheDir, rowsWith, files } = await setUp();
  await rowsWith('mill');
  const [name] = files();
  const [other, broken] = [`${'0'.repeat(16)}-${'0'.repeat(32)}.words`, `${name}.${'a'.repeat(12)}`];
  for (const one of [other, broken]) writeFileSync(join(cacheDir, one), 'x');
  const day = 24 * 60 * 60 * 1000;
  removeOldIndexes(cacheDir, name!, Date.now() + 80 * day);
  expect(files().sort()).toEqual([name, other].sort());
  removeOldIndexes(cacheDir, name!, Date.now() + 100 * day);
  expect(files()).toEqual([name]);
});

test('a damaged file is made again', async () => {
  const { cacheDir, rowsWith, files } = await setUp();
  await rowsWith('mill');
  const path = join(cacheDir, files()[0]!);
  const right = readFileSync(path);
  const turned = Buffer.from(right);
  turned[turned.length - 1]! ^= 1;
  for (const wrong of [turned, right.subarray(0, 40), Buffer.alloc(0), Buffer.from('a stranger')]) {
    writeFileSync(path, wrong);
    expect(await rowsWith('mill')).toBe(1);
    expect(readFileSync(path).equals(right)).toBe(true);
  }
});

test('where nothing can be kept, it is made each time', async () => {
  const { rowsWith, options } = await setUp();
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  options.cacheDir = join(folder, 'file', 'words');
  expect(await rowsWith('mill')).toBe(1);
  expect(await rowsWith('mill')).toBe(1);
});

test('a stop ends the making', async () => {
  const { dir, options } = await setUp();
  const output = await opened(dir);
  const signal = AbortSignal.abort(new Error('stop'));
  await expect(wordIndexOf(output, { ...options, signal })).rejects.toThrow('stop');
});
