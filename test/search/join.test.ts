// Lists of several corpora, and of vectors and words, become one order.
import { expect, test } from 'vitest';
import type { Corpus } from '../../src/search/corpus.js';
import { type CorpusHit, joinCorpora, joinLists } from '../../src/search/join.js';

const [a, b] = [{ name: 'a' }, { name: 'b' }] as unknown as [Corpus, Corpus];
const hit = (key: string, score: number, corpus = a): CorpusHit => ({ key, score, corpus, at: key });
const keys = (hits: readonly { key: string }[]) => hits.map(({ key }) => key).join('');

test('scores of one vector space are compared; else the first ones of all come first', () => {
  const lists = [
    [hit('p', 0.9), hit('q', 0.5)],
    [hit('r', 0.7, b), hit('s', 0.6, b)],
  ];
  expect(keys(joinCorpora(lists, true))).toBe('prsq');
  expect(keys(joinCorpora(lists, false))).toBe('prsq');
  const unlike = [[hit('p', 0.9), hit('q', 0.8)], [hit('r', 0.1, b)]];
  expect(keys(joinCorpora(unlike, true))).toBe('pqr');
  expect(keys(joinCorpora(unlike, false))).toBe('prq');
});

test('rows count as much as their words, and a little more the nearer they are', () => {
  const joined = joinLists(
    [hit('v', 0.9), hit('x', 0.8), hit('last', 0.1)],
    [hit('w', 12), hit('x', 11.9), hit('y', 6), hit('last', 5.9)],
  );
  expect(keys(joined.map((one) => one.hit))).toBe('xwyv' + 'last');
  expect(joined[0]).toMatchObject({ cosine: 0.8, matched: 11.9, ranks: { vectors: 2, words: 2 } });
  expect(joined[1]!.cosine).toBeUndefined();
  expect(joined[3]!.ranks).toEqual({ vectors: 1 });
});

test('the nearest two stand in the fourth and eighth place at the latest, whatever the words say', () => {
  const near = ['p', 'q', 'r'].map((key, place) => hit(key, 0.9 - place / 10));
  const byWords = Array.from('abcdefghij', (key, place) => hit(key, 20 - place / 10));
  expect(keys(joinLists(near, byWords).map((one) => one.hit))).toBe('abcpdefqghij' + 'r');
});

test('a row with a name, first by words, stays before rows with a higher score', () => {
  const joined = joinLists([hit('far', 0.1)], [hit('named', 3), hit('a', 9), hit('b', 8)]);
  expect(keys(joined.map((one) => one.hit))).toBe('namedabfar');
});

test('a name that only the words know goes before rows that both lists have far below', () => {
  const far = Array.from({ length: 60 }, (_, place) => hit(`f${place}`, 0.5));
  const joined = joinLists(
    [...far, hit('last', 0.1)],
    [hit('name', 20), ...far.slice(40).map((one) => ({ ...one }))],
  );
  expect(joined[0]!.hit.key).toBe('name');
});

test('rows of two corpora with one key stay two', () => {
  expect(joinLists([hit('k', 0.5, a), hit('k', 0.4, b)], undefined)).toHaveLength(2);
});
