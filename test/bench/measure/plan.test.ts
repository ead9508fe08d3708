import { expect, test } from 'vitest';
import {
  adaptiveCandidate,
  fixed,
  sequentialCandidate,
  width,
} from '../../../src/bench/measure/candidates.js';
import {
  fullEffort,
  ofRoom,
  planCheck,
  planChoice,
  quickEffort,
  secondsOf,
} from '../../../src/bench/measure/plan.js';
import { bestOf, Series } from '../../../src/bench/measure/series.js';
import type { Trial } from '../../../src/bench/measure/trial.js';
import { EmbedderFault } from '../../../src/errors.js';
import fc from '../../helpers/properties.js';

const none = { sizes: [], concurrencies: [] };

test('a plan takes whole waves of requests, stays within its time, and always has the base', () => {
  const cost = fc.record({
    requestMs: fc.double({ min: 0, max: 500, noNaN: true }),
    textMs: fc.double({ min: 0, max: 500, noNaN: true }),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(fullEffort, quickEffort),
      cost,
      fc.double({ min: 5, max: 600, noNaN: true }),
      (effort, cost, seconds) => {
        const { plan, rounds } = planChoice(effort, cost, seconds, { adaptive: true, also: none });
        expect(rounds).toBeGreaterThan(0);
        expect(rounds).toBeLessThanOrEqual(effort.chooseRounds);
        expect(plan[0]!.candidate).toEqual(sequentialCandidate);
        for (const { candidate, texts } of plan) {
          expect(texts % width(candidate)).toBe(0);
          expect(texts).toBeLessThanOrEqual(4096);
        }
        // Below the fewest settings, once each, no plan can go.
        const fewest = [sequentialCandidate, fixed(4, 1)].reduce(
          (sum, one) => sum + secondsOf(one, 4, cost),
          0,
        );
        if (fewest > seconds) return;
        const total = plan.reduce((sum, { candidate, texts }) => sum + secondsOf(candidate, texts, cost), 0);
        expect(total * rounds).toBeLessThanOrEqual(seconds * 1.001);
      },
    ),
  );
});

test('a queue is measured from one request up to what all its workers take', () => {
  const concurrencies = (room: number) => ofRoom(fullEffort, room).grids.map((grid) => grid.concurrencies);
  expect(concurrencies(300)).toEqual([[1, 150, 225, 300], [1, 150, 300], [1, 300], [1, 300], [1]]);
  expect(concurrencies(3)).toEqual([[1, 2, 3], [1, 2, 3], [1, 3], [1, 3], [1]]);
  expect(concurrencies(0)).toEqual([[1], [1], [1], [1], [1]]);
});

test('a fast server gets every setting, a slow one few, and no adaptive one that could not climb', () => {
  const { plan: fast } = planChoice(fullEffort, { requestMs: 5, textMs: 1 }, 90, {
    adaptive: true,
    also: none,
  });
  expect(fast).toHaveLength(29);
  expect(fast.map(({ candidate }) => candidate.id)).toContain('batched-64x4');
  const { plan: slow, rounds } = planChoice(fullEffort, { requestMs: 20, textMs: 900 }, 90, {
    adaptive: true,
    also: none,
  });
  expect(slow.map(({ candidate }) => candidate.id)).toEqual([
    'individual-1',
    'individual-2',
    'batched-8x1',
    'batched-8x2',
  ]);
  expect(rounds).toBe(3);
});

test('a quick look at a CPU that takes 40 ms a text sees more than one batch size', () => {
  const { plan, rounds } = planChoice(quickEffort, { requestMs: 0, textMs: 40 }, 10.5, {
    adaptive: true,
    also: none,
  });
  const sizes = new Set(plan.map(({ candidate }) => candidate.batchSize));
  expect([...sizes]).toEqual([1, 8, 32]);
  expect(rounds).toBe(2);
});

test("the user's own batch size and concurrency are among the settings", () => {
  const also = { sizes: [12], concurrencies: [6] };
  const { plan } = planChoice(quickEffort, { requestMs: 5, textMs: 1 }, 20, { adaptive: false, also });
  const ids = plan.map(({ candidate }) => candidate.id);
  expect(ids).toContain('batched-12x6');
  expect(ids).toContain('batched-8x6');
  expect(ids).not.toContain(adaptiveCandidate.id);
});

test('settings that are checked are measured equally long, by what is known of their speed', () => {
  const list = [sequentialCandidate, fixed(32, 2)];
  const speeds: Record<string, number> = { 'individual-1': 50, 'batched-32x2': 1000 };
  const plan = planCheck(fullEffort, list, 10, ({ id }) => speeds[id]);
  expect(plan.map(({ texts }) => texts)).toEqual([32, 576]);
});

const trial = (textsPerSecond: number): Trial => ({
  texts: textsPerSecond,
  tokens: 1,
  requests: 1,
  seconds: 1,
  latencies: [],
  lookups: 0,
  hits: 0,
});

function seriesOf(batchSize: number, concurrency: number, speeds: number[]): Series {
  const series = new Series(fixed(batchSize, concurrency));
  series.rounds.choose = speeds.map(trial);
  return series;
}

test('of settings that are as good as the fastest, the one with the fewest texts in flight is the best', () => {
  const list = [seriesOf(8, 1, [700, 690]), seriesOf(16, 2, [970, 980]), seriesOf(64, 4, [1000, 1000])];
  expect(bestOf(list)?.candidate.id).toBe('batched-16x2');
});

test('a setting that failed in one round is never the best', () => {
  const list = [seriesOf(8, 1, [700, 690]), seriesOf(16, 2, [970, 980])];
  list[1]!.failures.push(new EmbedderFault('busy', 'too much'));
  expect(bestOf(list)?.candidate.id).toBe('batched-8x1');
  expect(bestOf([list[1]!])).toBeUndefined();
  expect(bestOf([])).toBeUndefined();
});
