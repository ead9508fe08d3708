import { expect, test } from 'vitest';
import { randomFrom, shuffled } from '../../../src/bench/statistics/random.js';
import {
  differenceOf,
  geometricMean,
  pairedRatio,
  quantile,
  roundsToTell,
  unpairedRatio,
  verdictOn,
} from '../../../src/bench/statistics/statistics.js';
import fc from '../../helpers/properties.js';

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

test.each([
  [0.76, 1.92, 4.87, 'cant-tell-yet'],
  [1.11, 1.12, 1.14, 'faster'],
  [1.1, 1.18, 1.28, 'faster'],
  [0.95, 1.02, 1.09, 'no-difference'],
  [1.02, 1.03, 1.04, 'no-difference'],
  [0.9, 1, 1.1, 'no-difference'],
  [0.89, 1, 1.1, 'cant-tell-yet'],
  [0.97, 1.05, 1.11, 'cant-tell-yet'],
  [0.6, 0.7, 0.8, 'slower'],
  [null, 3, null, 'cant-tell-yet'],
] as const)('an interval from %d by %d to %d says: %s', (low, estimate, high, verdict) => {
  expect(verdictOn({ estimate, low, high })).toBe(verdict);
  const difference = {
    faster: 'faster',
    slower: 'slower',
    'no-difference': 'none',
    'cant-tell-yet': undefined,
  };
  expect(differenceOf({ estimate, low, high })).toBe(difference[verdict]);
});

test('the rounds that it takes to tell grow with the noise, and suffice', () => {
  // Half as wide an interval leaves 1 behind: four times the rounds.
  expect(roundsToTell({ estimate: 1.2, low: 1.2 / 1.44, high: 1.2 * 1.44 }, 5)).toBe(20);
  // Nothing to find but that there is nothing: it has to fit into 10 %.
  expect(roundsToTell({ estimate: 1, low: 1 / 1.1 ** 3, high: 1.1 ** 3 }, 5)).toBe(45);
  expect(roundsToTell({ estimate: 1.5, low: null, high: null }, 2)).toBeGreaterThan(2);
  const random = randomFrom(5);
  const ratioOf = (rounds: number) => {
    const above = Array.from({ length: rounds }, () => 1.15 * Math.exp(0.3 * normal(random)));
    return pairedRatio(
      above,
      above.map(() => 1),
      random,
    );
  };
  let told = 0;
  for (let run = 0; run < 40; run++) {
    const first = ratioOf(8);
    if (verdictOn(first) !== 'cant-tell-yet') continue;
    const rounds = Math.min(2000, roundsToTell(first, 8));
    expect(rounds).toBeGreaterThan(8);
    if (verdictOn(ratioOf(rounds)) !== 'cant-tell-yet') told++;
  }
  expect(told).toBeGreaterThan(10);
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
