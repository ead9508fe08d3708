// How long a request may take, from how long the ones before it took: a fixed time is too short for long
// batches on slow machines and too long for a server that hangs.

/** A server unloads a model after 5 minutes without requests; then the next one waits for it to load. */
const staysLoadedMs = 240_000;

/** Several times the expected time: texts of the same length differ, and machines have other work. */
const patience = 3;

/** Weight of the newest request in the mean. */
const newest = 0.2;

export class Pace {
  readonly #leastMs: number;
  readonly #loadMs: number;
  /** Mean time of a token; unknown until a loaded model has answered. */
  #msPerToken: number | undefined;
  /** Tokens that were sent and not yet answered: the model takes one text at a time. */
  #queued = 0;
  #lastAnswer = Number.NEGATIVE_INFINITY;

  /**
   * @param leastMs every request gets at least this
   * @param loadMs what a request gets at least that may have to load the model
   */
  constructor(leastMs: number, loadMs = 300_000) {
    this.#leastMs = leastMs;
    this.#loadMs = loadMs;
  }

  /** Runs a request of so many tokens with the time that it may take, and learns from it. */
  async timed<T>(tokens: number, request: (timeoutMs: number) => Promise<T>): Promise<T> {
    const start = performance.now();
    const loaded = start - this.#lastAnswer < staysLoadedMs;
    this.#queued += tokens;
    try {
      const result = await request(this.#timeoutMs(loaded));
      const end = performance.now();
      // What was sent before this one was worked on first: only the time since its answer is this one's.
      if (loaded) this.#learn((end - Math.max(start, this.#lastAnswer)) / tokens);
      this.#lastAnswer = end;
      return result;
    } finally {
      this.#queued -= tokens;
    }
  }

  #timeoutMs(loaded: boolean): number {
    const expected = (this.#msPerToken ?? 0) * this.#queued;
    return Math.ceil(Math.max(this.#leastMs, expected * patience, loaded ? 0 : this.#loadMs));
  }

  #learn(msPerToken: number): void {
    this.#msPerToken =
      this.#msPerToken === undefined
        ? msPerToken
        : this.#msPerToken + newest * (msPerToken - this.#msPerToken);
  }
}
