// The word index against BM25 as it is written in books, and against bytes that are none of it.
import { expect, test } from 'vitest';
import { randomFrom } from '../../src/bench/statistics/random.js';
import { TermCounter } from '../../src/search/words/term-counter.js';
import { WordIndex, WordIndexBuilder } from '../../src/search/words/word-index.js';
import { tokensOf } from '../../src/text/words.js';

function indexOf(rows: readonly (readonly string[])[]): WordIndex {
  const builder = new WordIndexBuilder();
  for (const words of rows) builder.add(words);
  return builder.finish();
}

/** The sum over the words of idf × tf × (k1 + 1) / (tf + k1 × (1 − b + b × length / mean length)). */
function bm25(rows: readonly (readonly string[])[], words: readonly string[]): number[] {
  const mean = rows.reduce((sum, row) => sum + row.length, 0) / rows.length;
  return rows.map((row) =>
    words.reduce((sum, word) => {
      const times = row.filter((one) => one === word).length;
      const having = rows.filter((one) => one.includes(word)).length;
      const idf = Math.log(1 + (rows.length - having + 0.5) / (having + 0.5));
      return sum + (idf * times * 2.2) / (times + 1.2 * (0.25 + (0.75 * row.length) / mean));
    }, 0),
  );
}

test('scores are those of BM25', () => {
  const random = randomFrom(5);
  const names = Array.from({ length: 40 }, (_, place) => `wort${place}`);
  const rows = Array.from({ length: 300 }, () =>
    Array.from({ length: Math.floor(random() * 20) }, () => names[Math.floor(random() ** 2 * 40)]!),
  );
  const index = indexOf(rows);
  const words = ['wort0', 'wort7', 'wort39', 'unheard'];
  const expected = bm25(rows, words);
  const scores = index.scores([...words, 'wort7']);
  for (const [row, score] of expected.entries()) expect(scores[row]).toBeCloseTo(score, 4);
  expect(index.rowsWith('wort0')).toBe(rows.filter((row) => row.includes('wort0')).length);
  expect(index.rowsWith('unheard')).toBe(0);
});

test('distances and counts of more than one byte are read as they were written', () => {
  const rows = Array.from({ length: 70_000 }, (_, row): string[] =>
    row === 69_999 || row === 3 ? ['rare'] : [],
  );
  rows[69_999] = Array.from({ length: 300 }, () => 'rare');
  const scores = indexOf(rows).scores(['rare']);
  expect([...scores.keys()].filter((row) => scores[row]! > 0)).toEqual([3, 69_999]);
});

test('an index of no rows, or of rows without words, finds nothing', () => {
  expect([...indexOf([]).scores(['a'])]).toEqual([]);
  expect([...indexOf([[], []]).scores(['a'])]).toEqual([0, 0]);
});

test('its bytes are the index, wherever they lie; other bytes are refused', () => {
  const { bytes } = indexOf([['a', 'b'], ['b']]);
  const elsewhere = Buffer.concat([Buffer.from('x'), bytes]).subarray(1);
  expect([...new WordIndex(elsewhere).scores(['a'])].map((score) => score > 0)).toEqual([true, false]);
  const other = Buffer.from(bytes);
  other.writeUInt32LE(99, 4);
  for (const wrong of [Buffer.alloc(0), bytes.subarray(0, -1), Buffer.concat([bytes, bytes]), other]) {
    expect(() => new WordIndex(wrong)).toThrow('expected a word index');
  }
});

test('terms of known pieces are those that a text is cut into, whatever stands between the words', () => {
  const random = randomFrom(11);
  const pieces = [
    'Häuser,',
    '(requiredOption)',
    '1.2.3',
    'dirs_exist_ok',
    '今天天气',
    '’s',
    'a->b',
    '--x',
    'x'.repeat(90),
  ];
  const gaps = [' ', '\n', '\t\u0000', '\u00a0', '. ', '—'];
  const counter = new TermCounter();
  for (let turn = 0; turn < 200; turn++) {
    const some = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)]!;
    const text = Array.from({ length: 20 }, () => some(pieces) + some(gaps)).join('');
    const words: number[] = [];
    counter.each(text, (term) => words.push(term));
    const names = [...counter.terms.keys()];
    expect(words.map((term) => names[term])).toEqual(tokensOf(text).map(({ word }) => word));
  }
});

test('pieces that are more than can be known are cut all the same', () => {
  const counter = new TermCounter();
  const found = (text: string) => {
    let last = -1;
    counter.each(text, (term) => {
      last = term;
    });
    return [...counter.terms.keys()][last];
  };
  let some = '';
  for (let at = 0; at < 300_000; at++) some += `${at.toString(36)}q `;
  counter.each(some, () => {});
  expect([counter.terms.size, found('valves'), found('valves')]).toEqual([300_000, 'valv', 'valv']);
});
