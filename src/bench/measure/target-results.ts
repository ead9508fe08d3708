// One server and model with all that was measured of it: which settings are the best, which go on, and which
// failed too often.
import { isLate } from '../../fault-policy.js';
import { compare } from '../report/setting-report.js';
import { randomFrom } from '../statistics/random.js';
import { verdictOn } from '../statistics/statistics.js';
import { ADAPTIVE, type Candidate, cached, SEQUENTIAL, width } from './candidates.js';
import { secondsOf } from './plan.js';
import { bestOf, Series } from './series.js';
import type { Target } from './target.js';

/** All that was measured of one server and model. */
export interface TargetResult {
  target: Target;
  series: readonly Series[];
  /** What was chosen, where something was. */
  batched: Series | undefined;
  individual: Series | undefined;
}

/** A setting that failed so often is not tried again. */
const MOST_FAILURES = 2;

/** Of a warm cache so many texts a second are planned for: it is far faster, and its rounds stay short. */
const WARM_SPEED = 2000;

/** What the rounds that check hold, from most to least; `default` is all that isn't a cache. */
export const EXTENTS = ['all', 'default', 'least'] as const;
export type Extent = (typeof EXTENTS)[number];

/** One target with its series. */
export class Entry implements TargetResult {
  readonly target: Target;
  readonly #series = new Map<string, Series>();
  batched: Series | undefined;
  individual: Series | undefined;
  /** The best ones were set by all the rounds for it. */
  chosen = false;
  /** It doesn't answer any more. */
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

  /** Sets what the rounds so far show as the best. */
  chooseBest(): void {
    const of = (kind: Candidate['kind']) => this.series.filter(({ candidate }) => candidate.kind === kind);
    this.batched = bestOf(of('batched'));
    this.individual = bestOf(of('individual').filter(({ candidate }) => candidate.concurrency > 1));
    this.chosen = true;
  }

  finalists(extent: Extent): Candidate[] {
    const list = [SEQUENTIAL];
    if (this.batched) list.push(this.batched.candidate);
    if (extent === 'least') return list;
    if (this.individual) list.push(this.individual.candidate);
    // Whether it had its time among those that choose or not: it is what is done with nothing set.
    if (this.target.embedder.identity.embedder === 'ollama') list.push(ADAPTIVE);
    if (extent === 'all' && this.batched) {
      list.push(cached('cold-cache', this.batched.candidate), cached('warm-cache', this.batched.candidate));
    }
    return list;
  }

  /** Whether it can't be told yet how the best batched setting compares with one at a time, or with the default. */
  get isOpen(): boolean {
    return [SEQUENTIAL.id, ADAPTIVE.id].some((id) => {
      const ratio = compare(this.batched, this.#series.get(id), randomFrom(1));
      return ratio !== undefined && verdictOn(ratio) === 'cant-tell-yet';
    });
  }

  /** Texts per second, as far as is known. */
  speedOf(candidate: Candidate): number {
    if (candidate.kind === 'warm-cache') return WARM_SPEED;
    const like = candidate.kind === 'cold-cache' ? this.batched : this.#series.get(candidate.id);
    const expected = secondsOf(candidate, width(candidate), this.target.cost);
    return like?.speed('choose') ?? width(candidate) / Math.max(0.001, expected);
  }

  /** It failed too often, or a smaller one was already too much for the server. */
  gaveUp(candidate: Candidate): boolean {
    const own = this.#series.get(candidate.id);
    if (own && own.failures.length >= MOST_FAILURES) return true;
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
