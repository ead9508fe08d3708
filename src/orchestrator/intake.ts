// Answers texts from the cache, queues the others as there is room, sends them in batches, and waits for the vectors.
import { setImmediate as nextLoop } from 'node:timers/promises';
import { Dispatcher } from '../batching/dispatcher.js';
import { type BatchKind, plainKind, type Ticket } from '../batching/ticket.js';
import { unknownScript } from '../embedders/guard/unknown-script.js';
import { type EmbedderFault, QueueFullError } from '../errors.js';
import type { RunEvents } from '../events.js';
import type { BatchMetrics } from '../metrics/metrics.js';
import { orAborted } from '../net/or-aborted.js';
import { sha256 } from '../text/sha256.js';
import type { Vector } from '../types/vector.js';
import { batchBounds } from '../upstream/limiter-settings.js';
import type { Upstream } from '../upstream/upstream.js';
import { Admission } from './admission.js';
import type { BatchConfig } from './config.js';
import { checkTexts, type EmbedTextsOptions } from './embed-options.js';
import { KnownVectors, uncached } from './known-vectors.js';

/** The outcome of one text: it has a vector, can't be embedded, or no server could be asked. */
export type TextOutcome =
  | {
      /** float32, L2-normalised, as long as the space has dimensions, unless fewer were asked for. */
      vector: Vector;
      /** Whether it came from the cache. */
      cached: boolean;
    }
  | {
      /** Why this very text can't be embedded. */
      fault: EmbedderFault;
    }
  | {
      /** Why no server could be asked; another try may succeed. */
      error: unknown;
    };

/** Max texts that one caller adds to the queue before other callers get a turn. */
const textsPerTurn = 256;

export interface IntakeOptions {
  upstream: Upstream;
  config: BatchConfig;
  metrics: BatchMetrics;
  /** Aborts all waiting. */
  signal: AbortSignal;
  events: RunEvents;
}

export class Intake {
  readonly #upstream: Upstream;
  readonly #config: BatchConfig;
  readonly #metrics: BatchMetrics;
  readonly #signal: AbortSignal;
  readonly #known: KnownVectors;
  readonly #dispatcher: Dispatcher;
  readonly #room = new Admission(() => this.#hasRoom());
  #sending: NodeJS.Immediate | undefined;

