// src/metrics: counts the work of orchestrator and dispatcher.
//
// In: calls for each event, which cost an addition. Out: one plain object (snapshot.ts), Prometheus text (prometheus.ts)
// or lines for people (summary-lines.ts).
import type { FaultMeaning } from '../errors.js';
import { noFaults } from '../fault-policy.js';
import { Histogram } from './histogram.js';
import {
  type ByMeaning,
  durations,
  endpointMetrics,
  type Histograms,
  type LiveState,
  type Metrics,
} from './snapshot.js';

/** Counts what the orchestrator and the dispatcher do. */
export class BatchMetrics {
  readonly histograms: Histograms = { queue: new Histogram(), request: new Histogram() };
  readonly #now: () => number;
  #since: number;
  #counts = new Counts();
  #sendsSingles = false;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#since = now();
  }

  /** Texts entered the queue. */
  textQueued(count = 1): void {
    this.#counts.queued += count;
  }

  /** Texts joined the same text in flight. */
  textsJoined(count = 1): void {
    this.#counts.joined += count;
  }

  /** A text left the queue after so many ms. */
  waited(ms: number): void {
    this.histograms.queue.observe(ms / 1000);
  }

  /** A request was sent that could have had `maxTexts`. */
  sent(request: { texts: number; tokens: number; maxTexts: number }): void {
    const counts = this.#counts;
    counts.requests++;
    if (request.texts === 1) counts.singles++;
    if (this.#sendsSingles) counts.halved++;
    counts.textsSent += request.texts;
    counts.fill += Math.min(1, request.texts / request.maxTexts);
  }

  /** A request was answered after so many ms. */
  answered(request: { texts: number; tokens: number; ms: number }): void {
    const counts = this.#counts;
    counts.answered++;
    counts.texts += request.texts;
    counts.tokens += request.tokens;
    this.histograms.request.observe(request.ms / 1000);
  }

  /** A request failed for good. */
  failed(request: { texts: number; meaning: FaultMeaning }): void {
    this.#counts.failures[request.meaning]++;
  }

  /** A request is sent again after this fault. */
  retried(meaning: FaultMeaning): void {
    this.#counts.retries[meaning]++;
  }

  /** From now on, each request is a part of a batch that can't be sent whole. */
  sendsSingles(): void {
    this.#sendsSingles = true;
  }

  /** A batch failed and was split in two. */
  halved(): void {
    this.#counts.halved++;
  }

  /** A late request was sent to another endpoint, too. */
  hedged(): void {
    this.#counts.hedged++;
  }

  cacheLookup(texts: { hits: number; misses: number }): void {
    this.#counts.hits += texts.hits;
    this.#counts.misses += texts.misses;
  }

  /** Vectors of the cache were damaged; the lookup counts them as misses. */
  cacheRefused(count: number): void {
    this.#counts.refused += count;
  }

  /** The hit rate of all lookups so far. */
  get cacheRefusals(): number {
    return this.#counts.refused;
  }

  /** A text was given up. */
  textFailed(meaning: FaultMeaning): void {
    this.#counts.textFailures[meaning]++;
  }

  /** The callers of these texts have given up. */
  cancelled(count = 1): void {
    this.#counts.cancelled += count;
  }

  /** These vectors were not fetched in time. */
  dropped(count = 1): void {
    this.#counts.dropped += count;
  }

  /** The queue was full. */
  rejected(count = 1): void {
    this.#counts.rejected += count;
  }

  /** Everything as plain JSON. */
  snapshot(live: LiveState): Metrics {
    const counts = this.#counts;
    const { queue, request } = this.histograms;
    return {
      since: new Date(this.#since).toISOString(),
      uptime_seconds: Math.max(0, this.#now() - this.#since) / 1000,
      requests: counts.requests,
      batches_processed: counts.answered,
      batch_requests: counts.requests - counts.singles,
      individual_requests: counts.singles,
      texts_queued: counts.queued,
      texts_joined: counts.joined,
      texts: counts.texts,
      tokens: counts.tokens,
      text_failures: { ...counts.textFailures },
      text_failures_total: total(counts.textFailures),
      cancelled: counts.cancelled,
      dropped: counts.dropped,
      rejected: counts.rejected,
      cache_hits: counts.hits,
      cache_misses: counts.misses,
      cache_refused: counts.refused,
      cache_hit_rate: share(counts.hits, counts.hits + counts.misses),
      average_batch_size: share(counts.textsSent, counts.requests),
      average_batch_fill: share(counts.fill, counts.requests),
      average_batch_time: share(request.sum, request.count),
      fallbacks: counts.halved,
      hedged: counts.hedged,
      fallback_rate: share(counts.halved, counts.requests),
      retries: { ...counts.retries },
      retries_total: total(counts.retries),
      failures: { ...counts.failures },
      failures_total: total(counts.failures),
      queue_size: live.queue_size,
      active_requests: live.active_requests,
      batch_size_limit: live.batch_size_limit,
      concurrency_limit: live.concurrency_limit,
      queue_time_seconds: durations(queue),
      request_time_seconds: durations(request),
      endpoints: live.endpoints.map(endpointMetrics),
    };
  }

  /** Starts to count again. Requests in flight are counted when they are answered. */
  reset(): void {
    this.#counts = new Counts();
    this.histograms.queue.reset();
    this.histograms.request.reset();
    this.#since = this.#now();
  }
}

class Counts {
  requests = 0;
  singles = 0;
  answered = 0;
  textsSent = 0;
  /** Sum of the requests' fills. */
  fill = 0;
  queued = 0;
  joined = 0;
  texts = 0;
  tokens = 0;
  hits = 0;
  misses = 0;
  refused = 0;
  halved = 0;
  hedged = 0;
  cancelled = 0;
  dropped = 0;
  rejected = 0;
  /** All meanings from the start: a dashboard can't tell a missing count from 0. */
  readonly failures = noFaults();
  readonly retries = noFaults();
  readonly textFailures = noFaults();
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function total(counts: ByMeaning): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
