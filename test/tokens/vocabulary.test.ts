// The trie of a vocabulary: the kernel fills the one that JavaScript fills, to the byte.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Trie, trieOf } from '../../src/tokens/trie.js';
import { Vocabulary } from '../../src/tokens/vocabulary.js';
import { compiledFrom } from '../../src/tokens/vocabulary-kernel/compiled.js';
import { trieByKernel } from '../../src/tokens/vocabulary-kernel/kernel.js';
import fc from '../helpers/properties.js';
import { allMiniLmVocabulary } from './recorded.js';

const marked = allMiniLmVocabulary();
const wordStart = '▁'.charCodeAt(0);

const byKernel = (tokens: readonly string[], start: number, slots: number) =>
  trieByKernel(tokens.join('\n'), tokens.length, start, slots);

/** One hash for all of it: comparing hundreds of thousands of numbers one by one takes seconds. */
function sumOf(trie: Trie | 'full' | undefined): string | undefined {
  if (trie === undefined || trie === 'full') return trie;
  const sum = createHash('sha256');
  for (const part of [trie.from, trie.units, trie.to, trie.ends]) sum.update(part);
  return sum.digest('hex');
}

test('runs what was compiled from the source beside it', () => {
  const source = readFileSync(join(import.meta.dirname, '../../src/tokens/vocabulary-kernel/trie.as'));
  expect(createHash('sha256').update(source).digest('hex')).toBe(compiledFrom);
});

test.each([0, wordStart])('the kernel fills the trie of a real vocabulary as JavaScript does', (start) => {
  const sum = sumOf(byKernel(marked, start, 131_072));
  expect(sum).toMatch(/^[0-9a-f]{64}$/);
  expect(sum).toBe(sumOf(trieOf(marked, start, 131_072)));
});

test('the kernel fills the trie of any tokens as JavaScript does', () => {
  const token = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('', '#', '##', '##a', '▁', '▁a', 'ab', 'abc', '\ud800', 'x'.repeat(700)),
  );
  const tokens = fc.array(token, { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      tokens,
      fc.constantFrom(0, wordStart),
      fc.constantFrom(64, 1024, 2048),
      (all, start, slots) => {
        if (all.some((one) => one.includes('\n'))) return;
        expect(sumOf(byKernel(all, start, slots))).toBe(sumOf(trieOf(all, start, slots)));
      },
    ),
  );
});

test('tokens that hold a line feed, and no tokens, are for JavaScript', () => {
  expect(byKernel(['a\nb'], 0, 1024)).toBeUndefined();
  expect(byKernel([], 0, 1024)).toBeUndefined();
  expect(new Vocabulary(['▁a\nb', '▁c']).pieces('c')).toBe(1);
  expect(new Vocabulary(['▁a\nb', '▁c']).cut('a\nb')).toEqual(['a\nb']);
  expect(new Vocabulary([]).cut('a')).toBeUndefined();
});

test('a vocabulary of few long tokens gets as many slots as it needs', () => {
  const tokens = Array.from({ length: 20 }, (_, index) => `${'ab'.repeat(200)}${index}${'c'.repeat(400)}`);
  for (const fill of [trieByKernel, undefined]) {
    const vocabulary = new Vocabulary(tokens, fill);
    expect(vocabulary.cut(tokens[19]!)).toEqual([tokens[19]]);
    expect(vocabulary.pieces(tokens[7]!)).toBe(1);
    expect(vocabulary.cut(`${tokens[7]}x`)).toBeUndefined();
  }
});
