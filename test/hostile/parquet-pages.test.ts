// Parquet files whose pages lie: a few kilobytes that would take all memory, or never end. The same files are in the fuzzer.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DestinationRow, Plan } from '../../src/destinations/destination.js';
import { DestinationError } from '../../src/errors.js';
import { openStore } from '../destinations/indexes.js';
import fc from '../helpers/properties.js';
import { temporaryFolder } from '../output/sample.js';

interface Column {
  column: number;
  chunk: Buffer;
  changes?: object;
}

interface Craft {
  crafted(rows: number): Record<string, Column>;
  withColumn(bytes: Buffer, column: number, chunk: Buffer, changes?: object): Buffer;
}

const dimensions = 8;
const plan = {
  space: { dimensions },
  state: { token: '0'.repeat(32), space: {} },
  replaces: true,
} as unknown as Plan;

function rowOf(index: number, changes: Partial<DestinationRow> = {}): DestinationRow {
  return {
    id: `id ${index}`,
    source: 'docs/a.md',
    chunk: index,
    text: `text ${index}`,
    metadata: '{}',
    sum: `sum ${index}`,
    vector: new Float32Array(dimensions).fill(1 / (index + 2)),
    ...changes,
  } as DestinationRow;
}

/** A file of these rows. @returns its path */
async function written(rows: readonly DestinationRow[], changes: Partial<Plan> = {}): Promise<string> {
  const path = join(await temporaryFolder(), 'chunks.parquet');
  const store = await openStore(`parquet:${path}`);
  await store.check();
  await store.begin({ ...plan, ...changes });
  await store.upsert(rows);
  await store.finish();
  await store.close();
  return path;
}

/** What a search finds of all rows. */
async function read(path: string, dims = dimensions) {
  const store = await openStore(`parquet:${path}`);
  try {
    await store.check();
    return await store.search(new Float32Array(dims).fill(1), 100_000);
  } finally {
    await store.close();
  }
}

const count = 20;
let craft: Craft;
let files: Record<string, Column>;
beforeAll(async () => {
  craft = (await import(new URL('../fuzz/formats/parquet.js', import.meta.url).href)) as Craft;
  files = craft.crafted(count);
});

/** A real file. */
const real = async () =>
  await readFile(await written(Array.from({ length: count }, (_, index) => rowOf(index))));

describe('a Parquet file', () => {
  test.each([
    'a run of a billion',
    'groups without bits',
    'a billion levels',
    'fewer levels',
    'a billion values',
    'a number without end',
    'a list of structures',
    'structures in structures',
    'a page before itself',
    'many dictionaries',
    'a large page',
    'many empty texts',
    'texts of texts',
    'another packing',
    'the bytes of others',
    'counts without a size',
  ])('with %s is damaged, in words', async (name) => {
    const path = join(await temporaryFolder(), 'chunks.parquet');
    const { column, chunk, changes } = files[name]!;
    await writeFile(path, craft.withColumn(await real(), column, chunk, changes));
    const before = process.memoryUsage().rss;
    const error = await read(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DestinationError);
    expect((error as Error).message).toContain('is damaged');
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });

  test('that is put together in the same way from real pages is read', async () => {
    const bytes = await real();
    const path = join(await temporaryFolder(), 'chunks.parquet');
    await writeFile(path, craft.withColumn(bytes, -1, Buffer.alloc(0)));
    expect(await read(path)).toHaveLength(count);
  });

  test('of ours is read, whatever its rows are', async () => {
    const text = fc.oneof(
      fc.constantFrom('', 'x', '{}', 'docs/a.md'),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.integer({ min: 1, max: 200_000 }).map((length) => 'long '.repeat(length / 5)),
    );
    const row = fc.record({ source: text, text, metadata: text, sum: text });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(9), async (rows, repeats) => {
        const all = rows.flatMap((one) => Array.from({ length: repeats * repeats + 1 }, () => one));
        const path = await written(all.map((one, index) => rowOf(index, one)));
        const found = await read(path);
        const byId = new Map(found.map((one) => [one.id, one]));
        expect(byId.size).toBe(all.length);
        for (const [index, { source, text, metadata }] of all.entries())
          expect(byId.get(`id ${index}`)).toMatchObject({ source, text, metadata });
      }),
      { numRuns: 6 },
    );
  });

  test('of short vectors has groups that are read again', async () => {
    const rows = Array.from({ length: 66_000 }, (_, index) =>
      rowOf(index, { vector: new Float32Array([1]), text: '' }),
    );
    const path = await written(rows, { space: { dimensions: 1 } as Plan['space'] });
    expect(await read(path, 1)).toHaveLength(66_000);
  });
});
