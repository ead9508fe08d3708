// The health of an endpoint, learned from its requests, and checks in the background: of one that gave no answer in
// time, and of one that changed.
import type { EmbedderFault } from '../../errors.js';
import { isChanged, isLate, isUnconfirmed, policyOf } from '../../fault-policy.js';
import type { EndpointListener } from './member.js';

/** Min time-out of a probe, and max time of its confirmation, in ms. */
export const probeMs = 5000;

/** Time between two checks of a server that changed, in ms. */
const reconsiderMs = 15_000;
/** Min time between two probes, in ms; doubled after each failure. */
const leastPauseMs = 1000;
const mostPauseMs = 15_000;

/** Max slowness of a server, and the share of it that remains after each answer. */
const mostSlowness = 64;
const remains = 0.8;

/** Ranks of health; the lowest is chosen first. */
export const ranks = { well: 0, avoided: 1, late: 2, doubtful: 3, resting: 4, changed: 5 } as const;

/** The checks of an endpoint. */
export interface EndpointLooks {
  /** Sends a probe. @throws {EmbedderFault}, which the caller records */
  probe(signal: AbortSignal): Promise<void>;
  /** True when a changed server is the same as before again. @throws {EmbedderFault} when it doesn't answer */
  reconsider(signal: AbortSignal): Promise<boolean>;
}

export class EndpointHealth {
  readonly #looks: EndpointLooks;
  readonly #listener: EndpointListener;
  readonly #end = new AbortController();
  #avoidUntil = Number.NEGATIVE_INFINITY;
  /** The fault that showed another model or other vectors. */
  #changed: EmbedderFault | undefined;
  /** A check in progress of a changed server. */
  #reconsidering: Promise<void> | undefined;
  #nextReconsidering = Number.NEGATIVE_INFINITY;
  /** Requests in flight that are late. */
  #late = 0;
  /** True after a time-out: it gets a probe before other work. */
  #isDoubtful = false;
  #isProbed = false;
  #nextProbe = Number.NEGATIVE_INFINITY;
  #pauseMs = leastPauseMs;
  #slowness = 1;

  constructor(looks: EndpointLooks, listener: EndpointListener) {
    this.#looks = looks;
    this.#listener = listener;
  }

  /** The fault that showed another model or other vectors. */
  get changed(): EmbedderFault | undefined {
    return this.#changed;
  }

  /** True while a probe is in flight. */
  get isProbed(): boolean {
    return this.#isProbed;
  }

  /**
   * How much slower it may be than its measured speed. Requests that were given up are not measured: without this, a
   * server that became slow would count as hanging again and again.
   */
  get slowness(): number {
    return this.#slowness;
  }

  /** The rank by its requests alone. */
  get rank(): number {
    if (this.#changed) return ranks.changed;
    if (this.#isDoubtful) return ranks.doubtful;
    if (this.#late > 0) return ranks.late;
    return performance.now() < this.#avoidUntil ? ranks.avoided : ranks.well;
  }

  answered(): void {
    this.#slowness = Math.max(1, this.#slowness * remains);
  }

  isWell(): void {
    this.#avoidUntil = Number.NEGATIVE_INFINITY;
    this.#isDoubtful = false;
    this.#pauseMs = leastPauseMs;
  }

  failed(fault: EmbedderFault): void {
    const { avoidMs, unsent } = policyOf(fault);
    if (isChanged(fault) && !this.#changed) {
      this.#changed = fault;
      this.#nextReconsidering = performance.now() + reconsiderMs;
      this.#listener.onOut(fault);
    }
    if (unsent) return;
    if (isLate(fault) || isUnconfirmed(fault)) this.#isDoubtful = true;
    if (avoidMs > 0) this.#avoidUntil = performance.now() + (fault.retryAfterMs ?? avoidMs);
  }

  /** Call when a request is late. @returns call it when the request has ended, with true when it was given up */
  late(): (isGivenUp: boolean) => void {
    this.#late++;
    return (isGivenUp) => {
      this.#late--;
      if (!isGivenUp) return;
      this.#isDoubtful = true;
      this.#slowness = Math.min(this.#slowness * 2, mostSlowness);
    };
  }

  /** Sends a probe in the background, if one is due. */
  probe(): void {
    if (!this.#isProbed && performance.now() >= this.#nextProbe) void this.#probe();
  }

  async #probe(): Promise<void> {
    this.#isProbed = true;
    try {
      await this.#looks.probe(this.#end.signal);
      this.isWell();
    } catch {
      this.#nextProbe = performance.now() + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, mostPauseMs);
    }
    this.#isProbed = false;
    this.#listener.onChange();
  }

  /** Checks whether a changed server is the same as before again. @returns undefined when no check is due or in progress */
  reconsider(): Promise<void> | undefined {
    if (!this.#changed) return undefined;
    if (performance.now() >= this.#nextReconsidering) this.#reconsidering ??= this.#reconsider();
    return this.#reconsidering;
  }

  async #reconsider(): Promise<void> {
    try {
      if (!(await this.#looks.reconsider(this.#end.signal))) return;
      this.#changed = undefined;
      this.#listener.onBack();
      this.#listener.onChange();
    } catch {
      // It doesn't answer, so it stays out.
    } finally {
      this.#nextReconsidering = performance.now() + reconsiderMs;
      this.#reconsidering = undefined;
    }
  }

  /** Call when it is known to be healthy again. */
  reset(): void {
    this.#avoidUntil = this.#nextProbe = Number.NEGATIVE_INFINITY;
    this.#isDoubtful = false;
  }

  /** Aborts the checks in progress. */
  close(): void {
    this.#end.abort(new Error('The embedder was closed.'));
  }
}
