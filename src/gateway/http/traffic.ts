// Counts the HTTP traffic: requests by route and status, texts, and times of answers.
import { Histogram } from '../../metrics/histogram.js';

export interface RouteCount {
  route: string;
  status: number;
  count: number;
}

export interface ClientCount {
  requests: number;
  texts: number;
}

export interface TrafficMetrics {
  http_requests: RouteCount[];
  http_requests_total: number;
  /** Texts in requests, including cached ones. */
  texts_in: number;
  /** By the names of tokens. */
  clients: { [name: string]: ClientCount };
  /** Seconds from the end of a request's headers to the end of its answer. */
  http_time_seconds: { count: number; sum: number; p50: number; p95: number; p99: number };
}

export class Traffic {
  /** Times of requests for vectors only: a chat may take any time. */
  readonly durations = new Histogram();
  readonly #requests = new Map<string, RouteCount>();
  /** No more than there are tokens. */
  readonly #clients = new Map<string, ClientCount>();
  #texts = 0;

  answered(route: string, status: number, seconds: number | undefined): void {
    const key = `${route} ${status}`;
    const known = this.#requests.get(key);
    if (known) known.count++;
    else this.#requests.set(key, { route, status, count: 1 });
    if (seconds !== undefined) this.durations.observe(seconds);
  }

  /** A request with a token of this name. */
  ofClient(name: string, texts: number): void {
    const known = this.#clients.get(name) ?? { requests: 0, texts: 0 };
    known.requests++;
    known.texts += texts;
    this.#clients.set(name, known);
  }

  texts(count: number): void {
    this.#texts += count;
  }

  snapshot(): TrafficMetrics {
    const { durations } = this;
    const requests = [...this.#requests.values()].map((one) => ({ ...one }));
    return {
      http_requests: requests,
      http_requests_total: requests.reduce((sum, { count }) => sum + count, 0),
      texts_in: this.#texts,
      clients: Object.fromEntries([...this.#clients].map(([name, count]) => [name, { ...count }])),
      http_time_seconds: {
        count: durations.count,
        sum: durations.sum,
        p50: durations.quantile(0.5),
        p95: durations.quantile(0.95),
        p99: durations.quantile(0.99),
      },
    };
  }
}
