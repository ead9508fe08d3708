import { describe, expect, test } from 'vitest';
import { Histogram, secondBounds } from '../../src/metrics/histogram.js';
import fc from '../helpers/properties.js';

function histogramOf(values: readonly number[], bounds?: readonly number[]): Histogram {
  const histogram = new Histogram(bounds);
  for (const value of values) histogram.observe(value);
  return histogram;
}

describe('Histogram', () => {
  test('is empty at first and after a reset', () => {
    const histogram = histogramOf([1, 2, 3]);
    expect([histogram.count, histogram.sum]).toEqual([3, 6]);
    histogram.reset();
    for (const empty of [histogram, new Histogram()]) {
      expect([empty.count, empty.sum, empty.quantile(0.5), empty.atMost(1000)]).toEqual([0, 0, 0, 0]);
    }
  });

  test('a bound belongs to the bucket below it', () => {
    const histogram = histogramOf([1, 1.0001, 2, 3], [1, 2]);
    expect([histogram.atMost(0.9), histogram.atMost(1), histogram.atMost(2)]).toEqual([0, 1, 3]);
  });

  test('its bounds ascend, no more than 28 % apart, and hold those that dashboards know', () => {
    for (const [index, bound] of secondBounds.entries()) {
      if (index > 0) expect(bound / secondBounds[index - 1]!).toBeLessThan(1.281);
    }
    expect(secondBounds).toEqual(
      expect.arrayContaining([0.001, 0.0025, 0.005, 0.1, 0.25, 0.5, 1, 2.5, 5, 100, 1000]),
    );
  });

  test('quantiles are off by less than 28 %, never outside of what was seen, and never fall', () => {
    const values = fc.array(fc.double({ min: 0.0001, max: 900, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(values, (seen) => {
        const histogram = histogramOf(seen);
        const sorted = [...seen].sort((a, b) => a - b);
        let before = 0;
        for (const q of [0.01, 0.5, 0.95, 0.99, 1]) {
          const estimate = histogram.quantile(q);
          const exact = sorted[Math.ceil(q * seen.length) - 1]!;
          expect(estimate / exact).toBeGreaterThan(1 / 1.281);
          expect(estimate / exact).toBeLessThan(1.281);
          expect(estimate).toBeGreaterThanOrEqual(Math.max(before, sorted[0]!));
          expect(estimate).toBeLessThanOrEqual(sorted.at(-1)!);
          before = estimate;
        }
      }),
    );
  });

  test('values beyond the last bound are counted, and the largest stands for them', () => {
    const histogram = histogramOf([5000, 7000]);
    expect([histogram.count, histogram.atMost(1000), histogram.quantile(0.99)]).toEqual([2, 0, 7000]);
  });
});
