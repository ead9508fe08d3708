import { describe, expect, test } from 'vitest';
import { cutSlices } from '../../../../src/embedders/builtin/workers/share-texts.js';
import fc from '../../../helpers/properties.js';

describe('cutSlices', () => {
  test('keeps all texts in order, in slices of little work', () => {
    const texts = fc.array(fc.integer({ min: 1, max: 3000 }).map((length) => 'x'.repeat(length)));
    fc.assert(
      fc.property(texts, (texts) => {
        const slices = cutSlices(texts);
        expect(slices.flat()).toEqual(texts);
        for (const slice of slices) {
          expect(slice.length).toBeGreaterThan(0);
          expect(slice.length).toBeLessThanOrEqual(8);
          if (slice.length > 1) expect(slice.join('').length).toBeLessThanOrEqual(2000);
        }
      }),
    );
  });

  test('puts short texts together and long ones by themselves', () => {
    const long = 'x'.repeat(1200);
    expect(cutSlices(['a', 'b', long, long, 'c']).map((slice) => slice.length)).toEqual([3, 2]);
  });
});
