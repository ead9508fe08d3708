// The limits of all endpoints of an embedder: a limiter for each, made at its first use.
import type { RequestLimits } from '../../types/requests.js';

export class Limits {
  readonly #make: (endpoint: string) => RequestLimits;
  readonly #byEndpoint = new Map<string, RequestLimits>();

  /**
   * @param make makes a limiter for one endpoint, by its URL
   * @param endpoints the known endpoints
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

  /** Forgets the limiters of all other endpoints. */
  keep(endpoints: readonly string[]): void {
    for (const endpoint of this.#byEndpoint.keys()) {
      if (!endpoints.includes(endpoint)) this.#byEndpoint.delete(endpoint);
    }
    for (const endpoint of endpoints) this.of(endpoint);
  }

  /** Max requests in flight at all endpoints together. */
  get concurrency(): number {
    let sum = 0;
    for (const { concurrency } of this.#byEndpoint.values()) sum += concurrency;
    return sum;
  }

  /** Max texts of a batch at the endpoint with the largest limit. */
  get batchSize(): number {
    let most = 1;
    for (const { batchSize } of this.#byEndpoint.values()) most = Math.max(most, batchSize);
    return most;
  }
}
