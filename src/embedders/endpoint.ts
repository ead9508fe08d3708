// One server of a pool: its circuit breaker, its share of the work, and what is known of its speed and health.
import { EmbedderFault } from '../errors.js';
import { policyOf } from '../faults.js';
import type { Embedder, EmbedOptions, EndpointState, Vector } from '../types.js';
import { type BreakerOptions, type EmbedderWithBreaker, withBreaker } from './breaker.js';

/** An embedder that asks one server. */
export interface ServerEmbedder extends Embedder {
  /** Without credentials. */
  readonly url: string;
  /** How often the server may have become another one: connections lost, or none for a while. */
  readonly losses: number;
  /** Mean time of a token lately, whatever waited before it; undefined before it is known. */
  readonly msPerToken: number | undefined;
}

/** What makes an endpoint. */
export interface Member {
  url: string;
  weight: number;
  embedder: Embedder;
  msPerToken(): number | undefined;
}

/** Answers before the measured speed counts: the first ones come from a server that warms up. */
const trustedAfter = 4;

/**
 * A server that was slow and got no work since may have become fast: its speed is forgotten after this, in ms,
 * or after so many times its last request's, so that a server that stays slow seldom gets another try.
 */
const forgetMs = 10_000;
const forgetRequests = 20;

/** How willingly an endpoint is chosen. */
export const ranks = { well: 0, avoided: 1, resting: 2, changed: 3 } as const;

export class Endpoint {
  readonly weight: number;
  readonly #url: string;
  readonly #embedder: EmbedderWithBreaker;
  readonly #msPerToken: () => number | undefined;
  #inFlight = 0;
  #tokens = 0;
  #requests = 0;
  #failures = 0;
  #answers = 0;
  #avoidUntil = Number.NEGATIVE_INFINITY;
  #lastUse = Number.NEGATIVE_INFINITY;
  #lastMs = 0;
  #changed = false;

  constructor(member: Member, options: BreakerOptions = {}) {
    this.#url = member.url;
    this.weight = member.weight;
    this.#msPerToken = () => member.msPerToken();
    this.#embedder = withBreaker(member.embedder, { where: `Ollama at ${member.url}`, ...options });
  }

  /** Tokens that were sent and not yet answered. */
  get tokensInFlight(): number {
    return this.#tokens;
  }

  /** When it was last asked or answered, by the clock of `performance.now`. */
  get lastUse(): number {
    return this.#lastUse;
  }

  get rank(): number {
    if (this.#changed) return ranks.changed;
    const { breakerState } = this.#embedder;
    const probing = breakerState === 'half-open' && this.#inFlight > 0;
    if (breakerState === 'open' || probing) return ranks.resting;
    return performance.now() < this.#avoidUntil ? ranks.avoided : ranks.well;
  }

  /** Its speed, when that was measured often enough and not long ago. */
  get knownMsPerToken(): number | undefined {
    const fresh = performance.now() - this.#lastUse < Math.max(forgetMs, forgetRequests * this.#lastMs);
    return this.#answers >= trustedAfter && fresh ? this.#msPerToken() : undefined;
  }

  get state(): EndpointState {
    return {
      url: this.#url,
      weight: this.weight,
      breaker: this.#embedder.breakerState,
      inFlight: this.#inFlight,
      requests: this.#requests,
      failures: this.#failures,
      msPerToken: this.#msPerToken(),
    };
  }

  /** @throws {EmbedderFault} as the embedder does, and `resting` while it is left alone */
  async embed(texts: readonly string[], options: EmbedOptions & { tokens: number }): Promise<Vector[]> {
    const start = performance.now();
    this.#lastUse = start;
    this.#inFlight++;
    this.#tokens += options.tokens;
    try {
      const vectors = await this.#embedder.embed(texts, options);
      this.#requests++;
      this.#answers++;
      this.#avoidUntil = Number.NEGATIVE_INFINITY;
      this.#lastUse = performance.now();
      this.#lastMs = this.#lastUse - start;
      return vectors;
    } catch (error) {
      if (error instanceof EmbedderFault) this.#note(error);
      throw error;
    } finally {
      this.#inFlight--;
      this.#tokens -= options.tokens;
    }
  }

  #note(fault: EmbedderFault): void {
    const { avoidMs, unsent } = policyOf(fault);
    if (avoidMs === Number.POSITIVE_INFINITY) this.#changed = true;
    if (unsent) return;
    this.#requests++;
    this.#failures++;
    if (avoidMs > 0) this.#avoidUntil = performance.now() + (fault.retryAfterMs ?? avoidMs);
  }

  resetBreaker(): void {
    this.#avoidUntil = Number.NEGATIVE_INFINITY;
    this.#embedder.resetBreakers();
  }

  async close(): Promise<void> {
    await this.#embedder.close();
  }
}
