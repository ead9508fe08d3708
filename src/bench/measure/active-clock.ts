// A clock that stands still between measurements: what learns from speed must not take pauses for slowness.

export class ActiveClock {
  #past = 0;
  #since: number | undefined;

  /** Milliseconds of all stretches in which it ran. */
  get now(): number {
    return this.#past + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }

  /** Runs as long as `work`. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#since = performance.now();
    try {
      return await work();
    } finally {
      this.#past = this.now;
      this.#since = undefined;
    }
  }
}
