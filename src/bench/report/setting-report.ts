// The measurements of one setting as data: its figures, and its ratio to another setting.
import type { FaultMeaning } from '../../errors.js';
import { type Candidate, type CandidateKind, sequentialCandidate } from '../measure/candidates.js';
import { type Phase, pairs, type Series, textsPerSecond, tokensPerSecond } from '../measure/series.js';
import type { Random } from '../statistics/random.js';
import {
  type Difference,
  differenceOf,
  geometricMean,
  type Interval,
  pairedRatio,
  quantile,
  type Verdict,
  verdictOn,
} from '../statistics/statistics.js';

export interface SettingReport {
  /** `individual-1`, `batched-32x2`, `adaptive`, `cold-cache`, `warm-cache`. */
  id: string;
  kind: CandidateKind;
  /** Max texts of a request, and max requests in flight; null when they adapt to the server. */
  batchSize: number | null;
  concurrency: number | null;
  status: 'measured' | 'failed';
  /** Number of rounds for the figures, and whether these rounds chose or checked the setting. */
  phase: Phase;
  rounds: number;
  /** Sums over these rounds. */
  texts: number;
  requests: number;
  textsPerRequest: number | null;
  /** Geometric means over these rounds; null when it failed in all. */
  textsPerSecond: number | null;
  tokensPerSecond: number | null;
  /** Of a request; null when there was none. */
  latencyMs: { p50: number; p95: number; p99: number } | null;
  /** 0 to 1; null where there is no cache. */
  cacheHitRate: number | null;
  /** Texts per second against one text at a time, in the same rounds. */
  speedup: Interval | null;
  /** Null for one text at a time itself, and when nothing was measured. */
  verdict: Verdict | null;
  difference: Difference | null;
  /** Of each round. */
  samples: { textsPerSecond: number[]; tokensPerSecond: number[] };
  failure: { meaning: FaultMeaning; message: string; count: number } | null;
}

/** Min rounds that checked; with fewer, those that chose are used. */
const minChecks = 3;

/** From the rounds that checked, unless there were too few of them. */
export function compare(
  above: Series | undefined,
  below: Series | undefined,
  random: Random,
): Interval | undefined {
  if (!above || !below) return undefined;
  const [check, choose] = [pairs(above, below, 'check'), pairs(above, below, 'choose')];
  const paired = morePrecise(check.above.length, choose.above.length) === 'check' ? check : choose;
  return paired.above.length === 0 ? undefined : pairedRatio(paired.above, paired.below, random);
}

function morePrecise(checks: number, choices: number): Phase {
  return checks >= Math.min(minChecks, choices) && checks > 0 ? 'check' : 'choose';
}

export function settingReport(series: Series, sequential: Series | undefined, random: Random): SettingReport {
  const { candidate, failures } = series;
  const phase = morePrecise(series.trials('check').length, series.trials('choose').length);
  const trials = series.trials(phase);
  const texts = sum(trials.map((trial) => trial.texts));
  const requests = sum(trials.map((trial) => trial.requests));
  const lookups = sum(trials.map((trial) => trial.lookups));
  const latencies = trials.flatMap((trial) => trial.latencies);
  const samples = {
    textsPerSecond: trials.map((trial) => round(textsPerSecond(trial))),
    tokensPerSecond: trials.map((trial) => round(tokensPerSecond(trial))),
  };
  const speedup =
    candidate.id === sequentialCandidate.id ? null : (compare(series, sequential, random) ?? null);
  const [failure] = failures;
  return {
    id: candidate.id,
    kind: candidate.kind,
    ...limitsOf(candidate),
    status: failure ? 'failed' : 'measured',
    phase,
    rounds: trials.length,
    texts,
    requests,
    textsPerRequest: requests === 0 ? null : round(texts / requests, 1),
    textsPerSecond: trials.length === 0 ? null : round(geometricMean(trials.map(textsPerSecond))),
    tokensPerSecond: trials.length === 0 ? null : round(geometricMean(trials.map(tokensPerSecond))),
    latencyMs: latencies.length === 0 ? null : quantilesOf(latencies),
    cacheHitRate: lookups === 0 ? null : sum(trials.map((trial) => trial.hits)) / lookups,
    speedup,
    verdict: speedup && verdictOn(speedup),
    difference: (speedup && differenceOf(speedup)) ?? null,
    samples,
    failure: failure ? { meaning: failure.meaning, message: failure.message, count: failures.length } : null,
  };
}

function limitsOf({
  kind,
  batchSize,
  concurrency,
}: Candidate): Pick<SettingReport, 'batchSize' | 'concurrency'> {
  return kind === 'adaptive' ? { batchSize: null, concurrency: null } : { batchSize, concurrency };
}

function quantilesOf(values: readonly number[]): { p50: number; p95: number; p99: number } {
  const at = (q: number) => round(quantile(values, q));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
