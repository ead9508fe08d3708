import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isSpace } from '../../src/text/whitespace.js';
import { compiledFrom } from '../../src/tokens/kernel/compiled.js';
import { Vocabulary } from '../../src/tokens/vocabulary.js';
import { charactersOf, llamaParts, type Part, runnerParts } from '../../src/tokens/word-parts.js';
import { wordPieceCounter } from '../../src/tokens/wordpiece-counter.js';
import fc from '../helpers/properties.js';
import { allMiniLmVocabulary, recordedCounts } from './recorded.js';

const vocabulary = allMiniLmVocabulary();
const counter = wordPieceCounter(vocabulary);

/** ASCII, words of the vocabulary, and scripts in which the recorded servers differ. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...vocabulary.slice(2000, 6000).map((token) => token.replace('▁', ''))),
      fc.constantFrom(
        ' ',
        '\n',
        'naïve',
        '“quoted”',
        '你好，世界',
        '한국어',
        'हिन्दी',
        'a=b`c|d',
        '\u0000',
        '🙂',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('wordPieceCounter', () => {
  test('runs what was compiled from the source beside it', () => {
    const source = readFileSync(join(import.meta.dirname, '../../src/tokens/kernel/words.as'));
    expect(createHash('sha256').update(source).digest('hex')).toBe(compiledFrom);
  });

  test.each(recordedCounts())('counts the larger of the recorded counts: $text', (recorded) => {
    const larger = Math.max(recorded['ollama-0.24.0'], recorded['ollama-0.32.15']);
    expect(counter.count(recorded.text) + counter.special).toBe(larger);
  });

  test('is named after its vocabulary', () => {
    expect(counter.id).toMatch(/^wordpiece\/1:[0-9a-f]{12}$/);
    expect(wordPieceCounter(vocabulary).id).toBe(counter.id);
    expect(wordPieceCounter(vocabulary.slice(0, -1)).id).not.toBe(counter.id);
  });

  test('reads a vocabulary that marks continuations by ## as well', () => {
    const marked = vocabulary.map((token) =>
      token.startsWith('▁') ? token.slice(1) : token.startsWith('[') ? token : `##${token}`,
    );
    const text = recordedCounts()[9]!.text;
    expect(wordPieceCounter(marked).count(text)).toBe(counter.count(text));
  });

  test('takes each word for itself', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let sum = 0;
        let word = '';
        for (let index = 0; index <= text.length; index++) {
          if (index === text.length || isSpace(text.charCodeAt(index))) {
            sum += counter.count(word);
            word = '';
          } else word += text[index];
        }
        expect(counter.count(text)).toBe(sum);
      }),
    );
  });

  test('counts a word of ASCII as the parts that either generation of Ollama makes of it', () => {
    const known = new Vocabulary(vocabulary);
    const sum = (parts: readonly Part[]) =>
      parts.reduce((tokens, { text }) => tokens + known.pieces(text), 0);
    const part = fc.constantFrom(
      'token',
      'ING',
      'x',
      '7',
      '.',
      '-',
      '(',
      '$',
      '=',
      '`',
      '|',
      '~',
      '\u0001',
      '\u007f',
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
        const word = parts.join('');
        const characters = charactersOf(word);
        expect(counter.count(word)).toBe(Math.max(sum(runnerParts(characters)), sum(llamaParts(characters))));
      }),
      { numRuns: 1000 },
    );
  });

  test('counts a slice where it stands', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), (text, from, length) => {
        const start = from % (text.length + 1);
        const end = start + (length % (text.length - start + 1));
        expect(counter.countSpan(text, start, end)).toBe(counter.count(text.slice(start, end)));
      }),
    );
  });

  test('counts a text that is too long for the kernel as the kernel counts its parts', () => {
    fc.assert(
      fc.property(anyText, (part) => {
        const times = Math.ceil(300_000 / (part.length + 1));
        expect(counter.count(`${part}\n`.repeat(times))).toBe(times * counter.count(part));
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  test('counts slices of a long text where they stand, in any order', () => {
    const slice = fc.tuple(fc.nat(), fc.nat({ max: 200 }));
    fc.assert(
      fc.property(anyText, fc.array(slice, { minLength: 5, maxLength: 30 }), (part, slices) => {
        const text = `${part}\u0085`.repeat(Math.ceil(600_000 / (part.length + 1)));
        for (const [from, length] of slices) {
          const start = from % text.length;
          const end = Math.min(start + length, text.length);
          expect(counter.countSpan(text, start, end)).toBe(counter.count(text.slice(start, end)));
        }
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  test('counts the same with a full memory of words as with an empty one', () => {
    const used = wordPieceCounter(vocabulary);
    for (let word = 0; word < 80_000; word++) used.count(`w${word.toString(36)} x=${word}`);
    for (const { text } of recordedCounts()) expect(used.count(text)).toBe(counter.count(text));
  });

  test('reads half a megabyte without white space in linear time', () => {
    const text = 'c3VwZXJjYWxpZnJhZ2lsaXN0aWM'.repeat(20_000);
    expect(counter.count(text)).toBeGreaterThan(text.length / 4);
  });
});
