// What the batching core did and how it is, as one plain object: what is shown, sent and written of it.
import type { FaultMeaning } from '../errors.js';
import type { EndpointState } from '../types/embedder.js';
import type { Histogram } from './histogram.js';

/** One count for each thing that a failure can mean. */
export type ByMeaning = Record<FaultMeaning, number>;

/** How long something took, in seconds. Quantiles are estimates, off by less than 28 %. */
export interface Durations {
  /** How many were measured; all else is 0 when there was none. */
  count: number;
  /** Of all together. */
  sum: number;
  /** Half of them took no longer. */
  p50: number;
  /** 95 % took no longer. */
  p95: number;
  /** 99 % took no longer. */
  p99: number;
}

/** What only the orchestrator knows, at the moment of a snapshot. */
export interface LiveState {
  /** Texts that no request carries yet. */
  queue_size: number;
  /** Requests in flight. */
  active_requests: number;
  /** Texts that a batch may have now. */
  batch_size_limit: number;
  /** Requests that may be in flight now. */
  concurrency_limit: number;
  endpoints: readonly EndpointState[];
}

/** One server, as it is now. */
export interface EndpointMetrics {
  /** Without credentials. */
  url: string;
  /** The circuit breaker: in use, left alone after failures, or being tried again. */
  breaker: EndpointState['breaker'];
  /** Why it gets no texts though it answers: it gives other vectors than the others, or than before; else null. */
  refused: string | null;
  /** Requests in flight. */
  in_flight: number;
  /** Its share of the work against the others', when all are equally fast. */
  weight: number;
  /** Requests since it was opened; a reset leaves them. */
  requests: number;
  /** Of these, failed. */
  failures: number;
  /** Mean time of a token lately; null before the first answer. */
  seconds_per_token: number | null;
}

/** All counts are since `since`; the limits, sizes in the queue and endpoints are as they are now. */
export interface Metrics {
  /** When counting began or was reset, ISO 8601. */
  since: string;
  /** Seconds since then. */
  uptime_seconds: number;

  /** Requests that were sent, halves of split batches included; the embedder's own retries are not. */
  requests: number;
  /** Requests that were answered with vectors. */
  batches_processed: number;
  /** Requests with two texts or more. */
  batch_requests: number;
  /** Requests with one text. */
  individual_requests: number;

  /** Texts that were queued. */
  texts_queued: number;
  /** Texts that found the same text under way and shared its request. */
  texts_joined: number;
  /** Texts that the embedder gave vectors for. */
  texts: number;
  /** Tokens of these texts, as they were counted for packing: for the orchestrator about, by their length. */
  tokens: number;
  /** Texts that were given up, by the meaning of the last failure. */
  text_failures: ByMeaning;
  /** All of these together. */
  text_failures_total: number;
  /** Texts whose callers no longer wanted them. */
  cancelled: number;
  /** Vectors that weren't fetched in time. */
  dropped: number;
  /** Texts that were turned away because the queue was full. */
  rejected: number;

  /** Texts whose vector was in the cache. */
  cache_hits: number;
  /** Texts whose vector was looked for in the cache and wasn't there. */
  cache_misses: number;
  /** Of these misses, vectors that were there, but damaged. */
  cache_refused: number;
  /** Hits of all lookups, 0 to 1; 0 when there were none. */
  cache_hit_rate: number;

  /** Texts of a request, on average; 0 when there was none. */
  average_batch_size: number;
  /** Texts of a request against the most that it could have carried, on average, 0 to 1. */
  average_batch_fill: number;
  /** Seconds from sending a request to its answer, on average over those that were answered. */
  average_batch_time: number;

  /** Batches that failed and were split in two, and texts that are sent alone because batches give others' vectors. */
  fallbacks: number;
  /** Late requests that were sent to another endpoint, too; the first answer counted. */
  hedged: number;
  /** `fallbacks` of all requests, 0 to 1. */
  fallback_rate: number;
  /** Requests that were sent again, by what had failed. */
  retries: ByMeaning;
  /** All of these together. */
  retries_total: number;
  /** Requests that failed for good, by meaning. */
  failures: ByMeaning;
  /** All of these together. */
  failures_total: number;

  /** Texts that no request carries yet. */
  queue_size: number;
  /** Requests in flight. */
  active_requests: number;
  /** Texts that a batch may have now, on the endpoint that may have most. */
  batch_size_limit: number;
  /** Requests that may be in flight now, of all endpoints together. */
  concurrency_limit: number;

  /** From queueing a text to sending it. */
  queue_time_seconds: Durations;
  /** From sending a request to its answer. */
  request_time_seconds: Durations;

  /** The servers; empty when the embedder has none. */
  endpoints: EndpointMetrics[];
}

/** The distributions that a snapshot sums up, in seconds. */
export interface Histograms {
  readonly queue: Histogram;
  readonly request: Histogram;
}

/** A snapshot and the distributions behind it. */
export interface MeasuredMetrics {
  metrics: Metrics;
  histograms: Histograms;
}

export function endpointMetrics(state: EndpointState): EndpointMetrics {
  return {
    url: state.url,
    breaker: state.breaker,
    refused: state.refused ?? null,
    in_flight: state.inFlight,
    weight: state.weight,
    requests: state.requests,
    failures: state.failures,
    seconds_per_token: state.msPerToken === undefined ? null : state.msPerToken / 1000,
  };
}

export function durations(histogram: Histogram): Durations {
  return {
    count: histogram.count,
    sum: histogram.sum,
    p50: histogram.quantile(0.5),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
  };
}
