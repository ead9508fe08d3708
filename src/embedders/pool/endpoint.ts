// One server of a pool: its circuit breaker, its work in flight, and its measured speed.
import { EmbedderFault } from '../../errors.js';
import { isUnconfirmed, policyOf } from '../../fault-policy.js';
import { orAborted } from '../../net/or-aborted.js';
import type { EmbedOptions, EndpointState } from '../../types/embedder.js';
import type { RequestLimits } from '../../types/requests.js';
import type { Vector } from '../../types/vector.js';
import { AnswerTimes, type TimedEmbedOptions } from '../answer-times.js';
import { canaryTextsOf } from '../guard/canaries.js';
import { type BreakerOptions, type EmbedderWithBreaker, withBreaker } from './breaker.js';
import { EndpointHealth, probeMs, ranks } from './endpoint-health.js';
import type { ConfirmOptions, EndpointListener, EndpointWatch, Member } from './member.js';

/** A request to an endpoint. */
export type EndpointRequest = EmbedOptions & { tokens: number };

/** Min answers before the measured speed counts: at first, a server warms up. */
const trustedAfter = 4;

/**
 * A slow server that gets no work may have become fast. So its speed is forgotten after this time, in ms, or after a
 * multiple of its last request's time, so that a server which stays slow is rarely tried.
 */
const forgetMs = 10_000;
const forgetRequests = 20;

export class Endpoint {
  readonly url: string;
  readonly weight: number;
  readonly refusesToCut: boolean;
  readonly #embedder: EmbedderWithBreaker;
  readonly #member: Member;
  readonly #health: EndpointHealth;
  #slots = 0;
  #inFlight = 0;
  #tokens = 0;
  #requests = 0;
  #failures = 0;
  #answers = 0;
  #lastUse = Number.NEGATIVE_INFINITY;
  #lastMs = 0;
  /** Answers that wait to be confirmed. */
  #unconfirmed = 0;

  constructor(member: Member, options: BreakerOptions, listener: EndpointListener) {
    this.url = member.url;
    this.weight = member.weight;
    this.refusesToCut = member.refusesToCut ?? false;
    this.#member = member;
    this.#embedder = withBreaker(member.embedder, { where: member.where, ...options });
    const looks = {
      probe: (signal: AbortSignal) => this.#probe(signal),
      reconsider: async (signal: AbortSignal) => (await member.reconsider?.(signal)) ?? false,
    };
    this.#health = new EndpointHealth(looks, listener);
  }

  /** Number of taken slots. */
  get slots(): number {
    return this.#slots;
  }

  /** Tokens in flight. */
  get tokensInFlight(): number {
    return this.#tokens;
  }

  /** Number of answers that wait to be confirmed. */
  get unconfirmed(): number {
    return this.#unconfirmed;
  }

  /** Time of its last request or answer, by the clock of `performance.now`. */
  get lastUse(): number {
    return this.#lastUse;
  }

  get rank(): number {
    if (this.isOut) return ranks.changed;
    const { breakerState } = this.#embedder;
    const isProbed = this.#health.isProbed || this.#inFlight > 0;
    if (breakerState === 'open' || (breakerState === 'half-open' && isProbed)) return ranks.resting;
    if (breakerState === 'half-open' || this.#isUnsure) return ranks.doubtful;
    return this.#health.rank;
  }

  get #isUnsure(): boolean {
    return this.#member.isUnsure?.() ?? false;
  }

  /** True when it has another model or other vectors than before. */
  get isOut(): boolean {
    return this.#health.changed !== undefined;
  }

  /** Its speed, if it was measured often enough and recently. */
  get knownMsPerToken(): number | undefined {
    const fresh = performance.now() - this.#lastUse < Math.max(forgetMs, forgetRequests * this.#lastMs);
    return fresh ? this.trustedMsPerToken : undefined;
  }

  /** Its speed, if it was measured often enough. */
  get trustedMsPerToken(): number | undefined {
    return this.#answers >= trustedAfter ? this.msPerToken : undefined;
  }

