// The measurements of one server and model: which settings are best, which go on, and which failed too often.
import { isLate } from '../../fault-policy.js';
import { compare } from '../report/setting-report.js';
import { randomFrom } from '../statistics/random.js';
import { verdictOn } from '../statistics/statistics.js';
import { adaptiveCandidate, type Candidate, cached, sequentialCandidate, width } from './candidates.js';
import { secondsOf } from './plan.js';
import { bestOf, Series } from './series.js';
import type { Target } from './target.js';

/** All that was measured of one server and model. */
export interface TargetResult {
  target: Target;
  series: readonly Series[];
  /** The chosen settings, if any. */
  batched: Series | undefined;
  individual: Series | undefined;
}

/** Max failures of a setting; then it is not tried again. */
const maxFailures = 2;

/** Planned texts per second of a warm cache: it is far faster, so its rounds stay short. */
const plannedWarmSpeed = 2000;

/** What the rounds that check hold, from most to least; `default` is all that isn't a cache. */
export const extents = ['all', 'default', 'least'] as const;
export type Extent = (typeof extents)[number];

/** One target with its series. */
export class Entry implements TargetResult {
  readonly target: Target;
  readonly #series = new Map<string, Series>();
  batched: Series | undefined;
  individual: Series | undefined;
  /** The best ones were set by all the rounds for it. */
  chosen = false;
  /** True when it doesn't answer any more. */
  down = false;

  constructor(target: Target) {
    this.target = target;
  }

  get series(): Series[] {
    return [...this.#series.values()];
  }

  get measured(): boolean {
    return this.series.some((one) => one.trials('choose').length > 0);
  }

  of(candidate: Candidate): Series {
    const known = this.#series.get(candidate.id) ?? new Series(candidate);
    this.#series.set(candidate.id, known);
    return known;
  }

  /** Chooses the best settings by the rounds so far. */
  chooseBest(): void {
    const of = (kind: Candidate['kind']) => this.series.filter(({ candidate }) => candidate.kind === kind);
    this.batched = bestOf(of('batched'));
    this.individual = bestOf(of('individual').filter(({ candidate }) => candidate.concurrency > 1));
    this.chosen = true;
  }

  finalists(extent: Extent): Candidate[] {
    const list = [sequentialCandidate];
    if (this.batched) list.push(this.batched.candidate);
    if (extent === 'least') return list;
    if (this.individual) list.push(this.individual.candidate);
    // Always included, also when it wasn't measured before: it is the default.
    if (this.target.embedder.identity.embedder !== 'builtin') list.push(adaptiveCandidate);
    if (extent === 'all' && this.batched) {
      list.push(cached('cold-cache', this.batched.candidate), cached('warm-cache', this.batched.candidate));
    }
    return list;
  }

  /** True while the comparison of the best batched setting with one at a time, or with the default, is open. */
  get isOpen(): boolean {
    return [sequentialCandidate.id, adaptiveCandidate.id].some((id) => {
      const ratio = compare(this.batched, this.#series.get(id), randomFrom(1));
      return ratio !== undefined && verdictOn(ratio) === 'cant-tell-yet';
    });
  }

  /** Texts per second, if known. */
  speedOf(candidate: Candidate): number {
    if (candidate.kind === 'warm-cache') return plannedWarmSpeed;
    const like = candidate.kind === 'cold-cache' ? this.batched : this.#series.get(candidate.id);
    const expected = secondsOf(candidate, width(candidate), this.target.cost);
    return like?.speed('choose') ?? width(candidate) / Math.max(0.001, expected);
  }

  /** True when it failed too often, or a smaller setting already overloaded the server. */
  gaveUp(candidate: Candidate): boolean {
    const own = this.#series.get(candidate.id);
    if (own && own.failures.length >= maxFailures) return true;
    if (candidate.kind === 'adaptive') return false;
    return this.series.some(
      ({ candidate: other, failures }) =>
        other.kind !== 'adaptive' &&
        failures.some(isLate) &&
        candidate.batchSize >= other.batchSize &&
        candidate.concurrency >= other.concurrency,
    );
  }
}
