// The rows as a database gets to see them before any is sent.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ListedRow, listRows } from '../../../src/output/read/row-list.js';
import { fixtures } from '../../helpers/cli.js';
import { opened, type SampleDocument, temporaryFolder, writeAll } from '../sample.js';

const documents: SampleDocument[] = Array.from({ length: 30 }, (_, i) => ({
  source: `docs/${String(i).padStart(3, '0')}.md`,
  texts: Array.from({ length: i % 4 }, (_, j) => (j === 2 ? 'repeated' : `text ${i} ${j}`)),
}));

async function outputOf(all: readonly SampleDocument[], formats?: 'npy'[]): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, all, formats ? { formats } : {});
  return dir;
}

async function listOf(dir: string): Promise<ListedRow[]> {
  const rows: ListedRow[] = [];
  for await (const group of listRows(await opened(dir))) rows.push(...group);
  return rows;
}

test('lists id and source of each line, and its part of rows.sum', async () => {
  const dir = await outputOf(documents);
  const lines = (await readFile(join(dir, 'chunks.jsonl'), 'utf8')).trimEnd().split('\n');
  const sums = await readFile(join(dir, 'rows.sum'));
  expect(await listOf(dir)).toEqual(
    lines.map((line, row) => {
      const { id, metadata } = JSON.parse(line);
      return { id, source: metadata.source, sum: sums.toString('hex', row * 16, row * 16 + 16) };
    }),
  );
});

test('a sum tells text, metadata and vector, and nothing else', async () => {
  const [before, bare] = [
    await listOf(await outputOf(documents)),
    await listOf(await outputOf(documents, ['npy'])),
  ];
  expect(bare).toEqual(before);
  const changed = documents.map((one, i) => (i === 7 ? { ...one, metadata: { title: 'New' } } : one));
  const after = await listOf(await outputOf(changed));
  const differ = after.filter(({ sum }, row) => sum !== before[row]?.sum);
  expect(differ).toHaveLength(documents[7]!.texts.length);
  for (const [row, { id, sum }] of after.entries()) {
    expect(id).toBe(before[row]!.id);
    // The second half is the vector's: it says that a new line is enough.
    expect(sum.slice(16)).toBe(before[row]!.sum.slice(16));
  }
});

test('an output without sums is listed as one that has them', async () => {
  const [one, two] = await Promise.all(
    [1, 2].map(async (format) => {
      const dir = join(await temporaryFolder(), 'index');
      await cp(join(fixtures, `outputs/format-${format}/index`), dir, { recursive: true });
      return await listOf(dir);
    }),
  );
  expect(one).toHaveLength(5);
  expect(two).toEqual(one);
});

test.each([
  ['another id', '{"id":"', '{"ID":"', 'a line without an id'],
  ['a line more', '{"id":"', '\n"id":"', 'a line without an id'],
  ['a line less', '}\n{"id', '} {"id', /\d+ lines instead of \d+/],
])('refuses lines with %s', async (_, from, to, message) => {
  const output = await opened(await outputOf(documents));
  const path = join(output.dir, 'chunks.jsonl');
  await writeFile(path, (await readFile(path, 'latin1')).replace(from, to), 'latin1');
  const list = async () => {
    for await (const rows of listRows(output)) expect(rows.length).toBeGreaterThan(0);
  };
  await expect(list()).rejects.toThrow(message);
});
