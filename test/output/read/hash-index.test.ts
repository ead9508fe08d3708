import { expect, test } from 'vitest';
import { HashIndex } from '../../../src/output/read/hash-index.js';
import fc from '../../helpers/properties.js';

test('finds the first of equal hashes, like a Map, at any capacity', () => {
  // Few different keys that also share their first word: collisions and repetitions happen.
  const key = fc.tuple(fc.constantFrom(0, 1, 0xffffffff), fc.integer({ min: 0, max: 40 }));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), fc.integer({ min: 0, max: 100 }), (keys, capacity) => {
      const index = new HashIndex(capacity);
      const expected = new Map<string, number>();
      keys.forEach(([word, rest], i) => {
        const bytes = Buffer.alloc(32);
        bytes.writeUInt32LE(word, 0);
        bytes.writeUInt32LE(rest, 12);
        index.add(Buffer.concat([Buffer.alloc(3), bytes]), 3);
        if (!expected.has(bytes.toString('hex'))) expected.set(bytes.toString('hex'), i);
      });
      expect(index.size).toBe(keys.length);
      for (const [hash, i] of expected) expect(index.find(hash)).toBe(i);
      expect(index.find('7'.repeat(64))).toBeUndefined();
    }),
  );
});
