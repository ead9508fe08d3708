// Looks vectors up in the cache, and stores new ones, under an id for each way to make them. When the cache fails, it
// warns once and goes on without it.
import type { BatchKind, Ticket } from '../batching/ticket.js';
import { registerDerived } from '../cache/space-registry.js';
import type { RunEvents } from '../events.js';
import { hexHash } from '../text/sha256.js';
import type { VectorCache, VectorEntry } from '../types/cache.js';
import type { VectorSpace } from '../types/space.js';
import type { Vector } from '../types/vector.js';
import { LookupBatcher } from './lookup-batcher.js';

/** Before the id of a space: vectors that are not stored. */
const uncachedMark = '-';

/** An id under which vectors of a space are made, and not stored. */
export function uncached(id: string): string {
  return uncachedMark + id;
}

interface LookupOptions {
  /** @default the space's */
  dimensions?: number | undefined;
  /** Don't wait for other lookups, while none waits. @default false */
  atOnce?: boolean | undefined;
}

export class KnownVectors {
  readonly #space: VectorSpace;
  readonly #cache: VectorCache | undefined;
  readonly #lookups: LookupBatcher | undefined;
  readonly #events: RunEvents;
  readonly #ids = new Map<string, string>();
  #failed = false;

  constructor({ space, cache }: { space: VectorSpace; cache: VectorCache | undefined }, events: RunEvents) {
    this.#space = space;
    this.#cache = cache;
    this.#lookups = cache && new LookupBatcher(cache, (error) => this.#goOnWithout(error));
    this.#events = events;
  }

  /** True when answered vectors are stored. */
  get keeps(): boolean {
    return this.#cache !== undefined;
  }

  /**
   * The id under which the cache stores vectors made in this way. It is an ingest's id when an ingest makes the same
   * vectors. Other prefixes, cut texts and shorter vectors have their own ids.
   */
  idOf(prefix: string, kind: BatchKind): string {
    const { id, prefixes, dimensions } = this.#space;
    const shorter = kind.dimensions !== undefined && kind.dimensions !== dimensions;
    if (prefix === prefixes.document && !kind.truncate && !shorter) return id;
    const making = JSON.stringify([id, prefix, kind.truncate, kind.dimensions ?? dimensions]);
    let derived = this.#ids.get(making);
    if (!derived) {
      derived = hexHash('sha256', making).slice(0, 32);
      this.#ids.set(making, derived);
      this.#register(derived, kind.dimensions ?? dimensions);
    }
    return derived;
  }

  /** Vectors in the order of `hashes`; undefined without a cache. */
  async find(
    id: string,
    hashes: readonly string[],
    options: LookupOptions = {},
  ): Promise<(Vector | undefined)[] | undefined> {
    const { dimensions = this.#space.dimensions, atOnce = false } = options;
    return await this.#lookups?.find({ space: id, hashes, dimensions }, atOnce);
  }

  /** Stores vectors. Never throws: a vector that can't be stored is embedded again later. */
  async keep(tickets: readonly Ticket[]): Promise<void> {
    const cache = this.#cache;
    if (!cache) return;
    const byId = new Map<string, VectorEntry[]>();
    for (const { space, hash, vector } of tickets) {
      if (space.startsWith(uncachedMark)) continue;
      const entries = byId.get(space);
      if (entries) entries.push({ hash, vector: vector! });
      else byId.set(space, [{ hash, vector: vector! }]);
    }
    try {
      await Promise.all([...byId].map(([id, entries]) => cache.setMany(id, entries)));
    } catch (error) {
      this.#goOnWithout(error);
    }
  }

  #register(id: string, dimensions: number): void {
    if (!this.#cache) return;
    const { embedder, model } = this.#space;
    registerDerived(this.#cache, { id, embedder, model, dimensions }).catch((error: unknown) =>
      this.#goOnWithout(error),
    );
  }

  /** Our own caches don't throw, but one that the caller passed in may. */
  #goOnWithout(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#events.warning(`The cache fails (${why}): its vectors are embedded again.`, 'cache-fails');
  }
}
