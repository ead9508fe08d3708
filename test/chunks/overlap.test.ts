// Neighbours of one section share at least half of what was asked for, or all but the first word of a shorter one.
import { expect, test } from 'vitest';
import { split } from '../../src/chunks/split.js';
import { estimateCounter } from '../../src/tokens/estimating-counter.js';
import { wordPieceCounter } from '../../src/tokens/wordpiece-counter.js';
import type { Chunk, Document } from '../../src/types/document.js';
import type { TokenCounter } from '../../src/types/embedder.js';
import fc from '../helpers/properties.js';
import { allMiniLmVocabulary } from '../tokens/recorded.js';
import { markdown, prose } from './documents.js';

const counters: TokenCounter[] = [wordPieceCounter(allMiniLmVocabulary()), estimateCounter()];

/** Neighbours of one section that share too little. */
function tooFar(document: Document, size: number, overlap: number, counter: TokenCounter): string[] {
  const chunks = [...split(document, { size, overlap, counter })];
  expect(chunks.length).toBeGreaterThan(2);
  return chunks.flatMap((chunk, index) => {
    const previous: Chunk | undefined = chunks[index - 1];
    if (!previous || previous.heading.join() !== chunk.heading.join()) return [];
    const shared = document.text.slice(chunk.start, previous.end);
    const rest = document.text.slice(previous.start, chunk.start).trim();
    const isEnough = counter.count(shared) >= overlap / 2 || !/\s/.test(rest);
    return isEnough ? [] : [`${previous.text} | ${chunk.text}`];
  });
}

const kinds: Record<string, (seed: number) => string> = {
  'short paragraphs': (seed) =>
    Array.from({ length: 80 }, (_, index) => prose(seed + index, 1 + (index % 3))).join('\n\n'),
  'long sentences': (seed) =>
    prose(seed, 60).replaceAll('. W', ', w').replaceAll('w8', '. W8').replaceAll('  ', ' '),
  'one sentence without end': (seed) => prose(seed, 60).replaceAll('.', ''),
  code: (seed) => `\`\`\`\n${prose(seed, 60).replaceAll('. ', ';\n')}\n\`\`\``,
  Chinese: (seed) =>
    Array.from(
      { length: 90 },
      (_, index) => `第${'一二三四五六七八九'[(seed + index) % 9]}个句子，在这里结束。`,
    ).join(''),
  'Japanese with line ends': (seed) =>
    Array.from(
      { length: 90 },
      (_, index) => `これは${'一二三四五六七八九'[(seed + index) % 9]}番目の文です。`,
    ).join('\n'),
  addresses: (seed) =>
    Array.from(
      { length: 40 },
      (_, index) => `https://example.org/${prose(seed + index, 3).replaceAll(/\W+/g, '/')}`,
    ).join('\n'),
};

test.each(Object.keys(kinds))('neighbours share what was asked for: %s', (kind) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000 }),
      fc.constantFrom(...counters),
      fc.constantFrom([64, 32], [120, 60], [200, 40]),
      (seed, counter, [size, overlap]) => {
        expect(tooFar(markdown(kinds[kind]!(seed)), size!, overlap!, counter)).toEqual([]);
      },
    ),
    { numRuns: 20 },
  );
});

test('an overlap begins with a sentence where one is long enough, else with a word', () => {
  const [counter] = counters;
  const text = Array.from({ length: 60 }, (_, index) => `Sentence ${index} has its own six words.`).join(' ');
  const chunks = [...split(markdown(text), { size: 128, overlap: 24, counter: counter! })];
  for (const chunk of chunks) expect(chunk.text).toMatch(/^Sentence/);
  const long = prose(3, 60).replaceAll('.', '');
  for (const chunk of split(markdown(long), { size: 64, overlap: 32, counter: counter! })) {
    expect(long.slice(0, chunk.start)).toMatch(/(^|\s)$/);
  }
});
