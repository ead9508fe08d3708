// One server of a pool: its circuit breaker, its share of the work, and what is known of its speed.
import { EmbedderFault } from '../../errors.js';
import { isUnconfirmed, policyOf } from '../../fault-policy.js';
import type { EmbedOptions, EndpointState, RequestLimits, Vector } from '../../types.js';
import { orAborted } from '../abort.js';
import { canaryTextsOf } from '../guard/canaries.js';
import { type BreakerOptions, type EmbedderWithBreaker, withBreaker } from './breaker.js';
import { EndpointHealth, probeMs, ranks } from './endpoint-health.js';
import type { ConfirmOptions, EndpointListener, EndpointWatch, Member } from './member.js';

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

export class Endpoint {
  readonly url: string;
  readonly weight: number;
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
    this.#member = member;
    this.#embedder = withBreaker(member.embedder, { where: `Ollama at ${member.url}`, ...options });
    const looks = {
      probe: (signal: AbortSignal) => this.#probe(signal),
      reconsider: async (signal: AbortSignal) => (await member.reconsider?.(signal)) ?? false,
    };
    this.#health = new EndpointHealth(looks, listener);
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

  /** Whether it has another model or other vectors than it had. */
  get isOut(): boolean {
    return this.#health.changed !== undefined;
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

  /** How much slower it may have become than its speed says. */
  get slowness(): number {
    return this.#health.slowness;
  }

  get state(): EndpointState {
    return {
      url: this.url,
      weight: this.weight,
      // For who looks from outside, it is left alone.
      breaker: this.isOut ? 'open' : this.#embedder.breakerState,
      refused: this.#health.changed?.message,
      unsure: this.#isUnsure,
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

  /**
   * Resolves when the server has shown, after now, that it gives the vectors that it gave: it says that it has the
   * same model and, where it may have become another one, its canaries are compared again.
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

  /** A request is later than it should be. @returns told when it has ended, and whether it was given up */
  late(): (isGivenUp: boolean) => void {
    return this.#health.late();
  }

  /** Asks how it is, in the background, when that is due. While others can work, no text waits for the answer. */
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

  /** Of a server that changed: looks whether it is again what it was. @returns undefined when none is due or under way */
  reconsider(): Promise<void> | undefined {
    return this.#health.reconsider();
  }

  #note(fault: EmbedderFault, limits?: RequestLimits): void {
    const { unsent, overload } = policyOf(fault);
    this.#health.failed(fault);
    if (unsent) return;
    // What is unconfirmed was answered, and counted then.
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
