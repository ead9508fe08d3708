// The sums of rows, held to a library that knows nothing of rows.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import xxhash from 'xxhash-wasm';
import { compiledFrom } from '../../../src/output/format/kernel/compiled.js';
import { RowSums, vectorChecker } from '../../../src/output/format/row-sum.js';
import fc from '../../helpers/properties.js';

const { h64Raw } = await xxhash();
const bytesOf = (text: string) => Buffer.from(text, 'latin1');

function little(sum: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(sum);
  return bytes;
}

/** A line in the parts that are summed apart. */
interface Line {
  head: string;
  embedding: string;
  tail: string;
}

const text = fc.string({ maxLength: 200 }).map((value) => JSON.stringify(value));
const line: fc.Arbitrary<Line> = fc.record({
  head: text.map((value) => `{"id":"x","text":${value}`),
  embedding: fc
    .array(fc.constantFrom('0.1', '-0.25', '1e-7'), { maxLength: 30 })
    .map((v) => `,"embedding":[${v}]`),
  tail: text.map((value) => `,"metadata":{"t":${value},"embedding":[1,2]}}\n`),
});

test('the sums are those of the library, in blocks of any size', async () => {
  const [plain, full] = [await RowSums.create(false), await RowSums.create(true)];
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), fc.nat(40), (lines, cut) => {
      plain.clear();
      full.clear();
      const without = lines.map(({ head, tail }) => Buffer.from(head + tail));
      const whole = lines.map(({ head, embedding, tail }) => Buffer.from(head + embedding + tail));
      for (const part of [without.slice(0, cut), without.slice(cut)]) plain.addLines(Buffer.concat(part));
      const lengths: number[] = [];
      full.addLines(Buffer.concat(whole), (length) => lengths.push(length) > 0);
      const vectors = lines.map((_, row) => createHash('sha512').update(`${row}`).digest());
      for (const sums of [plain, full]) sums.addVectors(Buffer.concat(vectors), 64);
      const rows = without.map((one, row) =>
        Buffer.concat([little(h64Raw(one)), little(h64Raw(vectors[row]!))]),
      );
      expect(plain.rows()).toEqual(Buffer.concat(rows));
      expect(full.rows()).toEqual(Buffer.concat(rows));
      expect(lengths).toEqual(whole.map(({ length }) => length));
      const digits = lines.map(({ embedding }) => little(h64Raw(bytesOf(embedding))));
      const of = (seed: bigint) => h64Raw(Buffer.concat(rows), seed).toString(16).padStart(16, '0');
      expect(plain.ofDocument(0, lines.length)).toBe(of(0n));
      expect(full.ofDocument(0, lines.length)).toBe(of(h64Raw(Buffer.concat(digits))));
    }),
    { numRuns: 60 },
  );
});

test.each([0, 1, 3, 4, 7, 8, 15, 31, 32, 33, 63, 64, 100, 1000, 70_000])('sums %i bytes', async (length) => {
  const bytes = Buffer.alloc(length + 1, 10);
  for (let i = 0; i < length; i++) bytes[i] = 11 + ((i * 7) % 200);
  const sums = await RowSums.create(false);
  sums.addLines(bytes);
  expect(sums.rows().subarray(0, 8)).toEqual(little(h64Raw(bytes)));
  const vector = new Float32Array(length).fill(0.5);
  const stored = new Uint8Array(vector.buffer);
  sums.addVectors(stored, length * 4 || 4);
  const check = await vectorChecker();
  if (length > 0) expect(check(stored, sums.rows(), 0)).toBe(true);
  vector.fill(0.25, 0, 1);
  if (length > 0) expect(check(stored, sums.rows(), 0)).toBe(false);
});

test.each([
  ['no embedding', '{"id":"x"}\n', ''],
  ['one that does not end', '{"id":"x","embedding":[0.1,\n', ''],
  ['one that is cut', '{"id":"x","embed', ''],
  ['an empty one', '{"id":"x","embedding":[]}\n', ',"embedding":[]'],
])('a line with %s has its sums, too', async (_, whole, embedding) => {
  const sums = await RowSums.create(true);
  sums.addLines(bytesOf(whole));
  expect(sums.rows().subarray(0, 8)).toEqual(little(h64Raw(bytesOf(whole.replace(embedding, '')))));
  const seed = h64Raw(little(h64Raw(bytesOf(embedding))));
  expect(sums.ofDocument(0, 1)).toBe(h64Raw(sums.rows(), seed).toString(16).padStart(16, '0'));
});

test('more lines than one call takes', async () => {
  const sums = await RowSums.create(false);
  const lines = Array.from({ length: 10_000 }, (_, i) => `${i}\n`);
  expect(sums.addLines(bytesOf(lines.join('')))).toBe(true);
  expect(sums.lines).toBe(10_000);
  for (const row of [0, 4095, 4096, 9999]) {
    expect(sums.rows(row, row + 1).subarray(0, 8)).toEqual(little(h64Raw(bytesOf(lines[row]!))));
  }
});

test('what runs was compiled from the source beside it', () => {
  const source = readFileSync(join(import.meta.dirname, '../../../src/output/format/kernel/sums.as'));
  expect(createHash('sha256').update(source).digest('hex')).toBe(compiledFrom);
});
