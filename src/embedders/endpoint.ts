// One server of a pool: its circuit breaker, its share of the work, and what is known of its speed and health.
import { EmbedderFault } from '../errors.js';
import { isChanged, isLate, isUnconfirmed, policyOf } from '../faults.js';
import type { EmbedOptions, EndpointState, RequestLimits, Vector } from '../types.js';
import { orAborted } from './abort.js';
import { type BreakerOptions, type EmbedderWithBreaker, withBreaker } from './breaker.js';
import type { ConfirmOptions, EndpointListener, EndpointWatch, Member } from './member.js';
import { canaryTextsOf } from './space.js';

/** A request to an endpoint. */
export type EndpointRequest = EmbedOptions & { tokens: number };

/** Answers before the measured speed counts: the first ones come from a server that warms up. */
const trustedAfter = 4;

/**
 * A server that was slow and got no work since may have become fast: its speed is forgotten after this, in ms,
 * or after so many times its last request's, so that a server that stays slow seldom gets another try.
 */
const forgetMs = 10_000;
const forgetRequests = 20;

/** What a probe gets at least, and its confirmation at most, in ms. */
const probeMs = 5000;

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

export class Endpoint {
  readonly url: string;
  readonly weight: number;
  readonly #embedder: EmbedderWithBreaker;
  readonly #member: Member;
  readonly #listener: EndpointListener;
  readonly #end = new AbortController();
  #slots = 0;
  #inFlight = 0;
  #tokens = 0;
  #requests = 0;
  #failures = 0;
  #answers = 0;
  #avoidUntil = Number.NEGATIVE_INFINITY;
  #lastUse = Number.NEGATIVE_INFINITY;
  #lastMs = 0;
  /** What showed that it has another model or other vectors than it had. */
  #changed: EmbedderFault | undefined;
  /** A look at whether it is again what it was. */
  #reconsidering: Promise<void> | undefined;
  #nextReconsidering = Number.NEGATIVE_INFINITY;
  /** Answers that wait to be confirmed. */
  #unconfirmed = 0;
  /** Requests under way that are later than they should be. */
  #late = 0;
  /** It gave no answer in time: it is asked how it is before it gets work. */
  #isDoubtful = false;
  #probe: AbortController | undefined;
  #nextProbe = Number.NEGATIVE_INFINITY;
  #pauseMs = leastPauseMs;
  #slowness = 1;

  constructor(member: Member, options: BreakerOptions, listener: EndpointListener) {
    this.url = member.url;
    this.weight = member.weight;
    this.#member = member;
    this.#listener = listener;
    this.#embedder = withBreaker(member.embedder, { where: `Ollama at ${member.url}`, ...options });
  }

  /** Slots that are taken. */
  get slots(): number {
    return this.#slots;
  }

  /** Tokens that were sent and not yet answered. */
  get tokensInFlight(): number {
    return this.#tokens;
  }

  /** Answers that are there and wait to be confirmed. */
  get unconfirmed(): number {
    return this.#unconfirmed;
  }

  /** When it was last asked or answered, by the clock of `performance.now`. */
  get lastUse(): number {
    return this.#lastUse;
  }

