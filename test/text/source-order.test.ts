import { expect, test } from 'vitest';
import { compareSources } from '../../src/text/source-order.js';
import fc from '../helpers/properties.js';

test('orders as the UTF-8 bytes do', () => {
  const anyText = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      return Math.sign(compareSources(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b));
    }),
  );
});

test('puts emoji after the end of the 16-bit range, which JavaScript does not', () => {
  expect(compareSources('a/\u{1f600}', 'a/\uff01')).toBeGreaterThan(0);
  expect('a/\u{1f600}' > 'a/\uff01').toBe(false);
});
