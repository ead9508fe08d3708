import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { builtinCounter } from '../../../src/embedders/builtin/token-counter.js';
import { collapseWhiteSpace, UnigramTokenizer } from '../../../src/embedders/builtin/tokenizer.js';
import { readVocabulary } from '../../../src/embedders/builtin/weights.js';
import fc from '../../helpers/properties.js';
import { counterUrl } from './built.js';
import { longText, questions, shortTexts } from './texts.js';

const vocabulary = readVocabulary();
const tokenizer = new UnigramTokenizer(vocabulary.entries);
const counter = builtinCounter();
const tokens = (text: string) => tokenizer.encode(collapseWhiteSpace(text)).length;

const words = fc.oneof(
  fc.constantFrom(...vocabulary.entries).map(([piece]) => piece.replaceAll('\u2581', '')),
  fc.constantFrom(':', '::', ':30', '://', ':)', '¨', '語', '\ud83c', '\u0308e'),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ maxLength: 12 }),
);
const spaces = fc.constantFrom(' ', '\n', '\t', '  ', '\u00a0', '\u3000', '\u2028', '\ufeff', ' \r\n ');
const texts = fc
  .array(fc.tuple(spaces, words), { maxLength: 20 })
  .map((parts) => parts.map(([space, word]) => space + word).join(''));

describe('builtinCounter', () => {
  test('names the algorithm and the vocabulary', () => {
    expect(counter.id).toBe(`unigram/1:${vocabulary.digest.slice(0, 12)}`);
    expect(counter.special).toBe(0);
  });

  test('counts what the tokenizer gives for real texts', () => {
    const real = [...shortTexts, ...questions.flatMap((pair) => [pair.passage, pair.question]), longText];
    // Words that begin with a colon may count one more (see below).
    for (const text of real.filter((text) => !/(^|\s):/.test(text))) {
      expect(counter.count(text)).toBe(tokens(text));
    }
  });

  test('never counts less than the tokenizer, and the same where no word begins with a colon', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(counter.count(text)).toBeGreaterThanOrEqual(tokens(text));
        if (!/(^|\s):/.test(text.normalize('NFKC'))) expect(counter.count(text)).toBe(tokens(text));
      }),
      { numRuns: 3000 },
    );
  });

  test('is the sum of the counts of the words', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const sum = text.split(/\s+/).reduce((total, word) => total + counter.count(word), 0);
        expect(counter.count(text)).toBe(sum);
      }),
    );
  });

  test('counts a word that begins with a colon as it is cut at the beginning of a text', () => {
    expect(tokens(':')).toBe(2);
    expect(tokens('so :')).toBe(tokens('so') + 1);
    expect(counter.count('so :')).toBe(counter.count('so') + 2);
  });

  test('counts nothing in blank texts', () => {
    expect(counter.count('')).toBe(0);
    expect(counter.count(' \n\t\u00a0')).toBe(0);
  });

  test('keeps none of the texts in memory', () => {
    const script = `
      import { builtinCounter } from ${JSON.stringify(counterUrl)};
      const counter = builtinCounter();
      counter.count('a first text');
      gc();
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 100; i++) {
        counter.count(Buffer.from('extraordinary' + i + ' ' + 'lorem ipsum '.repeat(30_000)).toString());
      }
      gc();
      console.log((process.memoryUsage().heapUsed - before) / 1e6);`;
    const args = ['--expose-gc', '--input-type=module', '--eval', script];
    const megabytes = Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    // The texts have 36 MB.
    expect(megabytes).toBeLessThan(10);
  });

  test('counts right when its memo starts afresh, and in very long words', () => {
    const many = Array.from({ length: 60_000 }, (_, i) => `word${i}`).join(' ');
    expect(counter.count(many)).toBe(tokens(many));
    expect(counter.count(many.slice(0, 1000))).toBe(tokens(many.slice(0, 1000)));
    const word = 'abcdefghij'.repeat(100);
    expect(counter.count(word)).toBe(tokens(word));
  });
});
