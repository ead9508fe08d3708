// Computes the time-out of a request from the time of earlier ones. A fixed time-out is too short for long batches
// on slow machines, and too long for a server that hangs.

/** A server unloads a model after 5 minutes without requests, and the next request waits until it is loaded. */
const staysLoadedMs = 240_000;

/** Time-out as a multiple of the expected time: texts of the same length differ, and machines have other work. */
const patience = 3;

/** Share of the learned sums that each further request keeps. */
const remains = 0.8;

/** A request that may have to load the model is checked on after this time, in ms. */
const lookMs = 3000;

/** Time-outs of one request, in ms. */
export interface RequestTime {
  /** When it is late: then it is asked whether the model is loaded. */
  lateMs: number;
  /** Time-out when the server has the model loaded. */
  normalMs: number;
  /** Time-out when the server may be loading it. */
  loadMs: number;
  /** True when the request may have to load the model, as far as we know. */
  mayLoad: boolean;
}

export class Pace {
  readonly #leastMs: number;
  readonly #loadMs: number;
  /**
   * Sums of time and tokens of the requests so far; newer ones have more weight. They are sums, not a mean of ratios,
   * since a request of few tokens is mostly overhead and says little about a full one.
   */
  #ms = 0;
  #tokens = 0;
  /** Tokens in flight: the model works on one text at a time, so they come first. */
  #queued = 0;
  #lastAnswer = Number.NEGATIVE_INFINITY;

  /**
   * @param leastMs min time-out of every request
   * @param loadMs min time-out while the model is loading
   */
  constructor(leastMs: number, loadMs = 300_000) {
    this.#leastMs = leastMs;
    this.#loadMs = loadMs;
  }

  /** Recent mean time per token, in ms; undefined until a loaded model has answered. */
  get msPerToken(): number | undefined {
    return this.#tokens === 0 ? undefined : this.#ms / this.#tokens;
  }

  /** The server may have been restarted: the next request gets the time to load the model. */
  mayHaveToLoad(): void {
    this.#lastAnswer = Number.NEGATIVE_INFINITY;
  }

  /**
   * Runs a request of so many tokens with its time-out, and learns from its time.
   * @param leastMs its min time-out. @default that of the constructor
   */
  async timed<T>(
    tokens: number,
    request: (time: RequestTime) => Promise<T>,
    leastMs = this.#leastMs,
  ): Promise<T> {
    const start = performance.now();
    const loaded = start - this.#lastAnswer < staysLoadedMs;
    this.#queued += tokens;
    try {
      const result = await request(this.#timeFor(loaded, leastMs));
      const end = performance.now();
      // Earlier requests were worked on first: this request's own time began at the last answer.
      if (loaded) this.#learn(end - Math.max(start, this.#lastAnswer), tokens);
      this.#lastAnswer = end;
      return result;
    } finally {
      this.#queued -= tokens;
    }
  }

  #timeFor(loaded: boolean, leastMs: number): RequestTime {
    const expected = (this.msPerToken ?? 0) * this.#queued;
    const normalMs = Math.ceil(Math.max(leastMs, expected * patience));
    return {
      lateMs: loaded ? normalMs : Math.min(lookMs, normalMs),
      normalMs,
      loadMs: Math.max(normalMs, this.#loadMs),
      mayLoad: !loaded,
    };
  }

  #learn(ms: number, tokens: number): void {
    this.#ms = this.#ms * remains + ms;
    this.#tokens = this.#tokens * remains + tokens;
  }
}