  get msPerToken(): number | undefined {
    return this.#member.msPerToken();
  }

  /** How much slower it may be than its measured speed. */
  get slowness(): number {
    return this.#health.slowness;
  }

  get state(): EndpointState {
    return {
      url: this.url,
      weight: this.weight,
      // It gets no requests, so report it as open.
      breaker: this.isOut ? 'open' : this.#embedder.breakerState,
      refused: this.#health.changed?.message,
      unsure: this.#isUnsure,
      inFlight: this.#inFlight,
      requests: this.#requests,
      failures: this.#failures,
      msPerToken: this.msPerToken,
    };
  }

  /** Takes a slot. @returns call it to give the slot back */
  occupy(): () => void {
    this.#slots++;
    return () => {
      this.#slots--;
    };
  }

  /**
   * Embeds texts and confirms the answer. If the server has changed and a check is due, waits for that first.
   * @throws {EmbedderFault} as the embedder does; `resting` while its circuit is open; `unconfirmed`
   */
  async embed(
    texts: readonly string[],
    { slot, onAnswer, ...options }: EndpointRequest,
    watch: EndpointWatch = {},
  ): Promise<Vector[]> {
    const looking = this.reconsider();
    if (looking) await orAborted(looking, options.signal);
    const times = new AnswerTimes();
    const vectors = await this.#answer(texts, { ...options, times }, watch.limits);
    watch.onAnswer?.();
    onAnswer?.();
    const { chosenBy } = times;
    await this.#confirm({ signal: options.signal, patienceMs: watch.patienceMs, chosenBy });
    return vectors;
  }

  /**
   * Resolves when the server has shown, after this call, that its vectors are still the same: it has the same model, and,
   * if it may have been replaced, its canaries were compared again.
   * @throws {EmbedderFault} as `embed` does
   */
  async vouch(signal: AbortSignal): Promise<void> {
    await this.#confirm({ signal });
    if (!this.#isUnsure) return;
    const texts = canaryTextsOf(this.#embedder);
    const { counter } = this.#embedder;
    const tokens = texts.reduce((sum, text) => sum + counter.count(text), 0);
    await this.embed(texts, { tokens, signal });
  }

  async #answer(
    texts: readonly string[],
    options: EndpointRequest & TimedEmbedOptions,
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
      this.#health.answered();
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
      this.#health.isWell();
    } catch (error) {
      if (error instanceof EmbedderFault && !options.signal?.aborted) this.#note(error);
      throw error;
    } finally {
      this.#unconfirmed--;
    }
  }

  /** Call when a request is late. @returns call it when the request has ended, with true when it was given up */
  late(): (isGivenUp: boolean) => void {
    return this.#health.late();
  }

  /** Sends a probe in the background, if one is due. While other endpoints can work, no text waits for it. */
  examine(): void {
    if (this.rank === ranks.doubtful) this.#health.probe();
  }

  async #probe(signal: AbortSignal): Promise<void> {
    try {
      await this.#embedder.embed(canaryTextsOf(this.#embedder), { leastMs: probeMs, signal });
      await this.#member.confirm?.({ signal, patienceMs: probeMs });
      this.#requests++;
      this.#answers++;
    } catch (error) {
      if (error instanceof EmbedderFault && !signal.aborted) this.#note(error);
      throw error;
    }
  }

  /** Checks whether a changed server is the same as before again. @returns undefined when no check is due or in progress */
  reconsider(): Promise<void> | undefined {
    return this.#health.reconsider();
  }

  #note(fault: EmbedderFault, limits?: RequestLimits): void {
    const { unsent, overload } = policyOf(fault);
    this.#health.failed(fault);
    if (unsent) return;
    // An unconfirmed request was answered, and counted at that time.
    if (!isUnconfirmed(fault)) this.#requests++;
    this.#failures++;
    if (overload) limits?.overloaded(overload);
  }

  resetBreaker(): void {
    this.#health.reset();
    this.#embedder.resetBreakers();
  }

  async close(): Promise<void> {
    this.#health.close();
    await this.#embedder.close();
  }
}
