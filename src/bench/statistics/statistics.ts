// src/bench/statistics: what a few noisy rounds say, as a ratio with its 95 % interval and a verdict.
//
// In: numbers of rounds, measured in turns. Out: quantiles, means, an Interval and a Verdict. random.ts gives orders and
// resamples that can be repeated from a seed.
// What must hold: all is pure, and few or unlike rounds give "can't tell yet", never a guess.
import type { Random } from './random.js';

/** A ratio; the bounds are null when there were too few rounds. */
export interface Interval {
  estimate: number;
  low: number | null;
  high: number | null;
}

/** What is known of a ratio: it is above or below 1, or as good as 1, or nothing is known yet. */
export type Verdict = 'faster' | 'slower' | 'no-difference' | 'cant-tell-yet';

/** The same without the last, as the first reports had it. */
export type Difference = 'faster' | 'slower' | 'none';

/** An interval within this share around 1 shows that there is no difference. */
const sameShare = 0.1;

/** Min rounds to estimate their spread. */
const minRounds = 3;

const resamples = 4000;

/** Student's t for 95 %, both sides, by degrees of freedom from 1 to 30; above, the normal distribution's. */
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const normalQuantile = 1.96;

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
 * The ratio of `above` to `below`, round by round, so that a slow round cancels out.
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

/** The verdict by the whole interval. */
export function verdictOn({ low, high }: Interval): Verdict {
  if (low === null || high === null) return 'cant-tell-yet';
  // Three percent are not worth a setting, even when they are sure.
  if (low >= 1 - sameShare && high <= 1 + sameShare) return 'no-difference';
  if (low > 1) return 'faster';
  return high < 1 ? 'slower' : 'cant-tell-yet';
}

/** @returns undefined where nothing can be told yet */
export function differenceOf(ratio: Interval): Difference | undefined {
  const verdict = verdictOn(ratio);
  if (verdict === 'cant-tell-yet') return undefined;
  return verdict === 'no-difference' ? 'none' : verdict;
}

/**
 * About how many rounds are needed for a sure answer, if rounds vary as before: the width of the interval falls with the
 * square root of their number.
 */
export function roundsToTell({ estimate, low, high }: Interval, rounds: number): number {
  if (low === null || high === null) return Math.max(minRounds + 1, rounds + 1);
  const gap = Math.abs(Math.log(estimate));
  // The interval must either exclude 1 or be narrow around 1: the one that needs fewer rounds counts.
  const wanted = Math.max(gap, Math.log(1 + sameShare) - gap);
  const half = Math.max(Math.log(high / estimate), Math.log(estimate / low));
  return Math.max(rounds + 1, Math.ceil(rounds * (half / wanted) ** 2 - 1e-9));
}

/**
 * The percentiles of the bootstrap, widened, as resamples of few rounds vary too little. The factor makes the interval
 * right for errors with a normal distribution in the logarithm.
 */
function intervalOf(center: number, rounds: number, resample: () => number): Interval {
  const estimate = Math.exp(center);
  if (rounds < minRounds) return { estimate, low: null, high: null };
  const means = Float64Array.from({ length: resamples }, resample).sort();
  const widening = Math.sqrt(rounds / (rounds - 1)) * ((T[rounds - 2] ?? normalQuantile) / normalQuantile);
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
