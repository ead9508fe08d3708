// What the retrieval benchmark counts as an answer, and how it deals its questions into halves.
import { expect, test } from 'vitest';

const lib = new URL('../../benchmarks/retrieval/lib/', import.meta.url);
const { holds, words } = await import(String(new URL('judge.js', lib)));
const { halves, place, readQuestions } = await import(String(new URL('questions.js', lib)));
const { interval, mean, measures, rank } = await import(String(new URL('score.js', lib)));

const passage = 'raising Http404 if the resulting list is empty';

test.each([
  ['case and white space', 'Raising HTTP404 if the\n  resulting list is empty.'],
  [
    'roles of reStructuredText',
    'raising :exc:`Http404 <django.http.response-not-found-status-errors>` if :term:`the resulting <a result or results of queries>` list is empty',
  ],
  [
    'links of Markdown',
    'raising [`Http404`][errors] if the [resulting list](https://example.org/en/stable/ref/lists.html#of-results) is empty',
  ],
  ['tags', 'raising <code>Http404</code> if the <b class="x">resulting</b> list is empty'],
  [
    'addresses that a loader put behind links',
    'raising Http404 [errors.html#http404] if the resulting list is empty',
  ],
  ['cells that a loader glued together', 'raisingHttp404 if the resultinglist is empty'],
])('a passage is found in spite of %s', (_, chunk) => {
  expect(holds(words(chunk), words(passage))).toBe(true);
});

test.each([
  ['cut in two', 'raising Http404 if the resulting'],
  ['in another order', 'if the resulting list is empty, raising Http404'],
  ['spread over other text', `raising ${'a b c d e f g h i j '}Http404 if the resulting list is empty`],
])('a passage is not found when it is %s', (_, chunk) => {
  expect(holds(words(chunk), words(passage))).toBe(false);
});

test('the rank is that of the best chunk of the source that holds the passage, and ties go to the earlier row', () => {
  const vectors = {
    right: Float32Array.of(1, 0),
    near: Float32Array.of(0.8, 0.6),
    far: Float32Array.of(0, 1),
  };
  const rows = [
    { source: 'a', text: 'another text', tokens: 1, vector: vectors.right },
    { source: 'b', text: 'the passage', tokens: 10, vector: vectors.right },
    { source: 'a', text: 'the passage', tokens: 100, vector: vectors.far },
    { source: 'a', text: 'with the passage', tokens: 1000, vector: vectors.near },
    { source: 'a', text: 'as near', tokens: 10_000, vector: vectors.near },
    { source: 'a', text: 'with the passage again', tokens: 100_000, vector: vectors.near },
  ];
  const ask = (source: string, passage: string) => rank([{ source, passage }], [vectors.right], rows)[0];
  expect(ask('a', 'the passage')).toMatchObject({ rank: 3, tokens: 1011, answer: 3, best: [0, 1, 3] });
  expect(ask('b', 'the passage')).toMatchObject({ rank: 2, tokens: 11, answer: 1 });
  expect(ask('b', 'as near')).toMatchObject({ rank: 0, tokens: 0, answer: -1 });
});

test('a question without an answer counts as nothing in every measure', () => {
  type Found = { rank: number; tokens: number };
  const values = (found: Found) =>
    Object.values(measures).map((of) => (of as (found: Found) => number)(found));
  expect(values({ rank: 0, tokens: 0 })).toEqual([0, 0, 0, 0]);
  expect(values({ rank: 1, tokens: 2001 })).toEqual([1, 1, 1, 0]);
  expect(values({ rank: 2, tokens: 2000 })).toEqual([0, 1, 1 / 2, 1]);
  expect(values({ rank: 3, tokens: 300 })).toEqual([0, 1, 1 / 3, 1]);
  expect(values({ rank: 4, tokens: 400 })).toEqual([0, 0, 1 / 4, 1]);
});

test('the bounds hold the mean, are the same each time, and are narrower for more questions', () => {
  const differences = Array.from({ length: 100 }, (_, index) => index / 100);
  const [low, high] = interval(differences);
  expect(low).toBeLessThan(mean(differences));
  expect(high).toBeGreaterThan(mean(differences));
  // 0.495 ± 1.96 × 0.289 / √100, which is ± 0.057.
  expect(high - low).toBeGreaterThan(0.1);
  expect(high - low).toBeLessThan(0.125);
  expect(interval(differences)).toEqual([low, high]);
  const [lowOfMore, highOfMore] = interval([...differences, ...differences, ...differences, ...differences]);
  expect(highOfMore - lowOfMore).toBeLessThan(0.6 * (high - low));
});

test('the halves of the questions are those that the hash gives, and both have the same mix', () => {
  const all = halves.flatMap((half: string) => readQuestions(half));
  const right = new Map(place(all).map(({ id, half }: { id: string; half: string }) => [id, half]));
  expect(right.size).toBe(210);
  for (const half of halves) {
    const questions = readQuestions(half);
    expect(questions.map(({ id }: { id: string }) => right.get(id))).toEqual(questions.map(() => half));
    const names = questions.filter(({ kind }: { kind: string }) => kind === 'name').length;
    expect(names / questions.length).toBeGreaterThan(1 / 3);
  }
});
