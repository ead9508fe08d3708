// How an endpoint is, as far as its requests have shown it, and the looks at it in the background: at one that gave
// no answer in time, and at one that changed.
import type { EmbedderFault } from '../../errors.js';
import { isChanged, isLate, isUnconfirmed, policyOf } from '../../fault-policy.js';
import type { EndpointListener } from './member.js';

/** What a probe gets at least, and its confirmation at most, in ms. */
export const probeMs = 5000;

/** Between two looks at a server that changed, in ms. */
const reconsiderMs = 15_000;
/** Between two probes, in ms; doubled with each that fails. */
const leastPauseMs = 1000;
const mostPauseMs = 15_000;

/** The most that is believed of a server's slowness, and how much of it remains with each answer. */
const mostSlowness = 64;
const remains = 0.8;

/** How willingly an endpoint is chosen. */
export const ranks = { well: 0, avoided: 1, late: 2, doubtful: 3, resting: 4, changed: 5 } as const;

/** What a look does. */
export interface EndpointLooks {
  /** Asks how it is. @throws {EmbedderFault} which is noted by whoever asks */
  probe(signal: AbortSignal): Promise<void>;
  /** Whether a server that changed is again what it was. @throws {EmbedderFault} when it doesn't say */
  reconsider(signal: AbortSignal): Promise<boolean>;
}

export class EndpointHealth {
  readonly #looks: EndpointLooks;
  readonly #listener: EndpointListener;
  readonly #end = new AbortController();
  #avoidUntil = Number.NEGATIVE_INFINITY;
  /** What showed that it has another model or other vectors than it had. */
  #changed: EmbedderFault | undefined;
  /** A look at whether it is again what it was. */
  #reconsidering: Promise<void> | undefined;
  #nextReconsidering = Number.NEGATIVE_INFINITY;
  /** Requests under way that are later than they should be. */
  #late = 0;
  /** It gave no answer in time: it is asked how it is before it gets work. */
  #isDoubtful = false;
  #isProbed = false;
  #nextProbe = Number.NEGATIVE_INFINITY;
  #pauseMs = leastPauseMs;
  #slowness = 1;

  constructor(looks: EndpointLooks, listener: EndpointListener) {
    this.#looks = looks;
    this.#listener = listener;
  }

  /** What showed that it has another model or other vectors than it had. */
  get changed(): EmbedderFault | undefined {
    return this.#changed;
  }

  /** It is asked how it is just now. */
  get isProbed(): boolean {
    return this.#isProbed;
  }

  /**
   * How much slower it may have become than its speed says. What was given up was never measured: without
   * this, a server that got slow would be taken for one that hangs, again and again.
   */
  get slowness(): number {
    return this.#slowness;
  }

  /** By its requests alone. */
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

  /** A request is later than it should be. @returns told when it has ended, and whether it was given up */
  late(): (isGivenUp: boolean) => void {
    this.#late++;
    return (isGivenUp) => {
      this.#late--;
      if (!isGivenUp) return;
      this.#isDoubtful = true;
      this.#slowness = Math.min(this.#slowness * 2, mostSlowness);
    };
  }

  /** Asks how it is, in the background, when that is due. */
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

  /** Of a server that changed: looks whether it is again what it was. @returns undefined when none is due or under way */
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
      // It doesn't say, and so it stays out.
    } finally {
      this.#nextReconsidering = performance.now() + reconsiderMs;
      this.#reconsidering = undefined;
    }
  }

  /** Somebody knows that it is well again. */
  reset(): void {
    this.#avoidUntil = this.#nextProbe = Number.NEGATIVE_INFINITY;
    this.#isDoubtful = false;
  }

  /** Ends the looks that are under way. */
  close(): void {
    this.#end.abort(new Error('The embedder was closed.'));
  }
}
