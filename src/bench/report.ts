// What a measurement says, as data: the JSON of `embed bench --json`, and what the terminal and the page show.
import { type Candidate, type CandidateKind, SEQUENTIAL } from './candidates.js';
import type { TargetResult } from './entry.js';
import type { Measurement } from './measure.js';
import { type Random, randomFrom } from './random.js';
import { compare, round, type SettingReport, settingReport } from './setting.js';
import { type Difference, differenceOf, type Interval, mean } from './statistics.js';
import type { Load } from './target.js';

/** The JSON of `embed bench --json`. Within one `schema`, fields are only ever added. */
export interface BenchReport {
  schema: 1;
  /** When it was made, ISO 8601. */
  date: string;
  seed: number;
  seconds: number;
  /** False when the time was over or a server went down before all was measured. */
  complete: boolean;
  ended: 'time-limit' | 'server-down' | null;
  texts: {
    source: 'documents' | 'bundled';
    /** Distinct ones. */
    count: number;
    /** Mean tokens of a text, prefix included, as the first target counts them. */
    tokens: number;
    /** Reports of the same hash measured the same texts. */
    hash: string;
  };
  /** Of the first target: the best batched setting against one text at a time; null when one wasn't measured. */
  speedup: Interval | null;
  difference: Difference | null;
  /** Of the first target; null when nothing can be recommended. */
  recommended: Recommendation | null;
  targets: TargetReport[];
  /** Every further target against the first one, each with its best batched setting. */
  comparisons: Comparison[];
}

export interface Recommendation {
  batchSize: number;
  concurrency: number;
  /**
   * `faster` than one text at a time; `vectors-differ`: a batch changes the vectors, so texts must travel alone;
   * `adaptive`: the best fixed setting, but with nothing set it is faster still; `no-difference`: within the noise,
   * or too little to matter; `too-few-rounds` to tell.
   */
  reason: 'faster' | 'adaptive' | 'vectors-differ' | 'no-difference' | 'too-few-rounds';
}

export interface Comparison {
  /** Places in `targets`. */
  target: number;
  against: number;
  /** Of texts per second. */
  ratio: Interval;
  difference: Difference | null;
}

export interface TargetReport {
  name: string;
  embedder: 'ollama' | 'builtin';
  model: string;
  digest: string;
  dimensions: number;
  /** Without credentials; null for the built-in embedder. */
  url: string | null;
  load: Load;
  /** Vectors of texts alone against those of the same texts in one batch; null when it wasn't measured. */
  agreement: { texts: number; minimumCosine: number; agrees: boolean } | null;
  speedup: Interval | null;
  difference: Difference | null;
  recommended: Recommendation | null;
  /** Id of the best batched setting, chosen by other rounds than those that measured it. */
  best: string | null;
  settings: SettingReport[];
}

/** The lowest cosine at which two vectors are the same; that of vector spaces. */
const LEAST_COSINE = 0.999;

export function reportOf(measurement: Measurement, seed: number): BenchReport {
  const { results, sample, ended, seconds } = measurement;
  const random = randomFrom(seed);
  const targets = results.map((result) => targetReport(result, random));
  const first = targets[0]!;
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
    difference: first.difference,
    recommended: first.recommended,
    targets,
    comparisons: results.slice(1).flatMap((result, index) => {
      const ratio = compare(result.batched, results[0]!.batched, random);
      if (!ratio) return [];
      return [{ target: index + 1, against: 0, ratio, difference: differenceOf(ratio) ?? null }];
    }),
  };
}

function targetReport(result: TargetResult, random: Random): TargetReport {
  const { target, series, batched } = result;
  const { embedder, model, digest, dimensions } = target.embedder.identity;
  const sequential = series.find(({ candidate }) => candidate.id === SEQUENTIAL.id);
  const settings = [...series]
    .sort((a, b) => place(a.candidate) - place(b.candidate))
    .map((one) => settingReport(one, sequential, random));
  const best = settings.find(({ id }) => id === batched?.candidate.id);
  const agreement = target.agreement
    ? { ...target.agreement, agrees: target.agreement.minimumCosine >= LEAST_COSINE }
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
    difference: best?.difference ?? null,
    recommended: recommend(result, settings, agreement?.agrees ?? true, random),
    best: best?.id ?? null,
    settings,
  };
}

const KINDS: readonly CandidateKind[] = ['individual', 'batched', 'adaptive', 'cold-cache', 'warm-cache'];

/** By kind, then by size, then by requests in flight. */
function place({ kind, batchSize, concurrency }: Candidate): number {
  return (KINDS.indexOf(kind) * 1000 + batchSize) * 1000 + concurrency;
}

/**
 * The best batched setting, unless single texts are measurably faster or a batch changes the vectors: of settings
 * that are equally fast, the one with fewer requests spares client, network and server.
 */
function recommend(
  { batched, individual, series }: TargetResult,
  settings: readonly SettingReport[],
  agrees: boolean,
  random: Random,
): Recommendation | null {
  const sequential = series.find(({ candidate }) => candidate.id === SEQUENTIAL.id);
  const single = individual ?? sequential;
  const ratio = compare(single, batched, random);
  const singly = !agrees || !batched || (ratio !== undefined && differenceOf(ratio) === 'faster');
  const chosen = singly ? single : batched;
  if (!chosen || chosen.failed || chosen.speed('choose') === undefined) return null;
  const { id, batchSize, concurrency } = chosen.candidate;
  if (!agrees) return { batchSize, concurrency, reason: 'vectors-differ' };
  const { speedup = null, difference = null } = settings.find((one) => one.id === id) ?? {};
  const adaptive = compare(
    series.find(({ candidate, failed }) => candidate.kind === 'adaptive' && !failed),
    chosen,
    random,
  );
  if (adaptive && differenceOf(adaptive) === 'faster') return { batchSize, concurrency, reason: 'adaptive' };
  const unsure = speedup !== null && difference === null;
  const reason = unsure ? 'too-few-rounds' : difference === 'faster' ? 'faster' : 'no-difference';
  return { batchSize, concurrency, reason };
}