  get rank(): number {
    if (this.#changed) return ranks.changed;
    const { breakerState } = this.#embedder;
    const isProbed = this.#probe !== undefined || this.#inFlight > 0;
    if (breakerState === 'open' || (breakerState === 'half-open' && isProbed)) return ranks.resting;
    const isUnsure = this.#member.isUnsure?.() ?? false;
    if (breakerState === 'half-open' || this.#isDoubtful || isUnsure) return ranks.doubtful;
    if (this.#late > 0) return ranks.late;
    return performance.now() < this.#avoidUntil ? ranks.avoided : ranks.well;
  }

  /** Whether it has another model or other vectors than it had. */
  get isOut(): boolean {
    return this.#changed !== undefined;
  }

  /** Its speed, when that was measured often enough and not long ago. */
  get knownMsPerToken(): number | undefined {
    const fresh = performance.now() - this.#lastUse < Math.max(forgetMs, forgetRequests * this.#lastMs);
    return fresh ? this.trustedMsPerToken : undefined;
  }

  /** Its speed, when that was measured often enough. */
  get trustedMsPerToken(): number | undefined {
    return this.#answers >= trustedAfter ? this.msPerToken : undefined;
  }

  get msPerToken(): number | undefined {
    return this.#member.msPerToken();
  }

  /**
   * How much slower it may have become than its speed says. What was given up was never measured: without
   * this, a server that got slow would be taken for one that hangs, again and again.
   */
  get slowness(): number {
    return this.#slowness;
  }

  get state(): EndpointState {
    return {
      url: this.url,
      weight: this.weight,
      // For who looks from outside, it is left alone.
      breaker: this.#changed ? 'open' : this.#embedder.breakerState,
      refused: this.#changed?.message,
      inFlight: this.#inFlight,
      requests: this.#requests,
      failures: this.#failures,
      msPerToken: this.msPerToken,
    };
  }

  /** Takes a slot. @returns what gives it back */
  occupy(): () => void {
    this.#slots++;
    return () => {
      this.#slots--;
    };
  }

  /**
   * An answer, confirmed. Of a server that changed, whoever asks waits for a look at it where one is due.
   * @throws {EmbedderFault} as the embedder does, `resting` while it is left alone, and `unconfirmed`
   */
  async embed(
    texts: readonly string[],
    { slot, onAnswer, ...options }: EndpointRequest,
    watch: EndpointWatch = {},
  ): Promise<Vector[]> {
    const looking = this.reconsider();
    if (looking) await orAborted(looking, options.signal);
    const vectors = await this.#answer(texts, options, watch.limits);
    watch.onAnswer?.();
    onAnswer?.();
    await this.#confirm({ signal: options.signal, patienceMs: watch.patienceMs });
    return vectors;
  }

  async #answer(
    texts: readonly string[],
    options: EndpointRequest,
    limits: RequestLimits | undefined,
  ): Promise<Vector[]> {
    const start = performance.now();
    const inFlight = this.#slots;
    this.#lastUse = start;
    this.#inFlight++;
    this.#tokens += options.tokens;
    try {
      const vectors = await this.#embedder.embed(texts, options);
      this.#lastUse = performance.now();
      this.#lastMs = this.#lastUse - start;
      this.#slowness = Math.max(1, this.#slowness * remains);
      this.#requests++;
      this.#answers++;
      limits?.answered({ texts: texts.length, tokens: options.tokens, ms: this.#lastMs, inFlight });
      return vectors;
    } catch (error) {
      if (error instanceof EmbedderFault && !options.signal?.aborted) this.#note(error, limits);
      throw error;
    } finally {
      this.#inFlight--;
      this.#tokens -= options.tokens;
    }
  }

  async #confirm(options: ConfirmOptions): Promise<void> {
    this.#unconfirmed++;
    try {
      await this.#member.confirm?.(options);
      this.#isWell();
    } catch (error) {
      if (error instanceof EmbedderFault && !options.signal?.aborted) this.#note(error);
      throw error;
    } finally {
      this.#unconfirmed--;
    }
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

  /** Asks how it is, in the background, when that is due. While others can work, no text waits for the answer. */
  examine(): void {
    const isDue = this.#probe === undefined && performance.now() >= this.#nextProbe;
    if (isDue && this.rank === ranks.doubtful) void this.#examine();
  }

  async #examine(): Promise<void> {
    const control = new AbortController();
    this.#probe = control;
    try {
      const texts = canaryTextsOf(this.#embedder);
      const { signal } = control;
      await this.#embedder.embed(texts, { leastMs: probeMs, signal });
      await this.#member.confirm?.({ signal, patienceMs: probeMs });
      this.#requests++;
      this.#answers++;
      this.#isWell();
    } catch (error) {
      if (error instanceof EmbedderFault && !control.signal.aborted) this.#note(error);
      this.#nextProbe = performance.now() + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, mostPauseMs);
    }
    if (this.#probe === control) this.#probe = undefined;
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
      if (!(await this.#member.reconsider?.(this.#end.signal))) return;
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

  #isWell(): void {
    this.#avoidUntil = Number.NEGATIVE_INFINITY;
    this.#isDoubtful = false;
    this.#pauseMs = leastPauseMs;
  }

  #note(fault: EmbedderFault, limits?: RequestLimits): void {
    const { avoidMs, unsent, overload } = policyOf(fault);
    if (isChanged(fault) && !this.#changed) {
      this.#changed = fault;
      this.#nextReconsidering = performance.now() + reconsiderMs;
      this.#listener.onOut(fault);
    }
    if (unsent) return;
    // What is unconfirmed was answered, and counted then.
    if (!isUnconfirmed(fault)) this.#requests++;
    this.#failures++;
    if (overload) limits?.overloaded(overload);
    if (isLate(fault) || isUnconfirmed(fault)) this.#isDoubtful = true;
    if (avoidMs > 0) this.#avoidUntil = performance.now() + (fault.retryAfterMs ?? avoidMs);
  }

  resetBreaker(): void {
    this.#avoidUntil = this.#nextProbe = Number.NEGATIVE_INFINITY;
    this.#isDoubtful = false;
    this.#embedder.resetBreakers();
  }

  async close(): Promise<void> {
    const reason = new Error('The embedder was closed.');
    this.#probe?.abort(reason);
    this.#end.abort(reason);
    await this.#embedder.close();
  }
}
