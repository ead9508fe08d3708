// What a run holds once it really needs vectors: embedder, vector space, cache and journal. Opened at the
// first chunk of a new or changed document, so that a run without one contacts nobody.
import type { DispatcherOptions } from '../batching/dispatcher.js';
import type { Limiter } from '../batching/limiter/limiter.js';
import type { Ticket } from '../batching/ticket.js';
import type { Settings } from '../config/settings.js';
import { CANARY_TEXTS, compareSpaces, measureSpace } from '../embedders/space.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import { policyOf } from '../faults.js';
import { BatchMetrics } from '../metrics/metrics.js';
import { type Journal, openJournal } from '../output/journal.js';
import type { Output } from '../output/output.js';
import type { Embedder, VectorCache, VectorSpace } from '../types.js';
import { firstSeen, openConfiguredCache } from '../upstream/cache.js';
import { comeback } from '../upstream/comeback.js';
import { openEmbedder } from '../upstream/embedder.js';
import { limiterFor } from '../upstream/limits.js';
import type { Chunking } from './chunk.js';
import type { RunCounts } from './counts.js';

/** Tokens left free under the embedder's limit, since an estimate may be a little short. */
const MARGIN = 0.95;

export interface SessionOptions {
  settings: Settings;
  /** Output folder: the journal lives in it. */
  out: string;
  previous: Output | undefined;
  counts: RunCounts;
  signal: AbortSignal;
  onNotice(message: string): void;
  onWarning(message: string): void;
  onPull?: ((status: string, completed: number, total: number) => void) | undefined;
}

export class Session {
  readonly embedder: Embedder;
  readonly space: VectorSpace;
  readonly chunking: Chunking;
  readonly previous: Output | undefined;
  readonly cache: VectorCache | undefined;
  readonly journal: Journal;
  readonly limiter: Limiter;
  readonly metrics: BatchMetrics;
  readonly canary: string;
  /** Waits out an outage, where the user asked for it. */
  readonly comeback: DispatcherOptions['comeback'];
  readonly #counts: RunCounts;

  private constructor(parts: {
    embedder: Embedder;
    space: VectorSpace;
    chunking: Chunking;
    cache: VectorCache | undefined;
    journal: Journal;
    limiter: Limiter;
    metrics: BatchMetrics;
    options: SessionOptions;
  }) {
    const { settings, previous, counts, onNotice } = parts.options;
    this.embedder = parts.embedder;
    this.space = parts.space;
    this.chunking = parts.chunking;
    this.cache = parts.cache;
    this.journal = parts.journal;
    this.previous = previous;
    this.limiter = parts.limiter;
    this.metrics = parts.metrics;
    this.canary = parts.space.prefixes.document + CANARY_TEXTS[0]!.text;
    if (settings.waitForServer > 0) {
      const timeoutMs = settings.waitForServer;
      this.comeback = (_outage, signal) =>
        comeback(this.embedder, this.canary, { timeoutMs, signal, onNotice });
    }
    this.#counts = counts;
  }

  /**
   * @throws {ServiceError} when what was asked for by name can't be reached
   * @throws {VectorSpaceError} when the output was made in another space
   */
  static async open(options: SessionOptions): Promise<Session> {
    const { settings, previous, counts, signal } = options;
    const metrics = new BatchMetrics();
    let limiter: Limiter | undefined;
    const embedder = await openEmbedder({
      settings,
      previous: previous?.space,
      pinnedCounter: previous?.manifest.chunking.counter,
      signal,
      onNotice: options.onNotice,
      onPull: options.onPull,
      onRequest: (texts) => {
        counts.requests++;
        counts.textsSent += texts;
      },
      onRetry: (fault) => {
        metrics.retried(fault.meaning);
        const { overload } = policyOf(fault);
        if (overload) limiter?.overloaded(overload);
      },
    });
    let cache: VectorCache | undefined;
    try {
      const measured = await measureSpace(embedder, { signal });
      // The canaries' request is not one of the run's own.
      counts.requests = counts.textsSent = 0;
      if (previous) requireSameSpace(measured, previous.space);
      cache = await openConfiguredCache(settings, options.onWarning);
      const space = previous?.space ?? (await firstSeen(measured, cache));
      requirePinnedCounter(embedder, previous);
      const chunking = resolveChunking(embedder, settings, previous);
      const journal = await openJournal(options.out, space.id, space.dimensions);
      limiter = limiterFor(settings, embedder);
      return new Session({ embedder, space, chunking, cache, journal, limiter, metrics, options });
    } catch (error) {
      await cache?.close();
      await embedder.close();
      throw error;
    }
  }

  /** What is sent for a text: the model's document prefix comes first. */
  embeddedText(text: string): string {
    return this.space.prefixes.document + text;
  }

  /** Keeps answered vectors: in the journal, and in the cache for later runs. */
  async remember(tickets: readonly Ticket[]): Promise<void> {
    const entries = tickets.map(({ hash, vector }) => ({ hash, vector: vector! }));
    this.#counts.chunksEmbedded += tickets.length;
    for (const ticket of tickets) this.#counts.tokensEmbedded += ticket.tokens;
    await Promise.all([this.journal.append(entries), this.cache?.setMany(this.space.id, entries)]);
  }

  async close(): Promise<void> {
    await Promise.all([this.embedder.close(), this.cache?.close(), this.journal.close()]);
  }
}

function requireSameSpace(measured: VectorSpace, known: VectorSpace): void {
  const comparison = compareSpaces(known, measured);
  if (comparison.same) return;
  throw new VectorSpaceError(
    `The output was made in another vector space (${comparison.reason}): vectors of two spaces can't be compared. ` +
      'Use the embedder that made it, or --rebuild to make the output anew.',
  );
}

/** Another counter would move the boundaries of chunks. */
function requirePinnedCounter(embedder: Embedder, previous: Output | undefined): void {
  const pinned = previous?.manifest.chunking.counter;
  if (pinned === undefined || pinned === embedder.counter.id) return;
  throw new VectorSpaceError(
    `The output's chunks were counted by ${pinned}, and the embedder now gives ${embedder.counter.id}: ` +
      'use --rebuild to chunk all documents anew.',
  );
}

/** @throws {UsageError} when the flags don't fit the model, or the chunks that the output holds */
function resolveChunking(embedder: Embedder, settings: Settings, previous: Output | undefined): Chunking {
  const { counter, identity, maxTokens, defaultChunkTokens } = embedder;
  const prefix = counter.count(identity.prefixes.document);
  const room = maxTokens - counter.special - prefix;
  const most = counter.id.startsWith('estimate') ? Math.floor(room * MARGIN) : room;
  const pinned = previous?.manifest.chunking;
  const size = settings.chunkSize ?? pinned?.size ?? Math.min(defaultChunkTokens, most);
  const overlap = settings.chunkOverlap ?? pinned?.overlap ?? 0;
  if (size > most) {
    throw new UsageError(
      `--chunk-size ${size} is more than ${identity.model} takes: use ${most} tokens or fewer.`,
    );
  }
  if (overlap * 2 > size) {
    throw new UsageError(`--chunk-overlap ${overlap} is more than half of the chunk size ${size}: use less.`);
  }
  return { size, overlap, counter };
}
