import { expect, test } from 'vitest';
import { printable, printableJson, say } from '../../src/text/printable.js';
import fc from '../helpers/properties.js';

/** What a terminal obeys, or what breaks or turns a line. */
const strange = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const foreign = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 1 }),
    fc.constantFrom('\x1b', '\x9b', '\n', '\u202e', '\u2028'),
  ),
  maxLength: 60,
});

test('no foreign text keeps what commands a terminal', () => {
  fc.assert(fc.property(foreign, (text) => !strange.test(printable(text))));
});

test('plain words of any script stay as they are', () => {
  expect(printable('Zürich, 日本, naïve 👩‍👩‍👧.md')).toBe('Zürich, 日本, naïve 👩‍👩‍👧.md');
});

test('what is escaped can be read', () => {
  expect(printable('a\x1b[2J\nb\u202e\x9b')).toBe('a\\u001b[2J\\nb\\u202e\\u009b');
});

test('a long text is cut, never within a character', () => {
  expect(printable('x'.repeat(5_000_000))).toHaveLength(500);
  expect(printable('👍'.repeat(100), 10)).toBe('👍👍👍👍…');
});

test('JSON says the same, without what commands a terminal', () => {
  fc.assert(
    fc.property(fc.dictionary(foreign, foreign), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = printableJson(value, indent);
      expect(JSON.parse(text)).toEqual(value);
      return !strange.test(text.replaceAll('\n', ''));
    }),
  );
});

test('a line takes foreign words only when they were made printable', () => {
  // @ts-expect-error a text as it came is refused by the compiler
  expect(say`read ${'name'}`).toBe('read name');
  expect(say`read ${printable('na\nme')}, ${3} times`).toBe('read na\\nme, 3 times');
});
