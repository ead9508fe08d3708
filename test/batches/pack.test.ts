import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BatchBounds, pack } from '../../src/batches/pack.js';

const parcels = fc.array(fc.record({ tokens: fc.nat(600), length: fc.nat(3000) }), { maxLength: 200 });
const bounds: fc.Arbitrary<BatchBounds> = fc.record({
  items: fc.integer({ min: 1, max: 64 }),
  tokens: fc.integer({ min: 1, max: 4000 }),
  length: fc.integer({ min: 1, max: 20_000 }),
});

test('packing to the end loses and doubles nothing, and never goes over a bound', () => {
  fc.assert(
    fc.property(parcels, bounds, (all, limit) => {
      let from = 0;
      while (from < all.length) {
        const count = pack(all, from, limit);
        expect(count).toBeGreaterThan(0);
        const batch = all.slice(from, from + count);
        const sum = (key: 'tokens' | 'length') => batch.reduce((total, parcel) => total + parcel[key], 0);
        expect(count).toBeLessThanOrEqual(limit.items);
        if (count > 1) {
          expect(sum('tokens')).toBeLessThanOrEqual(limit.tokens);
          expect(sum('length')).toBeLessThanOrEqual(limit.length);
        }
        from += count;
      }
      expect(from).toBe(all.length);
      expect(pack(all, from, limit)).toBe(0);
    }),
  );
});

test('a batch is as full as the bounds allow', () => {
  const ten = Array.from({ length: 10 }, () => ({ tokens: 100, length: 500 }));
  expect(pack(ten, 0, { items: 4, tokens: 1e6, length: 1e6 })).toBe(4);
  expect(pack(ten, 0, { items: 64, tokens: 300, length: 1e6 })).toBe(3);
  expect(pack(ten, 0, { items: 64, tokens: 1e6, length: 1000 })).toBe(2);
  expect(pack(ten, 8, { items: 64, tokens: 1e6, length: 1e6 })).toBe(2);
});

test('an oversize text travels alone and holds nobody back', () => {
  const mixed = [10, 9000, 10, 10].map((tokens) => ({ tokens, length: tokens }));
  const limit = { items: 8, tokens: 100, length: 1e6 };
  expect(pack(mixed, 0, limit)).toBe(1);
  expect(pack(mixed, 1, limit)).toBe(1);
  expect(pack(mixed, 2, limit)).toBe(2);
});
