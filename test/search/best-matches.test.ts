// The best matches are those that sorting all of them gives.
import { expect, test } from 'vitest';
import { randomFrom } from '../../src/bench/statistics/random.js';
import { BestRows } from '../../src/search/best-rows.js';
import { bestMatches } from '../../src/search/words/best-matches.js';

test.each([1, 3, 40, 5000])('%i of 2,000 rows, with and without names', (most) => {
  const random = randomFrom(most);
  // Many equal scores, and many rows with no word at all.
  const scores = Float32Array.from({ length: 2000 }, () => Math.max(0, Math.floor(random() * 40 - 20) / 4));
  const names = Uint8Array.from({ length: 2000 }, () => (random() < 0.02 ? 1 + Math.floor(random() * 2) : 0));
  const takes = (row: number) => row % 3 !== 0;
  const keyOf = (row: number) => String(row % 900);
  for (const held of [undefined, names]) {
    const named = (row: number) => held?.[row] ?? 0;
    const sorted = [...scores.keys()]
      .filter((row) => scores[row]! > 0 && takes(row))
      .sort((a, b) => named(b) - named(a) || scores[b]! - scores[a]! || a - b);
    const keys = new Set<string>();
    const wanted = sorted.filter((row) => !keys.has(keyOf(row)) && keys.add(keyOf(row))).slice(0, most);
    const found = bestMatches(scores, held, { most, takes, keyOf });
    expect(found.map(({ at }) => at)).toEqual(wanted);
    expect(found.map(({ score }) => score)).toEqual(wanted.map((row) => scores[row]));
  }
});

test('rows are cut again and again, and each key keeps its best row', () => {
  const best = new BestRows({ most: 2, keyOf: (row) => String(row % 3) });
  for (let row = 0; row < 1000; row++) best.add(row, row === 998 ? 2 : row === 997 ? 3 : row === 1 ? 2.5 : 1);
  expect(best.hits().map(({ at, score }) => [at, score])).toEqual([
    [997, 3],
    [998, 2],
  ]);
});
