// Checks the vectors of a cache: other programs may write to a Redis or a folder, and a disk may fail. A value that
// isn't a vector of length 1 counts as absent, so that the text is embedded again and the value replaced.
import type { RunEvents } from '../events.js';
import type { CacheUsage, PruneOptions, VectorCache, VectorEntry } from '../types/cache.js';
import type { Json } from '../types/json.js';
import type { Vector } from '../types/vector.js';
import { isUnit } from '../vectors/norm.js';
import { type CountsLookups, countsLookups } from './hit-counter.js';

export interface CheckedCacheOptions {
  /** Called once, for the first damaged vector. */
  events: RunEvents;
  /** Called for each answer with damaged vectors, with their number. */
  onRefused?(count: number): void;
}

/** `cache` without its damaged vectors. Its `close` closes `cache`. */
export function checkedCache(cache: VectorCache, options: CheckedCacheOptions): VectorCache {
  return countsLookups(cache) ? new CountingCheckedCache(cache, options) : new CheckedCache(cache, options);
}

class CheckedCache implements VectorCache {
  readonly kind: VectorCache['kind'];
  readonly #inner: VectorCache;
  readonly #options: CheckedCacheOptions;
  #warned = false;

  constructor(inner: VectorCache, options: CheckedCacheOptions) {
    this.kind = inner.kind;
    this.#inner = inner;
    this.#options = options;
  }

  async getMany(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    const found: unknown = await this.#inner.getMany(space, hashes, dimensions);
    if (!Array.isArray(found)) throw new TypeError('its getMany gives no list');
    let refused = 0;
    const vectors = hashes.map((_, index) => {
      const vector: unknown = found[index];
      if (vector === undefined || isUnit(vector, dimensions)) return vector;
      refused++;
      return undefined;
    });
    if (refused > 0) this.refuse(refused);
    return vectors;
  }

  setMany(space: string, entries: readonly VectorEntry[]): Promise<void> {
    return this.#inner.setMany(space, entries);
  }

  getMeta(key: string): Promise<Json | undefined> {
    return this.#inner.getMeta(key);
  }

  setMeta(key: string, value: Json): Promise<void> {
    return this.#inner.setMeta(key, value);
  }

  usage(): Promise<CacheUsage> {
    return this.#inner.usage();
  }

  prune(options: PruneOptions): Promise<number> {
    return this.#inner.prune(options);
  }

  clear(): Promise<number> {
    return this.#inner.clear();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  protected refuse(count: number): void {
    this.#options.onRefused?.(count);
    if (this.#warned) return;
    this.#warned = true;
    this.#options.events.warning(
      'The cache holds vectors that are damaged (not finite, or not of length 1): they are embedded again and ' +
        'replaced; `embed cache clear` empties it.',
      'cache-damaged',
    );
  }
}

class CountingCheckedCache extends CheckedCache implements CountsLookups {
  readonly #counting: CountsLookups;

  constructor(inner: VectorCache & CountsLookups, options: CheckedCacheOptions) {
    super(inner, options);
    this.#counting = inner;
  }

  countHits(hits: number): void {
    this.#counting.countHits(hits);
  }

  countRefused(count: number): void {
    this.#counting.countRefused(count);
  }

  protected override refuse(count: number): void {
    this.#counting.countRefused(count);
    super.refuse(count);
  }
}
