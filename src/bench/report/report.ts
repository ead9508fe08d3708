// src/bench/report: a measurement as data (this file), as one page (page.ts), and against an earlier one (baseline.ts).
//
// In: measured targets. Out: the JSON of `embed bench --json`, which the terminal and the page show as well. words.ts
// holds the sentences of both. Within one `schema`, fields are only ever added.
import { type Candidate, type CandidateKind, sequentialCandidate } from '../measure/candidates.js';
import type { Measurement } from '../measure/measure.js';
import type { Load } from '../measure/target.js';
import type { TargetResult } from '../measure/target-results.js';
import { type Random, randomFrom } from '../statistics/random.js';
import {
  type Difference,
  differenceOf,
  type Interval,
  mean,
  roundsToTell,
  type Verdict,
  verdictOn,
} from '../statistics/statistics.js';
import { compare, round, type SettingReport, settingReport } from './setting-report.js';

/** The JSON of `embed bench --json`. Within one `schema`, fields are only ever added. */
export interface BenchReport {
  schema: 1;
  /** When it was made, ISO 8601. */
  date: string;
  seed: number;
  seconds: number;
  /** False when the time was over, or a server went down, before everything was measured. */
  complete: boolean;
  ended: 'time-limit' | 'server-down' | null;
  texts: {
    source: 'documents' | 'bundled';
    /** Number of distinct texts. */
    count: number;
    /** Mean tokens of a text, including the prefix, by the counter of the first target. */
    tokens: number;
    /** Reports with the same hash measured the same texts. */
    hash: string;
  };
  /** Of the first target: the best batched setting against one text at a time; null when one wasn't measured. */
  speedup: Interval | null;
  verdict: Verdict | null;
  difference: Difference | null;
  /** Of the first target; null when nothing can be recommended. */
  recommended: Recommendation | null;
  /** Time and command for an answer to open questions; null when there are none. */
  again: { seconds: number; command: string } | null;
  targets: TargetReport[];
  /** Every further target against the first one, each with its best batched setting. */
  comparisons: Comparison[];
}

export interface Recommendation {
  batchSize: number;
  /** Null for a queue: as many as its workers take, whenever they come and go. */
  concurrency: number | null;
  /**
   * `faster`: than the default. `vectors-differ`: a batch changes the vectors, so texts must be sent alone. The others
   * recommend to set nothing, and only name the best fixed setting. `adaptive`: the default is as fast, or faster.
   * `no-difference`: to one text at a time. `cant-tell-yet`: the question is open.
   */
  reason: 'faster' | 'adaptive' | 'vectors-differ' | 'no-difference' | 'cant-tell-yet';
}

export interface Comparison {
  /** Indexes in `targets`. */
  target: number;
  against: number;
  /** Of texts per second. */
  ratio: Interval;
  verdict: Verdict;
  difference: Difference | null;
}

export interface TargetReport {
  name: string;
  embedder: 'ollama' | 'openai' | 'builtin';
  model: string;
  digest: string;
  dimensions: number;
  /** Without credentials; null for the built-in embedder. */
  url: string | null;
  load: Load;
  /** Compares vectors of texts alone and in one batch; null when it wasn't measured. */
  agreement: { texts: number; minimumCosine: number; agrees: boolean } | null;
  speedup: Interval | null;
  verdict: Verdict | null;
  difference: Difference | null;
  recommended: Recommendation | null;
  /** The best fixed setting against the adaptive default; null when one of them wasn't measured. */
  againstDefault: { ratio: Interval; verdict: Verdict } | null;
  /** Id of the best batched setting. Other rounds chose it than those that measured it. */
  best: string | null;
  settings: SettingReport[];
}

/** Min cosine of two equal vectors, as for vector spaces. */
const minCosine = 0.999;

/** @param commandFor the command line that measures the same for so many seconds */
export function reportOf(
  measurement: Measurement,
  seed: number,
  commandFor: (seconds: number) => string = (seconds) => `embed bench --time-limit ${seconds}s`,
): BenchReport {
  const { results, sample, ended, seconds } = measurement;
  const random = randomFrom(seed);
  const targets = results.map((result) => targetReport(result, random));
  const first = targets[0]!;
  const longer = Math.max(0, ...targets.map((target) => secondsToTell(target, measurement)));
  return {
    schema: 1,
    date: new Date().toISOString(),
    seed,
    seconds: round(seconds, 1),
    complete: ended === undefined,
    ended: ended ?? null,
    texts: {
      source: sample.source,
      count: sample.texts.length,
      tokens: round(mean(results[0]!.target.texts.map(({ tokens }) => tokens)), 1),
      hash: sample.hash,
    },
    speedup: first.speedup,
    verdict: first.verdict,
    difference: first.difference,
    recommended: first.recommended,
    again: longer > 0 ? { seconds: longer, command: commandFor(longer) } : null,
    targets,
    comparisons: results.slice(1).flatMap((result, index) => {
      const ratio = compare(result.batched, results[0]!.batched, random);
      if (!ratio) return [];
      const verdict = verdictOn(ratio);
      return [{ target: index + 1, against: 0, ratio, verdict, difference: differenceOf(ratio) ?? null }];
    }),
  };
}

