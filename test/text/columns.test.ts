import { expect, test } from 'vitest';
import { columnsOf, cut, padEnd, padStart, sentenceLines, wrapped } from '../../src/text/columns.js';
import { printable, say, styled } from '../../src/text/printable.js';
import fc from '../helpers/properties.js';

test('a Chinese letter or an emoji takes two columns, an accent or a colour none', () => {
  const texts = ['abc', '港口', 'ｱ', '👩‍👩‍👧', 'é', '\u001b[31mred\u001b[39m', ''];
  expect(texts.map(columnsOf)).toEqual([3, 4, 1, 2, 1, 3, 0]);
});

test('lines are broken at blanks, and beside wide letters, but not before their punctuation', () => {
  const lines = (text: string, width: number) => wrapped(printable(text), width);
  expect(lines('how are chunks made', 10)).toEqual(['how are', 'chunks', 'made']);
  expect(lines('天气很好，我们去公园', 8)).toEqual(['天气很', '好，我们', '去公园']);
  expect(lines('see 港口 abc', 6)).toEqual(['see 港', '口 abc']);
  expect(lines('abcdefgh ij', 4)).toEqual(['abcd', 'efgh', 'ij']);
  expect(lines('  indented line', 11)).toEqual(['  indented', 'line']);
  expect(lines('👍👍👍', 1)).toEqual(['👍', '👍', '👍']);
  expect(lines('', 10)).toEqual(['']);
});

test('what is said is broken beside its label, but never within a command', () => {
  const lines = (text: string, width: number) => sentenceLines(printable(text), width);
  expect(lines('  documents  80 new, 0 changed, 0 removed', 28)).toEqual([
    '  documents  80 new, 0',
    '             changed, 0',
    '             removed',
  ]);
  expect(lines('error: no index: run `embed ingest DIR`, then ask.', 30)).toEqual([
    'error: no index: run',
    '`embed ingest DIR`, then ask.',
  ]);
  expect(lines('short', 30)).toEqual(['short']);
});

test('a colour takes no room where a line is broken', () => {
  const red = styled((text) => `\u001b[31m${text}\u001b[39m`, printable('error'));
  expect(wrapped(say`${red}: one two`, 10)).toEqual([say`${red}: one`, 'two']);
});

const texts = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', '港', '。', 'é', '👍', '-'),
  maxLength: 40,
});

test('lines fit, and lose nothing but blanks', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 12 }), (text, width) => {
      const lines = wrapped(printable(text), width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      return lines.every((line) => columnsOf(line) <= width);
    }),
  );
});

test('a text is cut and filled up by columns', () => {
  expect(cut(printable('港口在哪里'), 6)).toBe('港口…');
  expect(cut(printable('abc'), 3)).toBe('abc');
  expect(padEnd(printable('港口'), 6)).toBe('港口  ');
  expect(padStart(printable('港口'), 3)).toBe('港口');
  fc.assert(fc.property(texts, fc.nat(12), (text, width) => columnsOf(cut(printable(text), width)) <= width));
});
