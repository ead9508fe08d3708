// What can be said of a few noisy rounds: means, quantiles, and a ratio with its 95 % interval. Pure.
import type { Random } from './random.js';

/** A ratio; the bounds are null where there were too few rounds for them. */
export interface Interval {
  estimate: number;
  low: number | null;
  high: number | null;
}

/** What a ratio means for who chooses: a difference that is measurable and worth having, or none. */
export type Difference = 'faster' | 'slower' | 'none';

/** Ratios between 1/1.1 and 1.1 are no reason to change a setting, however surely they are measured. */
export const WORTH = 1.1;

/** Fewer rounds say nothing of their spread. */
const LEAST_ROUNDS = 3;

const RESAMPLES = 4000;

/** Student's t for 95 %, both sides, by degrees of freedom from 1 to 30; above, the normal distribution's. */
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL = 1.96;

/** The value below which the share `q` of all lies, linear between neighbours. @param values at least one */
export function quantile(values: readonly number[], q: number): number {
  return quantileOf(Float64Array.from(values).sort(), q);
}

function quantileOf(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

/** @param values at least one */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of speeds: twice as fast and half as fast cancel out. @param values at least one, all above 0 */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/**
 * How many times as large `above` is as `below`, round by round, so that what slows down a round cancels out.
 * @param above one value for each round, above 0; at least one
 * @param below the same rounds
 */
export function pairedRatio(above: readonly number[], below: readonly number[], random: Random): Interval {
  const logs = above.map((value, round) => Math.log(value / below[round]!));
  return intervalOf(mean(logs), logs.length, () => mean(resampled(logs, random)));
}

/** The same for values of different rounds, such as of two runs. */
export function unpairedRatio(above: readonly number[], below: readonly number[], random: Random): Interval {
  const [a, b] = [above.map(Math.log), below.map(Math.log)];
  const resample = () => mean(resampled(a, random)) - mean(resampled(b, random));
  return intervalOf(mean(a) - mean(b), Math.min(a.length, b.length), resample);
}

/** Undefined where there is no interval. */
export function differenceOf({ low, high }: Interval): Difference | undefined {
  if (low === null || high === null) return undefined;
  if (low > WORTH) return 'faster';
  return high < 1 / WORTH ? 'slower' : 'none';
}

/**
 * The percentiles of the bootstrap, widened: resamples of few rounds vary too little. The factor makes the
 * interval right for errors that are normal in the logarithm.
 */
function intervalOf(center: number, rounds: number, resample: () => number): Interval {
  const estimate = Math.exp(center);
  if (rounds < LEAST_ROUNDS) return { estimate, low: null, high: null };
  const means = Float64Array.from({ length: RESAMPLES }, resample).sort();
  const widening = Math.sqrt(rounds / (rounds - 1)) * ((T[rounds - 2] ?? NORMAL) / NORMAL);
  const [low, high] = [quantileOf(means, 0.025), quantileOf(means, 0.975)];
  return {
    estimate,
    low: Math.exp(center + Math.min(0, low - center) * widening),
    high: Math.exp(center + Math.max(0, high - center) * widening),
  };
}

function resampled(values: readonly number[], random: Random): number[] {
  return values.map(() => values[Math.floor(random() * values.length)]!);
}
