// src/cache/memory: vectors in the memory of a long-lived process, alone or before another cache.
//
// In and out: the methods of VectorCache, keyed by space and hash. This file checks what comes in and counts lookups;
// lru.ts holds the vectors, bounded by bytes.
// What must hold: a caller that changes its vector changes none of ours, and the bound counts what an entry costs beside
// its numbers.
import type { CacheUsage, PruneOptions, VectorCache, VectorEntry } from '../../types/cache.js';
import type { Json } from '../../types/json.js';
import type { Vector } from '../../types/vector.js';
import { checkEntries, checkHash, checkSpaceId } from '../../vectors/bytes.js';
import { type CountsLookups, countsLookups, HitCounter } from '../hit-counter.js';
import { spacesPrefix } from '../space-registry.js';
import { Tally, totals } from '../usage.js';
import { Lru, type LruEntry } from './lru.js';

/**
 * A cache that ends with the process.
 * @param maxBytes max bytes of vectors with their overhead; the least recently used are removed first
 */
export function memoryCache(maxBytes: number): VectorCache {
  return new MemoryCache(maxBytes);
}

/**
 * `cache`, with its last used vectors in memory. `getMany` asks `cache` only for the others. Setting, pruning and
 * clearing reach both; closing closes `cache`. Entries that other processes prune may still come from memory.
 * @param maxBytes max bytes of vectors with their overhead; the least recently used are removed first
 */
export function withMemory(cache: VectorCache, maxBytes: number): VectorCache {
  return new LayeredCache(cache, maxBytes);
}

class MemoryCache implements VectorCache, CountsLookups {
  readonly kind = 'memory';
  readonly #vectors: Lru;
  readonly #meta = new Map<string, string>();
  #lookups = new HitCounter();

  constructor(maxBytes: number) {
    this.#vectors = new Lru(maxBytes);
  }

  async getMany(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    checkSpaceId(space);
    for (const hash of hashes) checkHash(hash);
    const found = hashes.map((hash) => this.#vectors.get(space + hash, dimensions));
    this.#lookups.count(found);
    return found;
  }

  countHits(hits: number): void {
    this.#lookups.add({ hits, misses: 0 });
  }

  countRefused(count: number): void {
    this.#lookups.add({ hits: -count, misses: count });
  }

  async setMany(space: string, entries: readonly VectorEntry[]): Promise<void> {
    checkSpaceId(space);
    checkEntries(entries);
    for (const { hash, vector } of entries) this.#vectors.set(space + hash, vector);
  }

  async getMeta(key: string): Promise<Json | undefined> {
    const text = this.#meta.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async setMeta(key: string, value: Json): Promise<void> {
    this.#meta.set(key, JSON.stringify(value));
  }

  async usage(): Promise<CacheUsage> {
    const tally = new Tally();
    for (const [key, { vector }] of this.#vectors.entries()) tally.add(spaceOfKey(key), vector.byteLength);
    const lists = [...this.#meta].filter(([key]) => key.startsWith(spacesPrefix));
    const spaces = tally.spaces(lists.map(([, text]) => JSON.parse(text)));
    return { ...totals(spaces), ...this.#lookups.pending, spaces };
  }

  async prune(options: PruneOptions): Promise<number> {
    const { olderThanMs = Infinity, maxBytes = Infinity, keepSpace, entries: named } = options;
    const { spaces, bytes } = await this.usage();
    const gone = new Set(spaces.filter((space) => keepSpace?.(space) === false).map(({ space }) => space));
    const wanted = new Set(named?.hashes.map((hash) => named.space + hash));
    const before = Date.now() - olderThanMs;
    const entries = [...this.#vectors.entries()].sort(([, a], [, b]) => a.written - b.written);
    let left = bytes;
    const remove = ([key, { vector }]: [string, LruEntry]) => {
      this.#vectors.delete(key);
      left -= vector.byteLength;
    };
    const kept: typeof entries = [];
    for (const entry of entries) {
      const [key, { written }] = entry;
      if (wanted.has(key) || gone.has(spaceOfKey(key)) || written < before) remove(entry);
      else kept.push(entry);
    }
    for (const entry of kept) {
      if (left <= maxBytes) break;
      remove(entry);
    }
    return entries.length - this.#vectors.size;
  }

  async clear(): Promise<number> {
    const entries = this.#vectors.size;
    this.#vectors.clear();
    this.#meta.clear();
    this.#lookups = new HitCounter();
    return entries;
  }

  async close(): Promise<void> {
    this.#vectors.clear();
  }
}

class LayeredCache implements VectorCache, CountsLookups {
  readonly kind: VectorCache['kind'];
  readonly #inner: VectorCache;
  readonly #vectors: Lru;
  /** Counts, for an inner cache that doesn't count the lookups here. */
  #lookups = new HitCounter();
  /** Number of prunings, so that an answer that was in flight during one isn't stored. */
  #pruned = 0;

  constructor(inner: VectorCache, maxBytes: number) {
    this.kind = inner.kind;
    this.#inner = inner;
    this.#vectors = new Lru(maxBytes);
  }

  async getMany(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    checkSpaceId(space);
    const found = hashes.map((hash) => this.#vectors.get(space + hash, dimensions));
    const missing = hashes.filter((_, index) => found[index] === undefined);
    this.countHits(hashes.length - missing.length);
    if (missing.length === 0) return found;
    const pruned = this.#pruned;
    const rest = await this.#inner.getMany(space, missing, dimensions);
    let next = 0;
    for (let index = 0; index < found.length; index++) {
      if (found[index] !== undefined) continue;
      const vector = rest[next++];
      const key = space + hashes[index];
      // A vector that was set meanwhile is newer.
      found[index] = this.#vectors.get(key, dimensions) ?? vector;
      if (vector && pruned === this.#pruned && !this.#vectors.has(key)) this.#vectors.set(key, vector);
    }
    return found;
  }

  async setMany(space: string, entries: readonly VectorEntry[]): Promise<void> {
    checkSpaceId(space);
    checkEntries(entries);
    for (const { hash, vector } of entries) this.#vectors.set(space + hash, vector);
    await this.#inner.setMany(space, entries);
  }

  getMeta(key: string): Promise<Json | undefined> {
    return this.#inner.getMeta(key);
  }

  setMeta(key: string, value: Json): Promise<void> {
    return this.#inner.setMeta(key, value);
  }

  async usage(): Promise<CacheUsage> {
    const usage = await this.#inner.usage();
    const { hits, misses } = this.#lookups.pending;
    return { ...usage, hits: usage.hits + hits, misses: usage.misses + misses };
  }

  prune(options: PruneOptions): Promise<number> {
    return this.#forget(() => this.#inner.prune(options));
  }

  clear(): Promise<number> {
    this.#lookups = new HitCounter();
    return this.#forget(() => this.#inner.clear());
  }

  async close(): Promise<void> {
    this.#vectors.clear();
    await this.#inner.close();
  }

  countHits(hits: number): void {
    if (countsLookups(this.#inner)) this.#inner.countHits(hits);
    else this.#lookups.add({ hits, misses: 0 });
  }

  countRefused(count: number): void {
    if (countsLookups(this.#inner)) this.#inner.countRefused(count);
    else this.#lookups.add({ hits: -count, misses: count });
  }

  /** Empties the memory, as it isn't known which entries the inner cache removes. */
  async #forget(removal: () => Promise<number>): Promise<number> {
    const removed = await removal();
    this.#pruned++;
    this.#vectors.clear();
    return removed;
  }
}

function spaceOfKey(key: string): string {
  return key.slice(0, 32);
}
