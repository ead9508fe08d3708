// The batching queue in front of embedders, for programs: many callers ask for single texts or lists, and
// few full requests go out. Cached, bounded, by priority.
import { createHash } from 'node:crypto';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { type BatchKind, PLAIN, type Ticket } from '../batches/ticket.js';
import {
  type EmbedderFault,
  NotStartedError,
  QueueFullError,
  RejectedTextsError,
  UsageError,
} from '../errors.js';
import { BatchMetrics, type Metrics } from '../metrics/metrics.js';
import type { Embedder, Priority, Vector, VectorCache, VectorSpace } from '../types.js';
import { OrchestratorCache } from './cache.js';
import { BatchConfig, type BatchOptions, type PrefixKind } from './config.js';
import { checkHealth, type Health } from './health.js';
import { Results } from './results.js';
import { Room } from './room.js';
import { Upstream } from './upstream.js';

/** What can be handed in instead of what the configuration names, and who is told of what happens. */
export interface OrchestratorParts {
  embedder?: Embedder;
  cache?: VectorCache;
  onNotice?(message: string): void;
  onWarning?(message: string): void;
}

export interface EmbedTextsOptions {
  /** Takes the texts from the queue; what is in flight already is finished for the cache. */
  signal?: AbortSignal;
  /** 0 first, 4 last. @default the configuration's, 2 */
  priority?: Priority;
  /** @default the configuration's, 'none' */
  prefix?: PrefixKind;
  /** Who asks: callers of one priority take turns. @default one for all */
  caller?: string;
  /** @default 'wait' */
  whenFull?: 'wait' | 'reject';
  /** Let the server cut what is too long, instead of rejecting it. @default false */
  truncate?: boolean;
  /** Fewer values than the model gives. @default the space's */
  dimensions?: number;
}

/** What became of one text. */
export type TextOutcome =
  | { vector: Vector; cached: boolean }
  /** `fault`: this very text can't be embedded; `error`: nobody could be asked. */
  | { fault: EmbedderFault }
  | { error: unknown };

/** Texts that one caller adds to the queue before others get their turn. */
const TURN = 256;

/**
 * @example
 * await using orchestrator = await new BatchOrchestrator({ model: 'nomic-embed-text' }).start();
 * const vectors = await orchestrator.embed(['one text', 'another']);
 */
export class BatchOrchestrator implements AsyncDisposable {
  readonly config: BatchConfig;
  /** What the cache holds, and ways to empty it. */
  readonly cache: OrchestratorCache;
  readonly #parts: OrchestratorParts;
  readonly #metrics = new BatchMetrics();
  readonly #results: Results;
  readonly #room = new Room(() => this.#hasRoom());
  readonly #end = new AbortController();
  #upstream: Promise<Upstream> | undefined;
  #open: Upstream | undefined;
  #stopped: Promise<void> | undefined;
  #sending: NodeJS.Immediate | undefined;
  /** Calls that wait for vectors. */
  readonly #calls = new Set<Promise<unknown>>();

  /** @throws {UsageError} naming the option that is wrong */
  constructor(config: BatchConfig | BatchOptions = {}, parts: OrchestratorParts = {}) {
    this.config = config instanceof BatchConfig ? config : new BatchConfig(config);
    this.#parts = parts;
    this.#results = new Results(this.config.resultTtl * 1000, (count) => this.#metrics.dropped(count));
    this.cache = new OrchestratorCache(
      () => this.#running,
      this.config,
      () => this.getMetrics().cache_hit_rate,
    );
  }

  /**
   * Opens embedder and cache. Calling it again changes nothing.
   * @throws {ServiceError} when what was asked for by name can't be reached or lacks the model
   * @throws {NotStartedError} after `stop`
   */
  async start(): Promise<this> {
    if (this.#stopped) throw stopped();
    this.#upstream ??= Upstream.open({
      config: this.config,
      metrics: this.#metrics,
      signal: this.#end.signal,
      embedder: this.#parts.embedder,
      cache: this.#parts.cache,
      onNotice: (message) => this.#parts.onNotice?.(message),
      onWarning: (message) => this.#parts.onWarning?.(message),
      onTaken: () => this.#room.open(),
    });
    try {
      const upstream = await this.#upstream;
      if (this.#stopped) throw stopped();
      this.#open = upstream;
    } catch (error) {
      this.#upstream = undefined;
      throw error;
    }
    return this;
  }