function targetReport(result: TargetResult, random: Random): TargetReport {
  const { target, series, batched } = result;
  const { embedder, model, digest, dimensions } = target.embedder.identity;
  const sequential = series.find(({ candidate }) => candidate.id === sequentialCandidate.id);
  const settings = [...series]
    .sort((a, b) => place(a.candidate) - place(b.candidate))
    .map((one) => settingReport(one, sequential, random));
  const best = settings.find(({ id }) => id === batched?.candidate.id);
  const agreement = target.agreement
    ? { ...target.agreement, agrees: target.agreement.minimumCosine >= minCosine }
    : null;
  return {
    name: target.name,
    embedder,
    model,
    digest,
    dimensions,
    url: target.url ?? null,
    load: target.load,
    agreement,
    speedup: best?.speedup ?? null,
    verdict: best?.verdict ?? null,
    difference: best?.difference ?? null,
    ...recommend(result, settings, agreement?.agrees ?? true, random),
    best: best?.id ?? null,
    settings,
  };
}

const candidateKinds: readonly CandidateKind[] = [
  'individual',
  'batched',
  'adaptive',
  'cold-cache',
  'warm-cache',
];

/** By kind, then by size, then by requests in flight. */
function place({ kind, batchSize, concurrency }: Candidate): number {
  return (candidateKinds.indexOf(kind) * 1000 + batchSize) * 1000 + concurrency;
}

/**
 * The best batched setting, if it is measurably faster than the default; but not when single texts are measurably faster
 * or a batch changes the vectors.
 */
function recommend(
  { target, batched, individual, series }: TargetResult,
  settings: readonly SettingReport[],
  agrees: boolean,
  random: Random,
): Pick<TargetReport, 'recommended' | 'againstDefault'> {
  const sequential = series.find(({ candidate }) => candidate.id === sequentialCandidate.id);
  const single = individual ?? sequential;
  const ratio = compare(single, batched, random);
  const singly = !agrees || !batched || (ratio !== undefined && verdictOn(ratio) === 'faster');
  const chosen = singly ? single : batched;
  if (!chosen || chosen.failed || chosen.speed('choose') === undefined) {
    return { recommended: null, againstDefault: null };
  }
  const { id, batchSize, concurrency } = chosen.candidate;
  const adaptive = series.find(({ candidate }) => candidate.kind === 'adaptive');
  const gain = adaptive?.failed ? undefined : compare(chosen, adaptive, random);
  const againstDefault = gain ? { ratio: gain, verdict: verdictOn(gain) } : null;
  // A setting that is faster than one text at a time may still be slower than a default that wasn't measured. The built-in
  // embedder has no adaptive default; if the default fails, one text at a time is the only comparison.
  const isUnknown = !gain && !adaptive?.failed && target.embedder.identity.embedder !== 'builtin';
  const known = againstDefault?.verdict ?? settings.find((one) => one.id === id)?.verdict;
  const verdict = isUnknown && known === 'faster' ? 'cant-tell-yet' : known;
  const reason = agrees ? reasonOf(verdict ?? 'no-difference', againstDefault !== null) : 'vectors-differ';
  const fixed = { batchSize, concurrency: target.isQueue ? null : concurrency };
  return { recommended: { ...fixed, reason }, againstDefault };
}

function reasonOf(verdict: Verdict, isOfDefault: boolean): Recommendation['reason'] {
  if (verdict === 'faster' || verdict === 'cant-tell-yet') return verdict;
  return isOfDefault ? 'adaptive' : 'no-difference';
}

/** Seconds of a whole measurement that would probably answer the open questions; 0 when there are none. */
function secondsToTell(target: TargetReport, { seconds, ended }: Measurement): number {
  const { speedup, againstDefault, recommended, settings, best } = target;
  const rounds = settings.find(({ id }) => id === best)?.rounds ?? 0;
  const open = [speedup, againstDefault?.ratio].filter(
    (ratio) => ratio && verdictOn(ratio) === 'cant-tell-yet',
  );
  const isUnmeasured = againstDefault === null && recommended?.reason === 'cant-tell-yet';
  if (rounds === 0) return ended === 'time-limit' ? inSteps(2 * seconds) : 0;
  if (open.length === 0 && !isUnmeasured) return 0;
  const most = Math.max(isUnmeasured ? 2 * rounds : 0, ...open.map((ratio) => roundsToTell(ratio!, rounds)));
  // A little more than the estimate.
  return inSteps(((1.1 * most) / rounds) * seconds);
}

/** Seconds in the form for `--time-limit`. */
function inSteps(seconds: number): number {
  const step = seconds < 60 ? 10 : 60;
  return Math.ceil(seconds / step) * step;
}
