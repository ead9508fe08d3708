import { describe, expect, test } from 'vitest';
import { collapseWhiteSpace, UnigramTokenizer } from '../../../src/embedders/builtin/tokenizer.js';
import { readVocabulary } from '../../../src/embedders/builtin/weights.js';
import fc from '../../helpers/properties.js';
import { packageTokenizer } from './package-model.js';
import { questions, shortTexts } from './texts.js';

const vocabulary = readVocabulary().entries;
const tokenizer = new UnigramTokenizer(vocabulary);
const reference = packageTokenizer();
const ids = (text: string) => [...tokenizer.encode(text)];

/** Texts made of pieces of the vocabulary, its odd entries (scores null, 0, 30) more often, and of anything. */
const odd = vocabulary.filter(([, score]) => score === null || score >= 0).map(([piece]) => piece);
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(...vocabulary).map(([piece]) => piece.replaceAll('\u2581', ' ')),
      fc.constantFrom(...odd).map((piece) => piece.replaceAll('\u2581', ' ')),
      fc.constantFrom(' ', ':', '\n', '¨', '\u0308', '…', '½', '\ud83c', '\u2581'),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('UnigramTokenizer', () => {
  test('gives the ids of the package’s tokenizer for real texts', () => {
    for (const { passage, question } of questions) {
      expect(ids(passage)).toEqual(reference.encode(passage));
      expect(ids(question)).toEqual(reference.encode(question));
    }
    for (const text of shortTexts) {
      expect(ids(text)).toEqual(reference.encode(text));
      expect(ids(collapseWhiteSpace(text))).toEqual(reference.encode(collapseWhiteSpace(text)));
    }
  });

  test('gives the ids of the package’s tokenizer for any text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(ids(text)).toEqual(reference.encode(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('gives nothing for the empty text and one token for a run of unknown characters', () => {
    expect(ids('')).toEqual([]);
    expect(ids('語語語')).toEqual(reference.encode('語'));
  });

  test('reads a megabyte in one piece', () => {
    const word = ids('embedding');
    expect(ids('embedding '.repeat(100_000).trim())).toEqual(Array(100_000).fill(word).flat());
    expect(ids('\u0000'.repeat(1_000_000)).length).toBe(2);
  });

  test('knows which tokens open a word', () => {
    const opens = ids('two words').map((id) => tokenizer.opensWord(id));
    expect(opens.filter(Boolean)).toHaveLength(2);
    expect(opens[0]).toBe(true);
  });
});

describe('collapseWhiteSpace', () => {
  test('leaves single spaces between words and none around them', () => {
    expect(collapseWhiteSpace('\n a\t\tb \u00a0\r\n c\u3000')).toBe('a b c');
    expect(collapseWhiteSpace(' \n\t')).toBe('');
  });
});
