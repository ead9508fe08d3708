// Sizes: what is shown can be typed, and means the same.

import { expect, test } from 'vitest';
import { parseSize, shownSize, typedSize } from '../../src/text/sizes.js';
import fc from '../helpers/properties.js';

test.each([
  ['0', 0],
  ['4096', 4096],
  ['4096b', 4096],
  ['1kB', 1000],
  ['1 KiB', 1024],
  ['1k', 1024],
  ['500MB', 500_000_000],
  ['500M', 500 * 1024 ** 2],
  ['1.5 gib', 1.5 * 1024 ** 3],
  ['2TB', 2e12],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each([
  '',
  'MB',
  '-1',
  '1e3',
  '5 apples',
  '1ib',
  '1mm',
  '0x10',
  '9'.repeat(21),
  '9999999TB',
  '1,5GB',
  '1.GB',
])('%j is no size', (text) => {
  expect(parseSize(text)).toBeUndefined();
});

test('what is to be typed means exactly the bytes it is of', () => {
  expect([64 * 1024 ** 2, 2 * 1024 ** 3, 500e6, 1024, 1000, 4097, 0].map(typedSize)).toEqual([
    '64MiB',
    '2GiB',
    '500MB',
    '1KiB',
    '1kB',
    '4097',
    '0',
  ]);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4000 }),
      fc.constantFrom(1, 1000, 1024, 1e6, 1024 ** 2, 1e9, 1024 ** 3),
      (count, unit) => {
        expect(parseSize(typedSize(count * unit))).toBe(count * unit);
      },
    ),
  );
});

test('what is shown is off by less than a twentieth of its unit', () => {
  expect([0, 999, 1000, 45_940_000, 999_949, 999_950, 2 * 1024 ** 3, 5e15].map(shownSize)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '45.9 MB',
    '999.9 kB',
    '1.0 MB',
    '2.1 GB',
    '5000.0 TB',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 2 ** 45 }), (bytes) => {
      const shown = parseSize(shownSize(bytes))!;
      expect(Math.abs(shown - bytes) / bytes).toBeLessThanOrEqual(0.0501);
    }),
  );
});