  /**
   * Takes no more texts, answers those it has, and closes embedder and cache.
   * @param options.timeoutMs gives up what isn't answered by then. @default waits
   */
  async stop({ timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#drain(timeoutMs);
    await this.#stopped;
  }

  async #drain(timeoutMs: number | undefined): Promise<void> {
    // Nobody could ask for anything before the start was over.
    if (!this.#open) this.#end.abort(stopped());
    const upstream = await this.#upstream?.catch(() => undefined);
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => this.#end.abort(stopped()), timeoutMs);
    const giveUp = () => {
      void upstream?.dispatcher.stop(this.#end.signal.reason);
      this.#room.openForAll();
    };
    this.#end.signal.addEventListener('abort', giveUp, { once: true });
    upstream?.dispatcher.end();
    await Promise.allSettled([...this.#calls]);
    clearTimeout(timer);
    await upstream?.dispatcher.stop(stopped());
    await upstream?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** What the vectors are comparable with. @throws {NotStartedError} */
  get space(): VectorSpace {
    return this.#running.space;
  }

  /** The embedder in use. @throws {NotStartedError} */
  get embedder(): Embedder {
    return this.#running.embedder;
  }

  /**
   * One vector for each text, in order: float32, L2-normalised, `space.dimensions` long. They are the caller's.
   * Waits while the queue is full.
   * @param texts none of them empty
   * @throws {RejectedTextsError} when the server takes some of the texts not even alone; the others' vectors are in it
   * @throws {ServiceError} when the server is down
   * @throws {UsageError} on an empty text or what is no text
   * @throws {NotStartedError} before `start` and after `stop`
   * @throws {QueueFullError} when `whenFull` is `reject` and there is no room
   * @throws the signal's reason
   */
  async embed(texts: readonly string[], options: EmbedTextsOptions = {}): Promise<Vector[]> {
    return vectorsOf(await this.#outcomes(texts, options));
  }

  /** Like {@link embed}, but says of each text what became of it. Throws only what concerns all of them. */
  async processEmbeddingsBatch(
    texts: readonly string[],
    options: EmbedTextsOptions = {},
  ): Promise<TextOutcome[]> {
    return await this.#outcomes(texts, options);
  }

  /**
   * Queues a text, waiting while the queue is full.
   * @returns the id to fetch its vector by, with {@link getEmbeddingResult}
   * @throws {NotStartedError | UsageError | QueueFullError} as `embed` does
   */
  async queueEmbeddingRequest(text: string, options: EmbedTextsOptions = {}): Promise<string> {
    let onQueued: (() => void) | undefined;
    const queued = new Promise<void>((resolve) => {
      onQueued = resolve;
    });
    const vector = this.#outcomes([text], options, onQueued).then((outcomes) => vectorsOf(outcomes)[0]!);
    // Until then nothing bounds how many texts wait, if their callers don't.
    await Promise.race([queued, vector]);
    return this.#results.add(vector);
  }

  /**
   * The vector of a queued text, also after `stop`. It is handed out once; unclaimed, it is dropped after
   * `resultTtl`.
   * @param options.timeoutMs how long to wait for it, in ms. @default the configuration's batch time-out
   * @throws {UnknownRequestError} when the id was never given, or its result was fetched or dropped
   * @throws {ResultTimeoutError} when it isn't there in time; it can be fetched later
   * @throws what `embed` throws
   */
  async getEmbeddingResult(id: string, { timeoutMs }: { timeoutMs?: number } = {}): Promise<Vector> {
    return await this.#results.fetch(id, timeoutMs ?? this.config.settings.batchTimeout);
  }

  /** Everything counted since the start or the last reset, as plain JSON. */
  getMetrics(): Metrics {
    return this.#metrics.snapshot({
      queue_size: this.#open?.dispatcher.waiting ?? 0,
      active_requests: this.#open?.dispatcher.inFlight ?? 0,
      batch_size_limit: this.#open?.limiter.batchSize ?? 0,
      concurrency_limit: this.#open?.limiter.concurrency ?? 0,
      endpoints: this.#open?.embedder.endpoints?.() ?? [],
    });
  }

  resetMetrics(): void {
    this.#metrics.reset();
  }

  /** The metrics in Prometheus's text format. */
  async prometheusMetrics(): Promise<string> {
    const { prometheusText } = await import('../metrics/prometheus.js');
    return await prometheusText(this.getMetrics(), this.#metrics.histograms);
  }

  /** Asks embedder and cache. Never throws; takes at most `timeoutMs`. @default 5000 ms */
  async healthCheck({ timeoutMs = 5000 }: { timeoutMs?: number } = {}): Promise<Health> {
    return await checkHealth(this.#stopped ? undefined : this.#open, this.getMetrics(), timeoutMs);
  }

  /** Lets requests go to endpoints again that were left alone after failures. */
  resetCircuitBreaker(): void {
    this.#running.embedder.resetBreakers?.();
  }

  get #running(): Upstream {
    if (this.#stopped) throw stopped();
    if (!this.#open) {
      throw new NotStartedError('The orchestrator was not started: call `await orchestrator.start()` first.');
    }
    return this.#open;
  }

  #hasRoom(): boolean {
    return (this.#open?.dispatcher.waiting ?? 0) < this.config.maxQueueSize;
  }

  /** @param onQueued told when the last text that isn't in the cache has a place in the queue */
  async #outcomes(
    texts: readonly string[],
    options: EmbedTextsOptions,
    onQueued?: () => void,
  ): Promise<TextOutcome[]> {
    checkTexts(texts);
    const call = this.#answers(this.#running, texts, options, onQueued);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #answers(
    upstream: Upstream,
    texts: readonly string[],
    options: EmbedTextsOptions,
    onQueued: (() => void) | undefined,
  ): Promise<TextOutcome[]> {
    const { signal, truncate = false, dimensions } = options;
    signal?.throwIfAborted();
    const prefix = upstream.prefix(options.prefix ?? this.config.prefix);
    const kind: BatchKind = truncate || dimensions !== undefined ? { truncate, dimensions } : PLAIN;
    const space = upstream.spaceId(prefix, kind);
    const hashes = texts.map((text) => createHash('sha256').update(text).digest('hex'));
    const found = await this.#lookUp(upstream, space, hashes, dimensions);
    const outcomes = found.map((vector) => (vector ? { vector, cached: true } : undefined));
    const missing = outcomes.flatMap((outcome, index) => (outcome ? [] : [index]));
    if (missing.length === 0) return outcomes as TextOutcome[];
    const requests = missing.map((index) => ({
      index,
      hash: hashes[index]!,
      text: prefix + texts[index]!,
      space,
      kind,
    }));
    const answered = await this.#send(upstream, requests, options, onQueued);
    for (const [at, { index }] of requests.entries()) (outcomes as TextOutcome[])[index] = answered[at]!;
    return outcomes as TextOutcome[];
  }

  async #lookUp(
    { lookups, space }: Upstream,
    id: string,
    hashes: readonly string[],
    dimensions = space.dimensions,
  ): Promise<(Vector | undefined)[]> {
    if (!lookups) return new Array<undefined>(hashes.length).fill(undefined);
    const found = await lookups.find(id, hashes, dimensions);
    const hits = found.filter((vector) => vector !== undefined).length;
    this.#metrics.cacheLookup({ hits, misses: hashes.length - hits });
    return found;
  }

  /** Queues texts, as many at a time as there is room for, and waits for all. */
  async #send(
    upstream: Upstream,
    requests: readonly { hash: string; text: string; space: string; kind: BatchKind }[],
    options: EmbedTextsOptions,
    onQueued: (() => void) | undefined,
  ): Promise<TextOutcome[]> {
    const { dispatcher } = upstream;
    const { signal, priority = this.config.priority, caller = '' } = options;
    const tickets: Ticket[] = [];
    try {
      while (tickets.length < requests.length) {
        await this.#untilRoom(upstream, requests.length - tickets.length, options);
        for (let turn = 0; turn < TURN && tickets.length < requests.length && this.#hasRoom(); turn++) {
          const { hash, text, space, kind } = requests[tickets.length]!;
          const tokens = roughTokens(text);
          tickets.push(dispatcher.add({ hash, text, tokens, space, kind, priority, lane: caller }));
        }
        this.#sendSoon(upstream);
        this.#room.open();
        // Queueing takes its time: what is queued is sent meanwhile. Who was told of room keeps it.
        if (tickets.length < requests.length && options.whenFull !== 'reject') await nextLoop();
      }
      onQueued?.();
      await allSettled(tickets, signal);
    } catch (error) {
      for (const ticket of tickets) if (!ticket.isSettled) dispatcher.leave(ticket);
      throw error;
    }
    return tickets.map((ticket) => outcomeOf(ticket, upstream.cache !== undefined));
  }

  /** After this turn of the event loop, so that callers of the same turn share the first request, too. */
  #sendSoon({ dispatcher }: Upstream): void {
    if (this.#sending) return;
    this.#sending = setImmediate(() => {
      this.#sending = undefined;
      dispatcher.send();
    });
  }

  /** @throws {QueueFullError} when callers don't wait, and there is not room for all */
  async #untilRoom(upstream: Upstream, texts: number, options: EmbedTextsOptions): Promise<void> {
    const { signal, priority = this.config.priority, caller = '' } = options;
    if (options.whenFull === 'reject') {
      const { maxQueueSize } = this.config;
      const { waiting } = upstream.dispatcher;
      if (waiting + texts <= maxQueueSize) return;
      this.#metrics.rejected(texts);
      throw new QueueFullError(
        `The queue has no room for ${texts} more texts (${waiting} of ${maxQueueSize} wait): try again later.`,
      );
    }
    while (!this.#hasRoom() && !this.#end.signal.aborted) await this.#room.next(priority, caller, signal);
    this.#end.signal.throwIfAborted();
  }
}

/** @throws {RejectedTextsError} or what kept all texts from being embedded */
function vectorsOf(outcomes: readonly TextOutcome[]): Vector[] {
  for (const outcome of outcomes) if ('error' in outcome) throw outcome.error;
  const vectors = outcomes.map((outcome) => ('vector' in outcome ? outcome.vector : undefined));
  const rejected = outcomes.flatMap((outcome, index) =>
    'fault' in outcome ? [{ index, fault: outcome.fault }] : [],
  );
  if (rejected.length > 0) throw new RejectedTextsError(rejected, vectors);
  return vectors as Vector[];
}

function outcomeOf({ vector, fault, error, callers }: Ticket, isKept: boolean): TextOutcome {
  // A copy where others wait for the same text, or the cache may still be writing.
  if (vector) return { vector: callers > 1 || isKept ? vector.slice() : vector, cached: false };
  return fault ? { fault } : { error };
}

/**
 * About the tokens of a text, by its length in UTF-8: three bytes each fits most alphabets. Bounds, time-outs and
 * the measured throughput need no more, and the exact count would cost more than all else that is done with a text.
 */
function roughTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}

function allSettled(tickets: readonly Ticket[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let open = tickets.length;
    const onAbort = () => reject(signal?.reason);
    const settled = () => {
      if (--open > 0) return;
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    for (const ticket of tickets) ticket.whenSettled(settled);
  });
}

/** @throws {UsageError} */
function checkTexts(texts: readonly string[]): void {
  for (const [index, text] of texts.entries()) {
    if (typeof text !== 'string') throw new UsageError(`Text ${index} is ${typeof text}, not a string.`);
    if (text === '') throw new UsageError(`Text ${index} is empty: leave it out, it has no vector.`);
  }
}

function stopped(): NotStartedError {
  return new NotStartedError('The orchestrator was stopped: make and start a new one.');
}
