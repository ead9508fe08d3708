// What answers a question, and what the measures make of it.
import { expect, test } from 'vitest';
import { rankOf } from '../../src/search/evaluate/answer-rank.js';
import { compare, type Evaluation } from '../../src/search/evaluate/evaluate.js';
import { estimateOf, measures, verdictOf } from '../../src/search/evaluate/measures.js';
import type { SearchResult } from '../../src/search/options.js';

const result = (source: string, text: string) => ({ text, sources: [source, 'copy.md'] }) as SearchResult;
const results = [
  result('docs/a.md', 'The mill stands behind the harbour.'),
  result('docs/guide/start.md', 'Set `dirs_exist_ok` to true,\nthen copy.'),
  result('docs/zh.md', '天气很好，我们去公园散步。'),
];

test.each([
  [{ source: 'docs/a.md' }, 1],
  [{ source: 'guide/start.md' }, 2],
  [{ source: 'start' }, 0],
  [{ source: 'copy.md' }, 1],
  [{ passage: 'SET dirs exist ok, to TRUE then' }, 2],
  [{ passage: 'mill behind the harbour' }, 1],
  [{ passage: 'harbour mill' }, 0],
  [{ source: 'docs/a.md', passage: 'then copy' }, 0],
  // Where words have no spaces between them, a passage may end within a run of letters.
  [{ passage: '我们去公园' }, 3],
  [{ passage: '公园我们' }, 0],
])('%j is answered by result %i', (answer, rank) => {
  expect(rankOf(results, { question: 'x', ...answer })).toBe(rank);
});

test('ranks become shares; what is below ten counts for nothing', () => {
  const of = (rank: number) => Object.values(measures).map((measure) => Number(measure(rank).toFixed(3)));
  expect([1, 3, 10, 11, 0].map(of)).toEqual([
    [1, 1, 1, 1, 1],
    [0, 1, 1, 0.333, 0.5],
    [0, 0, 1, 0.1, 0.289],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ]);
});

test('an interval holds the mean, is wider with fewer questions, and the same each time', () => {
  const values = (count: number) => Array.from({ length: count }, (_, place) => place % 2);
  const [few, many] = [estimateOf(values(20)), estimateOf(values(2000))];
  expect(few).toEqual(estimateOf(values(20)));
  expect(few.low!).toBeLessThan(0.5);
  expect(few.high!).toBeGreaterThan(0.5);
  expect(few.high! - few.low!).toBeGreaterThan(5 * (many.high! - many.low!));
  expect(estimateOf([1, 0, 1, 1])).toEqual({ value: 0.75, low: null, high: null });
});

test('two searches are told apart question by question', () => {
  const made = (ranks: number[]): Evaluation =>
    ({ answers: ranks.map((rank, place) => ({ question: `q${place}`, rank })) }) as Evaluation;
  const hundred = (rank: (place: number) => number) =>
    made(Array.from({ length: 100 }, (_, place) => rank(place)));
  const good = hundred((place) => (place % 3 === 0 ? 1 : 2));
  const bad = hundred((place) => (place % 3 === 0 ? 4 : 2));
  expect(compare(good, bad).verdict).toBe('better');
  expect(compare(bad, good).verdict).toBe('worse');
  expect(compare(good, good).verdict).toBe('no-difference');
  expect(compare(made([1, 2]), made([2, 1])).verdict).toBe('cant-tell-yet');
  const change = compare(made([1, 0, 0]), made([0, 0, 3]));
  expect(change).toMatchObject({ gained: ['q0'], lost: ['q2'] });
  expect(change.ahead.mrr.value).toBeCloseTo((1 - 1 / 3) / 3);
});

test('few and unlike differences are no verdict', () => {
  expect(verdictOf({ value: 0.1, low: -0.1, high: 0.3 })).toBe('cant-tell-yet');
  expect(verdictOf({ value: 0, low: -0.02, high: 0.02 })).toBe('no-difference');
});
