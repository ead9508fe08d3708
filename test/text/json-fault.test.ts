import { expect, test } from 'vitest';
import { placeOfJsonFault } from '../../src/text/json-fault.js';
import fc from '../helpers/properties.js';

test.each([
  ['{"a": }', 'line 1, column 7'],
  ['{\n  "a": 1,\n}', 'line 3, column 1'],
  ['{"a": 1', 'line 1, column 8'],
  ['', 'line 1, column 1'],
  ['{"a": 1} more', 'line 1, column 10'],
  ['"a\tb"', 'line 1, column 1'],
  ['// so far\n1', 'line 1, column 1'],
])('%j: %s', async (text, place) => {
  expect(await placeOfJsonFault(text, 'json')).toBe(place);
});

test('comments, and a comma at the end, are no faults where they are allowed', async () => {
  expect(await placeOfJsonFault('// so far\n[1, 2,]', 'comments')).toBeUndefined();
  expect(await placeOfJsonFault('// so far\n[1, 2,', 'comments')).toBe('line 2, column 7');
});

test('a long or deep text has no place, and is no error', async () => {
  expect(await placeOfJsonFault(`${' '.repeat(1_000_000)}{`, 'json')).toBeUndefined();
  expect(await placeOfJsonFault('['.repeat(500_000), 'json')).toBeUndefined();
});

test('whatever JSON.parse refuses has a place within the text, and nothing of the text is in it', async () => {
  const texts = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.string({ unit: fc.constantFrom(...'{}[]",:\\\n\t\u00a0etn-1.', '\u2028') }),
    )
    .map(
      ([json, at, put]) => json.slice(0, at % (json.length + 1)) + put + json.slice(at % (json.length + 1)),
    );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      fc.pre(!isJson(text));
      const [, line, column] = /^line (\d+), column (\d+)$/.exec((await placeOfJsonFault(text, 'json'))!)!;
      const lines = text.split(/\r\n|[\r\n]/);
      expect(Number(line)).toBeLessThanOrEqual(lines.length);
      expect(Number(column)).toBeLessThanOrEqual(lines[Number(line) - 1]!.length + 1);
    }),
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
