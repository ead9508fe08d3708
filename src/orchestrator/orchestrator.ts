// src/orchestrator: the batching queue of an embedder and a cache, for programs and for the gateway.
//
// In: single texts or lists from many callers. Out: a vector or an error for each text. Texts wait in a bounded queue
// by priority (admission.ts), are answered from the cache (known-vectors.ts), and go out in few full requests
// (intake.ts joins these steps). Results can be fetched later by an id (pending-results.ts).
// What must hold: the queue is bounded; each vector goes to the caller of its text; a stop leaves no call unanswered.
import { NotStartedError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { BatchMetrics } from '../metrics/metrics.js';
import type { MeasuredMetrics, Metrics } from '../metrics/snapshot.js';
import type { Embedder } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';
import type { Vector } from '../types/vector.js';
import { openUpstream, type Upstream } from '../upstream/upstream.js';
import { OrchestratorCache } from './cache-control.js';
import { BatchConfig, type BatchOptions } from './config.js';
import type { EmbedTextsOptions } from './embed-options.js';
import { checkHealth, type Health } from './health.js';
import { Intake, type TextOutcome } from './intake.js';
import { vectorsOf } from './outcomes.js';
import { type OrchestratorParts, type TimeoutOptions, timerMs } from './parts.js';
import { Results } from './pending-results.js';

interface Running {
  upstream: Upstream;
  intake: Intake;
}

/**
 * A batching queue with an embedder and a cache: many callers ask for single texts or lists, and few full
 * requests go out. It is started once, used by any number of callers at once, and stopped once.
 * @example
 * await using orchestrator = await new BatchOrchestrator({ model: 'nomic-embed-text' }).start();
 * const vectors = await orchestrator.embed(['one text', 'another']);
 */
export class BatchOrchestrator implements AsyncDisposable {
  /** The options, checked, with their defaults. */
  readonly config: BatchConfig;
  /** Statistics of the cache, and ways to empty it. */
  readonly cache: OrchestratorCache;
  readonly #parts: OrchestratorParts;
  readonly #events: RunEvents;
  readonly #metrics = new BatchMetrics();
  readonly #results: Results;
  readonly #end = new AbortController();
  #upstream: Promise<Upstream> | undefined;
  #open: Running | undefined;
  #stopped: Promise<void> | undefined;
  /** Calls in progress. */
  readonly #calls = new Set<Promise<unknown>>();

  /**
   * Opens nothing yet: {@link start} does.
   * @param config options, or those that a `BatchConfig` made
   * @param parts an embedder or a cache of your own, and who is told of what happens
   * @throws {UsageError} naming the option that is wrong
   */
  constructor(config: BatchConfig | BatchOptions = {}, parts: OrchestratorParts = {}) {
    this.config = config instanceof BatchConfig ? config : new BatchConfig(config);
    this.#parts = parts;
    this.#events = eventsFor(parts.events);
    this.#results = new Results(this.config.resultTtl * 1000, (count) => this.#metrics.dropped(count));
    this.cache = new OrchestratorCache(
      () => this.#running.upstream,
      this.config,
      () => this.getMetrics().cache_hit_rate,
    );
  }

  /**
   * Opens embedder and cache. Calling it again changes nothing; after an error it may be called again.
   * @returns the orchestrator itself
   * @throws {ServiceError} when what was asked for by name can't be reached or lacks the model
   * @throws {WrongVectorsError} when unlike texts get one vector, or servers differ
   * @throws {EmbedderFault} when a first request fails
   * @throws {NotStartedError} after `stop`
   */
  async start(): Promise<this> {
    if (this.#stopped) throw stopped();
    this.#upstream ??= this.#openUpstream();
    try {
      const upstream = await this.#upstream;
      if (this.#stopped) throw stopped();
      this.#open ??= { upstream, intake: this.#intakeOf(upstream) };
    } catch (error) {
      this.#upstream = undefined;
      throw error;
    }
    return this;
  }

  #openUpstream(): Promise<Upstream> {
    const { settings, enableBatching, maxBatchSize, startBatchSize, cacheMaxMemoryMb } = this.config;
    return openUpstream({
      settings: enableBatching ? settings : { ...settings, batchSize: 1 },
      metrics: this.#metrics,
      signal: this.#end.signal,
      embedder: this.#parts.embedder,
      cache: this.#parts.cache,
      memoryBytes: cacheMaxMemoryMb * 1024 ** 2,
      bounds: { maxBatchSize, startBatchSize },
      events: this.#events,
    });
  }

  #intakeOf(upstream: Upstream): Intake {
    return new Intake({
      upstream,
      config: this.config,
      metrics: this.#metrics,
      signal: this.#end.signal,
      events: this.#events,
    });
  }

  /**
   * Takes no more texts, answers those it has, and closes embedder and cache.
   * @param options `timeoutMs` gives up what isn't answered by then, also where an earlier stop still waits; without
   * it, it waits for all
   */
  async stop(options: TimeoutOptions = {}): Promise<void> {
    const { timeoutMs } = options;
    this.#stopped ??= this.#drain();
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => this.#end.abort(stopped()), timerMs(timeoutMs));
    try {
      await this.#stopped;
    } finally {
      clearTimeout(timer);
    }
  }

  async #drain(): Promise<void> {
    // The start isn't finished, so there are no calls to wait for.
    if (!this.#open) this.#end.abort(stopped());
    const upstream = await this.#upstream?.catch(() => undefined);
    const intake = this.#open?.intake;
    const giveUp = () => void intake?.stop(this.#end.signal.reason);
    this.#end.signal.addEventListener('abort', giveUp, { once: true });
    intake?.end();
    await Promise.allSettled([...this.#calls]);
    await intake?.stop(stopped());
    if (upstream) return await upstream.close();
    await Promise.all([this.#parts.embedder?.close(), this.#parts.cache?.close()]);
  }

  /** {@link stop}, at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** What the vectors are comparable with. @throws {NotStartedError} before `start` and after `stop` */
  get space(): VectorSpace {
    return this.#running.upstream.space;
  }

  /** The embedder in use. @throws {NotStartedError} before `start` and after `stop` */
  get embedder(): Embedder {
    return this.#running.upstream.embedder;
  }

  /**
   * One vector for each text, in order: float32, L2-normalised, `space.dimensions` long. The caller may change them.
   * Waits while the queue is full.
   * @param texts none of them empty
   * @throws {RejectedTextsError} when the server refuses some texts even alone; it holds the vectors of the others
   * @throws {ServiceError} when the server is down
   * @throws {UsageError} for an empty text, or a value that isn't a string
   * @throws {NotStartedError} before `start` and after `stop`
   * @throws {QueueFullError} when `whenFull` is `reject` and there is no room
   * @throws the signal's reason
   */
  async embed(texts: readonly string[], options: EmbedTextsOptions = {}): Promise<Vector[]> {
    return vectorsOf(await this.#outcomes(texts, options));
  }

  /**
   * Like {@link embed}, but says of each text what became of it. Throws only what concerns all of them.
   * @returns one outcome for each text, in their order
   * @throws {UsageError} on an empty text or what is no text
   * @throws {NotStartedError} before `start` and after `stop`
   * @throws {QueueFullError} when `whenFull` is `reject` and there is no room
   * @throws the signal's reason
   */
  async processEmbeddingsBatch(
    texts: readonly string[],
    options: EmbedTextsOptions = {},
  ): Promise<TextOutcome[]> {
    return await this.#outcomes(texts, options);
  }

  /**
   * Queues a text, waiting while the queue is full.
   * @returns the id to fetch its vector by, with {@link getEmbeddingResult}
   * @throws {UsageError} on an empty text or what is no text
   * @throws {NotStartedError} before `start` and after `stop`
   * @throws {QueueFullError} when `whenFull` is `reject` and there is no room
   * @throws the signal's reason
   */
  async queueEmbeddingRequest(text: string, options: EmbedTextsOptions = {}): Promise<string> {
    let onQueued: (() => void) | undefined;
    const queued = new Promise<void>((resolve) => {
      onQueued = resolve;
    });
    const vector = this.#outcomes([text], options, onQueued).then((outcomes) => vectorsOf(outcomes)[0]!);
    // Without this wait, the number of waiting texts would have no bound.
    await Promise.race([queued, vector]);
    return this.#results.add(vector);
  }

  /**
   * The vector of a queued text, also after `stop`. It is handed out once; unclaimed, it is dropped after
   * `resultTtl`.
   * @param id of {@link queueEmbeddingRequest}
   * @param options `timeoutMs`: how long to wait for it; without it, the configuration's `batchTimeout`
   * @returns float32, L2-normalised, `space.dimensions` long, and the caller's
   * @throws {UnknownRequestError} when the id was never given, or its result was fetched or dropped
   * @throws {ResultTimeoutError} when the vector isn't there in time; it can be fetched later
   * @throws what `embed` throws
   */
  async getEmbeddingResult(id: string, options: TimeoutOptions = {}): Promise<Vector> {
    return await this.#results.fetch(id, options.timeoutMs ?? this.config.settings.batchTimeout);
  }

  /** All counters since the start or the last reset, as plain JSON. */
  getMetrics(): Metrics {
    const { intake } = this.#open ?? {};
    const { limits, embedder } = this.#open?.upstream ?? {};
    return this.#metrics.snapshot({
      queue_size: intake?.waiting ?? 0,
      active_requests: intake?.inFlight ?? 0,
      batch_size_limit: limits?.batchSize ?? 0,
      concurrency_limit: limits?.concurrency ?? 0,
      endpoints: embedder?.endpoints?.() ?? [],
    });
  }

  /** Counts from 0 on again; limits, queue and endpoints stay as they are. */
  resetMetrics(): void {
    this.#metrics.reset();
  }

  /** The metrics in Prometheus's text format: what {@link getMetrics} has, and the distributions of its figures. */
  async prometheusMetrics(): Promise<string> {
    const { prometheusText } = await import('../metrics/prometheus.js');
    return await prometheusText(this.measuredMetrics());
  }

  /**
   * What the gateway puts into one registry for all its models.
   * @internal
   */
  measuredMetrics(): MeasuredMetrics {
    return { metrics: this.getMetrics(), histograms: this.#metrics.histograms };
  }

  /**
   * Asks embedder and cache. Never throws.
   * @param options `timeoutMs`: how long it takes at most; without it, 5,000 ms
   */
  async healthCheck(options: TimeoutOptions = {}): Promise<Health> {
    const { timeoutMs = 5000 } = options;
    return await checkHealth(this.#stopped ? undefined : this.#open?.upstream, this.getMetrics(), timeoutMs);
  }

  /**
   * Lets requests go to endpoints again that were left alone after failures.
   * @throws {NotStartedError} before `start` and after `stop`
   */
  resetCircuitBreaker(): void {
    this.#running.upstream.embedder.resetBreakers?.();
  }

  get #running(): Running {
    if (this.#stopped) throw stopped();
    if (!this.#open) {
      throw new NotStartedError('The orchestrator was not started: call `await orchestrator.start()` first.');
    }
    return this.#open;
  }

  async #outcomes(
    texts: readonly string[],
    options: EmbedTextsOptions,
    onQueued?: () => void,
  ): Promise<TextOutcome[]> {
    const call = this.#running.intake.embed(texts, options, onQueued);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }
}

function stopped(): NotStartedError {
  return new NotStartedError('The orchestrator was stopped: make and start a new one.');
}
