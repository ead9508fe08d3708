// The nearest rows for many questions are those that each has by its exact scores, whatever the kernel rounds.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Output } from '../../src/output/read/output.js';
import { compiledFrom } from '../../src/search/kernel/compiled.js';
import { nearestRows } from '../../src/search/nearest.js';
import { opened, temporaryFolder, vectorOf, writeAll } from '../output/sample.js';

const signal = new AbortController().signal;

test.each([1, 3, 4, 6, 9])('%i questions in one pass', async (count) => {
  const dir = join(await temporaryFolder(), 'embeddings');
  const texts = Array.from({ length: 60 }, (_, place) => `text ${place % 50}`);
  await writeAll(dir, [{ source: 'docs/a.md', texts }]);
  const output = await opened(dir);
  const options = {
    ...{ most: 5, least: -0.5, signal },
    takes: (row: number) => row !== 7,
    keyOf: (row: number) => texts[row]!,
  };
  const questions = Array.from({ length: count }, (_, place) => vectorOf(`question ${place}`));
  const lists = await nearestRows(output, questions, options);
  expect(lists).toHaveLength(count);
  for (const [place, question] of questions.entries()) {
    const scored = texts.slice(0, 50).map((text, row) => {
      const score = vectorOf(text).reduce((sum, value, i) => sum + value * question[i]!, 0);
      return { key: text, score, at: row };
    });
    const wanted = scored.filter(({ at, score }) => at !== 7 && score >= -0.5);
    // The text of row 7 stands in row 57, too.
    wanted.push({ ...scored[7]!, at: 57 });
    wanted.sort((a, b) => b.score - a.score);
    expect(lists[place]!.map(({ at }) => at)).toEqual(wanted.slice(0, 5).map(({ at }) => at));
  }
});

/** Rows in memory, in blocks of 100, as an output gives them. */
function outputOf(dimensions: number, vectors: readonly Float32Array[]): Output {
  const floats = new Float32Array(vectors.length * dimensions);
  for (const [row, vector] of vectors.entries()) floats.set(vector, row * dimensions);
  async function* blocks() {
    for (let first = 0; first < vectors.length; first += 100) {
      const rows = Math.min(100, vectors.length - first);
      // One memory for all blocks, as when they are read.
      yield { first, rows, floats: floats.slice(first * dimensions, (first + rows) * dimensions) };
    }
  }
  return { space: { dimensions }, blocks } as unknown as Output;
}

