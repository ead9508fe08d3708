import { expect, test } from 'vitest';
import { type BatchBounds, type Parcel, pack } from '../../src/batching/pack-batch.js';
import fc from '../helpers/properties.js';

const parcels = fc.array(fc.record({ tokens: fc.nat(600), length: fc.nat(3000) }), { maxLength: 200 });
const bounds: fc.Arbitrary<BatchBounds> = fc.record({
  items: fc.integer({ min: 1, max: 64 }),
  tokens: fc.integer({ min: 1, max: 4000 }),
  length: fc.integer({ min: 1, max: 20_000 }),
});

function line<P extends Parcel>(parcels: readonly P[]) {
  const left = [...parcels];
  return { left, peek: () => left[0], take: () => left.shift() };
}

test('packing to the end loses and doubles nothing, keeps the order, and never goes over a bound', () => {
  fc.assert(
    fc.property(parcels, bounds, (all, limit) => {
      const queue = line(all);
      const packed: Parcel[] = [];
      while (queue.left.length > 0) {
        const batch = pack(queue, limit);
        expect(batch.length).toBeGreaterThan(0);
        const sum = (key: 'tokens' | 'length') => batch.reduce((total, parcel) => total + parcel[key], 0);
        expect(batch.length).toBeLessThanOrEqual(limit.items);
        if (batch.length > 1) {
          expect(sum('tokens')).toBeLessThanOrEqual(limit.tokens);
          expect(sum('length')).toBeLessThanOrEqual(limit.length);
        }
        packed.push(...batch);
      }
      expect(packed).toEqual(all);
      expect(pack(queue, limit)).toEqual([]);
    }),
  );
});

test('a batch is as full as the bounds allow', () => {
  const ten = Array.from({ length: 10 }, () => ({ tokens: 100, length: 500 }));
  const count = (limit: BatchBounds) => pack(line(ten), limit).length;
  expect(count({ items: 4, tokens: 1e6, length: 1e6 })).toBe(4);
  expect(count({ items: 64, tokens: 300, length: 1e6 })).toBe(3);
  expect(count({ items: 64, tokens: 1e6, length: 1000 })).toBe(2);
  expect(count({ items: 64, tokens: 1e6, length: 1e6 })).toBe(10);
});

test('an oversize text is sent alone and holds no other back', () => {
  const queue = line([10, 9000, 10, 10].map((tokens) => ({ tokens, length: tokens })));
  const limit = { items: 8, tokens: 100, length: 1e6 };
  const sizes = [1, 2, 3].map(() => pack(queue, limit).length);
  expect(sizes).toEqual([1, 1, 2]);
});
