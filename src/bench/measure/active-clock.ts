// A clock that stops between measurements, so that a pause doesn't count as slowness.

export class ActiveClock {
  #past = 0;
  #since: number | undefined;

  /** Sum of the times in which it ran, in ms. */
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