/** Values of any sign, by a hash, at length 1. */
function unitVector(seed: string, dimensions: number): Float32Array {
  const bytes = Array.from({ length: Math.ceil(dimensions / 32) }, (_, part) => [
    ...createHash('sha256').update(`${seed} ${part}`).digest(),
  ]).flat();
  const values = Float32Array.from(bytes.slice(0, dimensions), (byte) => byte - 127.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function exact(vector: Float32Array, question: Float32Array): number {
  let score = 0;
  for (let i = 0; i < vector.length; i++) score += vector[i]! * question[i]!;
  return score;
}

/** By sorting all exact scores. */
function wantedRows(
  vectors: readonly Float32Array[],
  question: Float32Array,
  most: number,
  takes: (row: number) => boolean,
): [row: number, score: number][] {
  return vectors
    .map((vector, row): [number, number] => [row, exact(vector, question)])
    .filter(([row, score]) => takes(row) && !Number.isNaN(score))
    .sort(([, a], [, b]) => b - a)
    .slice(0, most);
}

test.each([
  { dimensions: 3, rows: 700, questions: 20, most: 10 },
  { dimensions: 16, rows: 701, questions: 1, most: 1000 },
  { dimensions: 37, rows: 270, questions: 1030, most: 3 },
  { dimensions: 384, rows: 259, questions: 9, most: 100 },
])('$questions questions of $dimensions dimensions have the rows and scores of exact sums', async (given) => {
  const { dimensions, most } = given;
  const vectors = Array.from({ length: given.rows }, (_, row) => unitVector(`row ${row}`, dimensions));
  // Rows that differ by less than what is rounded away: only exact scores tell their order.
  for (let row = 5; row < given.rows; row += 7) {
    vectors[row] = vectors[row - 1]!.map((value, i) => (i === 0 ? Math.fround(value * (1 - 1e-6)) : value));
  }
  const questions = Array.from({ length: given.questions }, (_, place) =>
    place % 3 === 0 ? vectors[(place * 7 + 4) % given.rows]! : unitVector(`question ${place}`, dimensions),
  );
  for (const takes of [() => true, (row: number) => row % 10 === 4 || row % 10 === 5]) {
    const lists = await nearestRows(outputOf(dimensions, vectors), questions, {
      ...{ most, takes, keyOf: String, least: -1, signal },
    });
    for (const [place, question] of questions.entries()) {
      // Each by itself takes long: of many, the first and the last.
      if (place > 20 && place < 1020) continue;
      const found = lists[place]!.map(({ at, score }) => [at, score]);
      expect(found).toEqual(wantedRows(vectors, question, most, takes));
    }
  }
});

test('vectors that are longer than 1, or no numbers, change nothing for the others', async () => {
  const dimensions = 21;
  const vectors = Array.from({ length: 300 }, (_, row) => unitVector(`row ${row}`, dimensions));
  vectors[17] = vectors[17]!.map((value) => value * 300);
  vectors[18] = new Float32Array(dimensions).fill(Number.NaN);
  vectors[19] = new Float32Array(dimensions).fill(3e38);
  vectors[299] = new Float32Array(dimensions).fill(Number.POSITIVE_INFINITY);
  const questions = Array.from({ length: 9 }, (_, place) => unitVector(`question ${place}`, dimensions));
  const options = { most: 7, takes: () => true, keyOf: String, least: -1, signal };
  for (const asked of [questions, questions.map((vector) => vector.map((value) => value * 50))]) {
    const lists = await nearestRows(outputOf(dimensions, vectors), asked, options);
    for (const [place, question] of asked.entries()) {
      const wanted = wantedRows(vectors, question, 7, () => true);
      expect(lists[place]!.map(({ at, score }) => [at, score])).toEqual(
        wanted.filter(([, score]) => score >= -1),
      );
    }
  }
});

test('searches at the same time, and after each other, have their own questions', async () => {
  const dimensions = 24;
  const vectors = Array.from({ length: 600 }, (_, row) => unitVector(`row ${row}`, dimensions));
  const options = { most: 4, takes: () => true, keyOf: String, least: -1, signal };
  const ask = async (name: string, count: number) => {
    const questions = Array.from({ length: count }, (_, place) => unitVector(`${name} ${place}`, dimensions));
    const lists = await nearestRows(outputOf(dimensions, vectors), questions, options);
    const wanted = questions.map((question) =>
      wantedRows(vectors, question, 4, () => true).map(([row]) => row),
    );
    expect(lists.map((list) => list.map(({ at }) => at))).toEqual(wanted);
  };
  await Promise.all(Array.from({ length: 7 }, (_, place) => ask(`first ${place}`, 1 + place * 3)));
  for (const count of [30, 1, 9]) await ask('later', count);
});

test('a search that is stopped ends', async () => {
  const vectors = Array.from({ length: 300 }, (_, row) => unitVector(`row ${row}`, 8));
  const end = new AbortController();
  const takes = (row: number) => {
    if (row === 250) end.abort(new Error('stopped'));
    return true;
  };
  const options = { most: 7, takes, keyOf: String, least: -1, signal: end.signal };
  await expect(nearestRows(outputOf(8, vectors), [vectors[0]!], options)).rejects.toThrow('stopped');
});

test('what is compiled is of the source beside it', () => {
  const source = readFileSync(new URL('../../src/search/kernel/scores.as', import.meta.url));
  expect(createHash('sha256').update(source).digest('hex')).toBe(compiledFrom);
});
