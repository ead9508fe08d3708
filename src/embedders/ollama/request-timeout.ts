// How long a request may take, from how long the ones before it took: a fixed time is too short for long
// batches on slow machines and too long for a server that hangs.

/** A server unloads a model after 5 minutes without requests; then the next one waits for it to load. */
const staysLoadedMs = 240_000;

/** Several times the expected time: texts of the same length differ, and machines have other work. */
const patience = 3;

/** How much of what was learned remains with every request. */
const remains = 0.8;

/** A request that may have to load the model is looked after from this time on, in ms. */
const lookMs = 3000;

/** The time that a request may take, in ms. */
export interface RequestTime {
  /** When it is late: whether the model is loaded then decides. */
  lateMs: number;
  /** What it gets of a server that has its model loaded. */
  normalMs: number;
  /** What it gets of a server that may be loading it. */
  loadMs: number;
  /** Whether the request may have to load the model, as far as its sender knows. */
  mayLoad: boolean;
}

export class Pace {
  readonly #leastMs: number;
  readonly #loadMs: number;
  /**
   * Time and tokens of the requests so far, the newest weighing most. Sums and not a mean of ratios: a request
   * of few tokens is mostly overhead, and says little of how long a full one takes.
   */
  #ms = 0;
  #tokens = 0;
  /** Tokens that were sent and not yet answered: the model takes one text at a time. */
  #queued = 0;
  #lastAnswer = Number.NEGATIVE_INFINITY;

  /**
   * @param leastMs every request gets at least this
   * @param loadMs what a request gets at least while the model is loaded
   */
  constructor(leastMs: number, loadMs = 300_000) {
    this.#leastMs = leastMs;
    this.#loadMs = loadMs;
  }

  /** Mean time of a token lately; undefined until a loaded model has answered. */
  get msPerToken(): number | undefined {
    return this.#tokens === 0 ? undefined : this.#ms / this.#tokens;
  }

  /** The server may have been restarted: the next request gets the time to load the model again. */
  mayHaveToLoad(): void {
    this.#lastAnswer = Number.NEGATIVE_INFINITY;
  }

  /**
   * Runs a request of so many tokens with the time that it may take, and learns from it.
   * @param leastMs what it gets at least. @default that of all
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
      // What was sent before this one was worked on first: only the time since its answer is this one's.
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