  constructor({ upstream, config, metrics, signal, events }: IntakeOptions) {
    const { embedder, limits, canary, comeback } = upstream;
    this.#upstream = upstream;
    this.#config = config;
    this.#metrics = metrics;
    this.#signal = signal;
    this.#known = new KnownVectors(upstream, events);
    this.#dispatcher = new Dispatcher(embedder, {
      bounds: { ...batchBounds, tokens: config.maxBatchTokens },
      limits,
      metrics,
      signal,
      canary,
      lingerMs: config.settings.batchInterval,
      outage: 'fail',
      ...(comeback && { comeback }),
      onAnswer: (tickets) => this.#known.keep(tickets),
      onTaken: () => this.#room.open(),
    });
  }

  /** Texts that wait for a request. */
  get waiting(): number {
    return this.#dispatcher.waiting;
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.#dispatcher.inFlight;
  }

  /** No more texts will come, so the last ones don't wait for a full batch. */
  end(): void {
    this.#dispatcher.end();
  }

  /** Gives up texts that wait or are in flight; keeps answered vectors. Never throws. */
  async stop(reason: unknown): Promise<void> {
    const stopped = this.#dispatcher.stop(reason);
    if (this.#signal.aborted) this.#room.openForAll();
    await stopped;
  }

  /**
   * The outcome of each text, in order.
   * @param onQueued called when the last text that isn't in the cache is queued
   * @throws {UsageError} for an empty text, a value that isn't a string, and invalid options
   * @throws {QueueFullError} when `whenFull` is `reject` and there is no room for all texts
   * @throws the signal's reason
   */
  async embed(
    texts: readonly string[],
    options: EmbedTextsOptions,
    onQueued?: () => void,
  ): Promise<TextOutcome[]> {
    const { signal, truncate = false, dimensions } = options;
    checkTexts(texts, options);
    signal?.throwIfAborted();
    const prefixKind = options.prefix ?? this.#config.prefix;
    const prefix = prefixKind === 'none' ? '' : this.#upstream.space.prefixes[prefixKind];
    const kind: BatchKind = truncate || dimensions !== undefined ? { truncate, dimensions } : plainKind;
    const { cacheUse = 'use' } = options;
    const known = this.#known.idOf(prefix, kind);
    const space = cacheUse === 'bypass' ? uncached(known) : known;
    const hashes = texts.map(sha256);
    const lookup = cacheUse === 'use' ? this.#lookUp(space, hashes, options) : nothing(hashes.length);
    const found = await orAborted(lookup, signal);
    const outcomes = found.map((vector, index) => this.#refused(texts[index]!) ?? cachedOutcome(vector));
    const missing = outcomes.flatMap((outcome, index) => (outcome ? [] : [index]));
    if (missing.length === 0) return outcomes as TextOutcome[];
    const requests = missing.map((index) => ({
      index,
      hash: hashes[index]!,
      text: prefix + texts[index]!,
      space,
      kind,
    }));
    const answered = await this.#send(requests, options, onQueued);
    for (const [at, { index }] of requests.entries()) (outcomes as TextOutcome[])[index] = answered[at]!;
    return outcomes as TextOutcome[];
  }

  /** The outcome of a text that is never sent. Checked before the cache, which may hold its vector from an older version. */
  #refused(text: string): TextOutcome | undefined {
    const fault = unknownScript(this.#upstream.embedder, text);
    if (!fault) return undefined;
    this.#metrics.textFailed(fault.meaning);
    return { fault };
  }

  async #lookUp(
    id: string,
    hashes: readonly string[],
    { dimensions, atOnce }: EmbedTextsOptions,
  ): Promise<(Vector | undefined)[]> {
    const found = await this.#known.find(id, hashes, { dimensions, atOnce });
    if (!found) return await nothing(hashes.length);
    const hits = found.filter((vector) => vector !== undefined).length;
    this.#metrics.cacheLookup({ hits, misses: hashes.length - hits });
    return found;
  }

  /** Queues texts as there is room, and waits for all of them. */
  async #send(
    requests: readonly { hash: string; text: string; space: string; kind: BatchKind }[],
    options: EmbedTextsOptions,
    onQueued: (() => void) | undefined,
  ): Promise<TextOutcome[]> {
    const dispatcher = this.#dispatcher;
    const { signal, priority = this.#config.priority, caller = '', trace } = options;
    // With `reject`, the room was checked for all texts: queue them at once, before others can take it.
    const most = options.whenFull === 'reject' ? requests.length : textsPerTurn;
    const tickets: Ticket[] = [];
    let met: Ticket | undefined;
    const { givenUp } = dispatcher;
    const isIdle = dispatcher.inFlight + dispatcher.waiting === 0;
    try {
      while (tickets.length < requests.length) {
        await this.#untilRoom(requests.length - tickets.length, options);
        for (let turn = 0; turn < most && tickets.length < requests.length && this.#hasRoom(); turn++) {
          const { hash, text, space, kind } = requests[tickets.length]!;
          const tokens = roughTokens(text);
          tickets.push(dispatcher.add({ hash, text, tokens, space, kind, priority, lane: caller, trace }));
        }
        if (options.atOnce && isIdle) dispatcher.send();
        else this.#sendSoon();
        this.#room.open();
        // After an outage, don't wait for it again with the rest.
        if (dispatcher.givenUp > givenUp) met = tickets.find((ticket) => ticket.error !== undefined);
        if (met) break;
        // Let queued texts be sent before queueing more. With `reject`, go on at once: the room is only sure for this turn.
        if (tickets.length < requests.length && options.whenFull !== 'reject') await nextLoop();
      }
      onQueued?.();
      await allSettled(tickets, signal);
    } catch (error) {
      for (const ticket of tickets) if (!ticket.isSettled) dispatcher.leave(ticket);
      throw error;
    }
    const outcomes = tickets.map((ticket) => outcomeOf(ticket, this.#known.keeps));
    const unsent = requests.slice(tickets.length).map((): TextOutcome => ({ error: met?.error }));
    return [...outcomes, ...unsent];
  }

  /** Sends after this turn of the event loop, so that callers of the same turn share the first request. */
  #sendSoon(): void {
    if (this.#sending) return;
    this.#sending = setImmediate(() => {
      this.#sending = undefined;
      this.#dispatcher.send();
    });
  }

  /** @throws {QueueFullError} when `whenFull` is `reject` and there is no room for all texts */
  async #untilRoom(texts: number, options: EmbedTextsOptions): Promise<void> {
    const { signal, priority = this.#config.priority, caller = '' } = options;
    if (options.whenFull === 'reject') {
      const { maxQueueSize } = this.#config;
      const { waiting } = this.#dispatcher;
      if (waiting + texts <= maxQueueSize) return;
      this.#metrics.rejected(texts);
      throw new QueueFullError(
        `The queue has no room for ${texts} more texts (${waiting} of ${maxQueueSize} wait): try again later.`,
      );
    }
    while (!this.#hasRoom() && !this.#signal.aborted) await this.#room.next(priority, caller, signal);
    this.#signal.throwIfAborted();
  }

  #hasRoom(): boolean {
    return this.#dispatcher.waiting < this.#config.maxQueueSize;
  }
}

async function nothing(count: number): Promise<undefined[]> {
  return new Array<undefined>(count).fill(undefined);
}

function cachedOutcome(vector: Vector | undefined): TextOutcome | undefined {
  return vector && { vector, cached: true };
}

function outcomeOf({ vector, fault, error, callers }: Ticket, isKept: boolean): TextOutcome {
  // A copy, when other callers wait for the same text or the cache may still be writing it.
  if (vector) return { vector: callers > 1 || isKept ? vector.slice() : vector, cached: false };
  return fault ? { fault } : { error };
}

/**
 * Roughly the tokens of a text: a third of its bytes in UTF-8, which fits most alphabets. That is enough for limits,
 * time-outs and throughput. An exact count would cost more than all other work on a text.
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
