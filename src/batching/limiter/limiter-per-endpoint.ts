// The limits of all endpoints of an embedder: a limiter for each, made when it is first asked for.
import type { RequestLimits } from '../../types.js';

export class Limits {
  readonly #make: (endpoint: string) => RequestLimits;
  readonly #byEndpoint = new Map<string, RequestLimits>();

  /**
   * @param make a limiter for one endpoint, by its URL
   * @param endpoints those that are known
   */
  constructor(make: (endpoint: string) => RequestLimits, endpoints: readonly string[] = ['']) {
    this.#make = make;
    this.keep(endpoints);
  }

  of(endpoint: string): RequestLimits {
    const known = this.#byEndpoint.get(endpoint);
    if (known) return known;
    const limits = this.#make(endpoint);
    this.#byEndpoint.set(endpoint, limits);
    return limits;
  }

  /** Forgets what was learned of all others. */
  keep(endpoints: readonly string[]): void {
    for (const endpoint of this.#byEndpoint.keys()) {
      if (!endpoints.includes(endpoint)) this.#byEndpoint.delete(endpoint);
    }
    for (const endpoint of endpoints) this.of(endpoint);
  }

  /** Requests that may be in flight, at all endpoints together. */
  get concurrency(): number {
    let sum = 0;
    for (const { concurrency } of this.#byEndpoint.values()) sum += concurrency;
    return sum;
  }

  /** Texts that a batch may have where it may have most. */
  get batchSize(): number {
    let most = 1;
    for (const { batchSize } of this.#byEndpoint.values()) most = Math.max(most, batchSize);
    return most;
  }
}
