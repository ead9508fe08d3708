// Small texts that cost much more than others of their size.

import { expect, test } from 'vitest';
import { isGraphemeBoundary } from '../../src/chunks/boundaries.js';
import { countInTurns, maxPieceLength } from '../../src/chunks/count.js';
import { split, splitInTurns } from '../../src/chunks/split.js';
import { extract } from '../../src/documents/extract.js';
import { RunCounts } from '../../src/ingest/run-counts.js';
import { chunk, rowOf } from '../../src/ingest/stages/chunk.js';
import { estimateCounter } from '../../src/tokens/estimating-counter.js';
import fc from '../helpers/properties.js';

test('a table of 60 KB that repeats a long name in each row is too large, and one of answers is not', async () => {
  const rows = 'a,b\n'.repeat(7500);
  await expect(extract(Buffer.from(`${'n'.repeat(30_000)}\n${rows}`), 'a.csv')).rejects.toMatchObject({
    failure: 'too-large',
  });
  const question = `How satisfied are you with ${'the islands and '.repeat(8)}harbours?`;
  const { documents } = await extract(Buffer.from(`${question}\n${'3\n'.repeat(50_000)}`), 'b.csv');
  expect(documents).toHaveLength(50_000);
});

test('a letter with very many marks costs no more than its length', async () => {
  const text = `a${'\u0301'.repeat(240_000)}`;
  const document = { source: 'a.txt', format: 'text', text, blocks: [block(text.length)] };
  const start = process.cpuUsage();
  const chunks = [...split(document, { size: 512, overlap: 0, counter: estimateCounter() })];
  const { user, system } = process.cpuUsage(start);
  expect(chunks.map(({ end }) => end)).toEqual([text.length]);
  expect((user + system) / 1000).toBeLessThan(1500);
});

test('a text without an end can be left in the middle of it', async () => {
  const text = 'é*'.repeat(2_000_000);
  const document = { source: 'a.txt', format: 'text', text, blocks: [block(text.length)] };
  const step = {
    kind: 'begin' as const,
    source: 'a.txt',
    root: '.',
    hash: '',
    recordOf: undefined,
    open: () => document,
  };
  async function* one() {
    yield [step];
  }
  const chunking = { size: 512, overlap: 0, counter: estimateCounter() };
  const controller = new AbortController();
  const chunks = chunk(one(), async () => chunking, new RunCounts(), controller.signal);
  setImmediate(() => controller.abort(new Error('told to stop')));
  await expect(chunks.next()).rejects.toThrow('told to stop');
});

test('a document of more chunks than its line in a manifest can name is read up to there', async () => {
  const text = 'one two three four';
  const document = { source: 'a.txt', format: 'text', text, blocks: [block(text.length)] };
  async function* one() {
    yield [
      {
        kind: 'begin' as const,
        source: 'a.txt',
        root: '.',
        hash: '',
        recordOf: undefined,
        open: () => document,
      },
    ];
  }
  const chunking = { size: 1, overlap: 0, counter: estimateCounter() };
  const counts = new RunCounts();
  const steps = [];
  for await (const group of chunk(one(), async () => chunking, counts, undefined, undefined, undefined, 2))
    steps.push(...group);
  expect(steps.map(({ kind }) => kind)).toEqual(['begin', 'row', 'row', 'failure', 'end']);
  expect(steps[3]).toMatchObject({ failure: { source: 'a.txt', code: 'too-large', chunk: 2 } });
  expect(counts).toMatchObject({ rowsSplit: 2, chunksFailed: 1 });
});

test('a character without an end is too long for any model', async () => {
  const text = `a${'\u0301'.repeat(5_000_000)}`;
  const document = { source: 'a.txt', format: 'text', text, blocks: [block(text.length)] };
  const [whole] = [...split(document, { size: 512, overlap: 0, counter: estimateCounter() })];
  const failure = { source: 'a.txt', code: 'too-long', chunk: 0 };
  expect(rowOf(whole!, estimateCounter(), new RunCounts())).toEqual({ kind: 'failure', failure });
});

test('no counter is asked for more than a piece of a text, however long its words and blocks are', () => {
  const inner = estimateCounter();
  let longest = 0;
  const counter = {
    ...inner,
    countSpan: (text: string, start: number, end: number) => {
      longest = Math.max(longest, end - start);
      return inner.countSpan(text, start, end);
    },
  };
  for (const part of ['x', '[', '😀', 'a b ', ' ']) {
    const text = `a${part.repeat(400_000 / part.length)}`;
    const document = { source: 'a.txt', format: 'text', text, blocks: [block(text.length)] };
    const pieces = [...splitInTurns(document, { size: 512, overlap: 0, counter })];
    expect(pieces.indexOf(undefined)).toBe(0);
    expect(longest).toBeLessThanOrEqual(maxPieceLength);
  }
});

test('a text counts the same in pieces as whole, where no word is longer than a piece', () => {
  const counter = estimateCounter();
  const word = fc.tuple(fc.constantFrom('x', 'xY', '[', 'é', '😀', '9a'), fc.integer({ min: 1, max: 9000 }));
  const words = fc.array(word, { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(words, fc.constantFrom(' ', '\n\n', '\u3000'), (parts, space) => {
      const text = parts.map(([part, times]) => part.repeat(times)).join(space);
      const counted = countInTurns(counter, text, 1, text.length);
      let turn = counted.next();
      while (turn.done !== true) turn = counted.next();
      expect(turn.value).toBe(counter.countSpan(text, 1, text.length));
    }),
    { numRuns: 100 },
  );
});

test('knows the ends of characters as Unicode has them', () => {
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const parts = [
    'a',
    'é',
    'я',
    '\u00ad',
    '©',
    '\r',
    '\n',
    '\u0301',
    '\u200d',
    '\ufe0f',
    '\u0e33',
    '\u0940',
    '\u200b',
    'か',
    '가',
    '😀',
  ];
  for (const one of parts) {
    for (const two of parts) {
      for (const three of parts) {
        const text = one + two + three;
        const ends = new Set(Array.from(segmenter.segment(text), ({ index }) => index));
        const index = one.length + two.length;
        const told = `${JSON.stringify(text)} at ${index}`;
        expect([told, isGraphemeBoundary(text, index)]).toEqual([told, ends.has(index)]);
      }
    }
  }
});

function block(end: number) {
  return { kind: 'paragraph' as const, start: 0, end, line: 1 };
}
