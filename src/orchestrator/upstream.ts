// What stands behind an orchestrator while it runs: embedder, vector space, cache and the dispatcher that
// sends to them.
import { createHash } from 'node:crypto';
import { Dispatcher } from '../batching/dispatcher.js';
import type { Limiter } from '../batching/limiter/limiter.js';
import type { BatchKind, Ticket } from '../batching/ticket.js';
import { withMemory } from '../cache/memory/cache.js';
import { registerDerived } from '../cache/spaces.js';
import { CANARY_TEXTS, measureSpace } from '../embedders/space.js';
import { policyOf } from '../faults.js';
import type { BatchMetrics } from '../metrics/metrics.js';
import type { Embedder, VectorCache, VectorEntry, VectorSpace } from '../types.js';
import { firstSeen, openConfiguredCache } from '../upstream/cache.js';
import { comeback } from '../upstream/comeback.js';
import { openEmbedder } from '../upstream/embedder.js';
import { BATCH_BOUNDS, limiterFor, MOST_IN_FLIGHT, memoryBound } from '../upstream/limits.js';
import type { BatchConfig, PrefixKind } from './config.js';
import { Lookups } from './lookups.js';

export interface UpstreamOptions {
  config: BatchConfig;
  metrics: BatchMetrics;
  signal: AbortSignal;
  /** Used instead of what the configuration names; closed with the rest. */
  embedder?: Embedder | undefined;
  /** Used instead of what the configuration names; closed with the rest. */
  cache?: VectorCache | undefined;
  onNotice(message: string): void;
  onWarning(message: string): void;
  onTaken(count: number): void;
}

export class Upstream {
  readonly embedder: Embedder;
  readonly space: VectorSpace;
  readonly cache: VectorCache | undefined;
  readonly lookups: Lookups | undefined;
  readonly limiter: Limiter;
  readonly dispatcher: Dispatcher;
  /** A harmless text that the embedder is known to accept. */
  readonly canary: string;
  readonly #spaces = new Map<string, string>();
  readonly #onWarning: (message: string) => void;
  #cacheFailed = false;

  private constructor(
    parts: Pick<Upstream, 'embedder' | 'space' | 'cache' | 'limiter'>,
    options: UpstreamOptions,
  ) {
    const { config, metrics, signal, onNotice, onWarning, onTaken } = options;
    const { waitForServer, batchInterval } = config.settings;
    this.embedder = parts.embedder;
    this.space = parts.space;
    this.cache = parts.cache;
    this.limiter = parts.limiter;
    this.lookups = parts.cache && new Lookups(parts.cache, (error) => this.#goOnWithoutCache(error));
    this.#onWarning = onWarning;
    this.canary = parts.space.prefixes.document + CANARY_TEXTS[0]!.text;
    this.dispatcher = new Dispatcher(this.embedder, {
      bounds: { ...BATCH_BOUNDS, tokens: config.maxBatchTokens },
      limiter: this.limiter,
      metrics,
      signal,
      canary: this.canary,
      lingerMs: batchInterval,
      outage: 'fail',
      ...(waitForServer > 0 && {
        comeback: (_outage, signal) =>
          comeback(this.embedder, this.canary, { timeoutMs: waitForServer, signal, onNotice }),
      }),
      onAnswer: (tickets) => this.#remember(tickets),
      onTaken,
    });
  }

  /** @throws {ServiceError} when what was asked for by name can't be used */
  static async open(options: UpstreamOptions): Promise<Upstream> {
    const { config, metrics, signal, onNotice, onWarning } = options;
    const { settings } = config;
    let limiter: Limiter | undefined;
    const embedder =
      options.embedder ??
      (await openEmbedder({
        settings,
        signal,
        onNotice,
        onRetry: (fault) => {
          metrics.retried(fault.meaning);
          const { overload } = policyOf(fault);
          if (overload) limiter?.overloaded(overload);
        },
      }));
    let cache = options.cache;
    try {
      const measured = await measureSpace(embedder, { signal });
      cache ??= await openConfiguredCache(settings, onWarning);
      const space = await firstSeen(measured, cache);
      if (cache && config.cacheMaxMemoryMb > 0)
        cache = withMemory(cache, config.cacheMaxMemoryMb * 1024 ** 2);
      limiter = openLimiter(config, embedder);
      return new Upstream({ embedder, space, cache, limiter }, options);
    } catch (error) {
      // What was handed in stays open: the start may be tried again.
      if (!options.cache) await cache?.close();
      if (!options.embedder) await embedder.close();
      throw error;
    }
  }

  /** What is put in front of a text. */
  prefix(kind: PrefixKind): string {
    return kind === 'none' ? '' : this.space.prefixes[kind];
  }

  /**
   * The id under which a cache keeps vectors made in this way. What an ingest makes too shares its id with
   * the ingest; other prefixes, cut texts and shorter vectors have ids of their own.
   */
  spaceId(prefix: string, kind: BatchKind): string {
    const { id, prefixes, dimensions } = this.space;
    const shorter = kind.dimensions !== undefined && kind.dimensions !== dimensions;
    if (prefix === prefixes.document && !kind.truncate && !shorter) return id;
    const making = JSON.stringify([id, prefix, kind.truncate, kind.dimensions ?? dimensions]);
    let derived = this.#spaces.get(making);
    if (!derived) {
      derived = createHash('sha256').update(making).digest('hex').slice(0, 32);
      this.#spaces.set(making, derived);
      this.#register(derived, kind.dimensions ?? dimensions);
    }
    return derived;
  }

  #register(id: string, dimensions: number): void {
    if (!this.cache) return;
    const { embedder, model } = this.space;
    registerDerived(this.cache, { id, embedder, model, dimensions }).catch((error: unknown) =>
      this.#goOnWithoutCache(error),
    );
  }

  async #remember(tickets: readonly Ticket[]): Promise<void> {
    if (!this.cache) return;
    const bySpace = new Map<string, VectorEntry[]>();
    for (const { space, hash, vector } of tickets) {
      const entries = bySpace.get(space);
      if (entries) entries.push({ hash, vector: vector! });
      else bySpace.set(space, [{ hash, vector: vector! }]);
    }
    try {
      await Promise.all([...bySpace].map(([space, entries]) => this.cache!.setMany(space, entries)));
    } catch (error) {
      this.#goOnWithoutCache(error);
    }
  }

  /** Our own caches don't fail, they go quiet; one that was handed in may. */
  #goOnWithoutCache(error: unknown): void {
    if (this.#cacheFailed) return;
    this.#cacheFailed = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#onWarning(`The cache fails (${why}): what it can't give is embedded again.`);
  }
}

function openLimiter(config: BatchConfig, embedder: Embedder): Limiter {
  const { batchSize, concurrency } = config.settings;
  if (!config.enableBatching) return limiterFor({ batchSize: 1, concurrency }, embedder);
  const allowed = memoryBound(embedder.identity.dimensions, MOST_IN_FLIGHT);
  const maxBatchSize = Math.min(config.maxBatchSize, allowed);
  return limiterFor(
    { batchSize: batchSize === undefined ? undefined : Math.min(batchSize, maxBatchSize), concurrency },
    embedder,
    { maxBatchSize, startBatchSize: Math.min(config.startBatchSize, maxBatchSize) },
  );
}
