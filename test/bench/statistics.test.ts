import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFrom, shuffled } from '../../src/bench/random.js';
import {
  differenceOf,
  geometricMean,
  pairedRatio,
  quantile,
  unpairedRatio,
} from '../../src/bench/statistics.js';

const speed = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const speeds = fc.array(speed, { minLength: 1, maxLength: 40 });

test('a quantile lies between the values around it, and never falls as q grows', () => {
  fc.assert(
    fc.property(
      speeds,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, a, b) => {
        const sorted = [...values].sort((x, y) => x - y);
        const [low, high] = [quantile(values, Math.min(a, b)), quantile(values, Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(sorted[0]!);
        expect(high).toBeLessThanOrEqual(sorted.at(-1)!);
        const place = Math.floor(a * (sorted.length - 1));
        expect(quantile(values, a)).toBeGreaterThanOrEqual(sorted[place]!);
      },
    ),
  );
  expect(quantile([4, 1, 3, 2, 5], 0.5)).toBe(3);
  expect(quantile([10, 20], 0.95)).toBeCloseTo(19.5, 10);
});

test('a ratio scales with its values, lies within its interval, and comes out alike for a seed', () => {
  const rounds = fc.array(fc.tuple(speed, speed), { minLength: 3, maxLength: 12 });
  fc.assert(
    fc.property(
      rounds,
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      fc.integer(),
      (values, factor, seed) => {
        const [above, below] = [values.map(([a]) => a), values.map(([, b]) => b)];
        const ratio = pairedRatio(above, below, randomFrom(seed));
        expect(pairedRatio(above, below, randomFrom(seed))).toEqual(ratio);
        expect(ratio.low!).toBeLessThanOrEqual(ratio.estimate * (1 + 1e-9));
        expect(ratio.high!).toBeGreaterThanOrEqual(ratio.estimate * (1 - 1e-9));
        const scaled = pairedRatio(
          above.map((value) => value * factor),
          below,
          randomFrom(seed),
        );
        expect(scaled.estimate / ratio.estimate).toBeCloseTo(factor, 6);
        expect(scaled.high! / ratio.high!).toBeCloseTo(factor, 6);
      },
    ),
    { numRuns: 40 },
  );
});

test('rounds that are slow for both cancel out', () => {
  const slow = [1, 0.2, 3, 0.7, 1.5];
  const { estimate, low, high } = pairedRatio(
    slow.map((one) => one * 8),
    slow,
    randomFrom(1),
  );
  expect(estimate).toBeCloseTo(8, 10);
  expect(low).toBeCloseTo(8, 10);
  expect(high).toBeCloseTo(8, 10);
});

test.each([
  ['paired', pairedRatio, 5],
  ['paired', pairedRatio, 10],
  ['unpaired', unpairedRatio, 8],
] as const)('%s intervals hold the true ratio in about 95 of 100 measurements (%#)', (_, ratio, rounds) => {
  const random = randomFrom(7);
  const noise = () => Math.exp(0.1 * normal(random));
  let held = 0;
  const runs = 300;
  for (let run = 0; run < runs; run++) {
    const above = Array.from({ length: rounds }, () => 2 * noise());
    const below = Array.from({ length: rounds }, noise);
    const { low, high } = ratio(above, below, random);
    if (low! <= 2 && high! >= 2) held++;
  }
  expect(held / runs).toBeGreaterThan(0.9);
  expect(held / runs).toBeLessThan(0.995);
});

test('two rounds have no interval, and no difference is read from them', () => {
  const ratio = pairedRatio([4, 4], [1, 1], randomFrom(1));
  expect(ratio).toEqual({ estimate: expect.closeTo(4, 10), low: null, high: null });
  expect(differenceOf(ratio)).toBeUndefined();
});

test('a difference counts when the whole interval is beyond a tenth', () => {
  expect(differenceOf({ estimate: 1.3, low: 1.11, high: 1.5 })).toBe('faster');
  expect(differenceOf({ estimate: 1.3, low: 1.05, high: 1.5 })).toBe('none');
  expect(differenceOf({ estimate: 1.05, low: 1.04, high: 1.06 })).toBe('none');
  expect(differenceOf({ estimate: 0.7, low: 0.6, high: 0.8 })).toBe('slower');
});

test('twice as fast and half as fast are as fast', () => {
  expect(geometricMean([2, 0.5, 8, 0.125])).toBeCloseTo(1, 12);
});

test('a shuffle keeps all items, depends on the seed alone, and moves them everywhere', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const once = shuffled(items, randomFrom(seed));
      expect(shuffled(items, randomFrom(seed))).toEqual(once);
      expect([...once].sort()).toEqual([...items].sort());
    }),
  );
  const random = randomFrom(3);
  const firsts = Array.from({ length: 3000 }, () => shuffled(['a', 'b', 'c'], random)[0]);
  for (const item of ['a', 'b', 'c']) {
    expect(firsts.filter((first) => first === item).length).toBeGreaterThan(850);
  }
});

/** By Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
