// src/search/evaluate: how often a search finds what answers a question, told with its uncertainty.
//
// In: questions with what answers them, and the results of each. Out: hit@1, hit@3, hit@10, MRR and nDCG@10 with intervals,
// the questions that fail, and a verdict on two ways of searching. answer-rank.ts says whether a result answers;
// evaluate.ts asks; draft.ts proposes questions; page.ts shows all as a page.
// What must hold: an interval comes from the questions alone, by a seed, so that the same ranks give the same numbers; few
// questions give "can't tell yet", never a guess.
import { type Random, randomFrom } from '../../bench/statistics/random.js';
import { mean, quantile } from '../../bench/statistics/statistics.js';

/** Results of a question that are looked at. */
export const depth = 10;

/** What is measured: shares of questions that are answered by the first 1, 3 or 10 results, MRR, and nDCG@10. */
export type MeasureName = 'hit1' | 'hit3' | 'hit10' | 'mrr' | 'ndcg';

/** Each takes the 1-based place of the first result that answers, or 0, and gives 0 to 1. */
export const measures: Readonly<Record<MeasureName, (rank: number) => number>> = {
  hit1: (rank: number) => (rank === 1 ? 1 : 0),
  hit3: (rank: number) => (rank >= 1 && rank <= 3 ? 1 : 0),
  hit10: (rank: number) => (rank >= 1 && rank <= depth ? 1 : 0),
  mrr: (rank: number) => (rank >= 1 && rank <= depth ? 1 / rank : 0),
  ndcg: (rank: number) => (rank >= 1 && rank <= depth ? 1 / Math.log2(1 + rank) : 0),
};

/** A mean, with bounds that hold it in 95 of 100 samples of questions; null with fewer than five questions. */
export interface Estimate {
  /** The mean itself. */
  value: number;
  /** Lower bound. */
  low: number | null;
  /** Upper bound. */
  high: number | null;
}

/** What is known of a difference: it is above or below 0, or as good as 0, or nothing is known yet. */
export type EvalVerdict = 'better' | 'worse' | 'no-difference' | 'cant-tell-yet';

/** A difference within this of 0 is none. */
const sameWithin = 0.02;
const minQuestions = 5;
const resamples = 4000;
const seed = 20;

/** @param values of the questions, at least one */
export function estimateOf(values: readonly number[]): Estimate {
  const value = mean(values);
  if (values.length < minQuestions) return { value, low: null, high: null };
  const random = randomFrom(seed);
  const means = Array.from({ length: resamples }, () => resampledMean(values, random));
  return { value, low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

function resampledMean(values: readonly number[], random: Random): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!;
  return sum / values.length;
}

/** The verdict by the whole interval of the paired differences. */
export function verdictOf({ low, high }: Estimate): EvalVerdict {
  if (low === null || high === null) return 'cant-tell-yet';
  if (low >= -sameWithin && high <= sameWithin) return 'no-difference';
  if (low > 0) return 'better';
  return high < 0 ? 'worse' : 'cant-tell-yet';
}
