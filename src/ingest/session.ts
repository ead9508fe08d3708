// What a run opens when it first needs vectors: embedder, cache, chunk size and journal. That is at the first chunk of
// a new or changed document, so a run without changes contacts no server.
import type { Ticket } from '../batching/ticket.js';
import type { Settings } from '../config/settings.js';
import { debug } from '../debug.js';
import { eventsFor, type RunEvents } from '../events.js';
import { BatchMetrics } from '../metrics/metrics.js';
import type { Output } from '../output/read/output.js';
import { type Journal, journalsOf, openJournal } from '../output/write/journal.js';
import { embeddedText } from '../text/embedded-text.js';
import type { VectorCache } from '../types/cache.js';
import type { Chunk } from '../types/document.js';
import type { Embedder } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';
import { openUpstream, type Upstream } from '../upstream/upstream.js';
import { resolveChunking } from './chunk-sizes.js';
import type { Chunking } from './chunking.js';
import type { Remade } from './previous.js';
import type { RunCounts } from './run-counts.js';

export interface SessionOptions {
  settings: Settings;
  /** The output folder, which holds the journal. */
  out: string;
  previous: Output | undefined;
  /** How the output was made that is made again. */
  remade: Remade | undefined;
  counts: RunCounts;
  signal: AbortSignal;
  events: RunEvents;
  /** Have a server pull the model when it lacks it. @default false */
  pull?: boolean | undefined;
}

export class Session {
  readonly upstream: Upstream;
  readonly chunking: Chunking;
  readonly previous: Output | undefined;
  readonly journal: Journal;
  readonly metrics: BatchMetrics;
  readonly #counts: RunCounts;

  private constructor(
    parts: Pick<Session, 'upstream' | 'chunking' | 'journal' | 'metrics'>,
    { previous, counts }: SessionOptions,
  ) {
    this.upstream = parts.upstream;
    this.chunking = parts.chunking;
    this.journal = parts.journal;
    this.metrics = parts.metrics;
    this.previous = previous;
    this.#counts = counts;
  }

  /**
   * @throws {ServiceError} when a named service can't be reached
   * @throws {VectorSpaceError} when the output was made in another space
   */
  static async open(options: SessionOptions): Promise<Session> {
    const { settings, previous, remade, counts, signal, pull } = options;
    const metrics = new BatchMetrics();
    const upstream = await openUpstream({
      settings,
      metrics,
      signal,
      previous: previous && { space: previous.space, counter: previous.manifest.chunking.counter },
      remade: remade?.space,
      events: eventsFor({ requestSent: (texts) => countRequest(counts, texts) }, options.events),
      pull,
    });
    try {
      // The requests of the opening (canaries) don't count as the run's own.
      counts.requests = counts.textsSent = 0;
      const { embedder, space } = upstream;
      counts.embedder = embedder.identity;
      const chunking = resolveChunking(embedder, settings, previous, remade);
      const journal = await openJournal(options.out, space.id, space.dimensions);
      const { size, overlap, counter } = chunking;
      debug.chunks?.(`of ${size} tokens, overlapping by ${overlap}, counted by ${counter.id}`);
      debug.output?.(`journal ${journal.path}: ${journal.size} vectors`);
      if (journal.size === 0 && (await journalsOf(options.out)).some((name) => !name.endsWith(space.id))) {
        eventsFor(options.events).notice(
          'What an interrupted run embedded with another model, or other settings of it, is not used, and goes when this run ends.',
          'journal-unused',
        );
      }
      return new Session({ upstream, chunking, journal, metrics }, options);
    } catch (error) {
      await upstream.close();
      throw error;
    }
  }

  get embedder(): Embedder {
    return this.upstream.embedder;
  }

  get space(): VectorSpace {
    return this.upstream.space;
  }

  get cache(): VectorCache | undefined {
    return this.upstream.cache;
  }

  /** A chunk as it is sent: its context and text, after the model's prefix for documents. */
  embeddedText(chunk: Chunk): string {
    return this.space.prefixes.document + embeddedText(chunk);
  }

  /** Stores answered vectors in the journal and in the cache. */
  async remember(tickets: readonly Ticket[]): Promise<void> {
    const entries = tickets.map(({ hash, vector }) => ({ hash, vector: vector! }));
    this.#counts.chunksEmbedded += tickets.length;
    for (const ticket of tickets) this.#counts.tokensEmbedded += ticket.tokens;
    await Promise.all([this.journal.append(entries), this.cache?.setMany(this.space.id, entries)]);
  }

  async close(): Promise<void> {
    await Promise.all([this.upstream.close(), this.journal.close()]);
  }
}

function countRequest(counts: RunCounts, texts: number): void {
  counts.requests++;
  counts.textsSent += texts;
}
