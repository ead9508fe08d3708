// A cache whose vectors are not believed: others may write to a Redis or a folder, and a disk may lie. What
// isn't a vector of length 1 counts as absent, so that it is embedded anew and replaced.
import type { CacheUsage, Json, PruneOptions, Vector, VectorCache, VectorEntry } from '../types.js';
import { isUnit } from '../vectors/norm.js';
import { type CountsHits, countsHits } from './lookups.js';

/**
 * `cache` without the vectors that are none; closing closes it.
 * @param onWarning told once, when the first of them comes
 */
export function checkedCache(cache: VectorCache, onWarning: (message: string) => void): VectorCache {
  return countsHits(cache) ? new CountingCheckedCache(cache, onWarning) : new CheckedCache(cache, onWarning);
}

class CheckedCache implements VectorCache {
  readonly kind: VectorCache['kind'];
  readonly #inner: VectorCache;
  readonly #onWarning: (message: string) => void;
  #warned = false;

  constructor(inner: VectorCache, onWarning: (message: string) => void) {
    this.kind = inner.kind;
    this.#inner = inner;
    this.#onWarning = onWarning;
  }

  async getMany(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    const found: unknown = await this.#inner.getMany(space, hashes, dimensions);
    if (!Array.isArray(found)) throw new TypeError('its getMany gives no list');
    return hashes.map((_, index) => {
      const vector: unknown = found[index];
      if (vector === undefined || isUnit(vector, dimensions)) return vector;
      this.#warn();
      return undefined;
    });
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

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#onWarning(
      'The cache holds vectors that are damaged (not finite, or not of length 1): they are embedded again and ' +
        'replaced; `embed cache clear` empties it.',
    );
  }
}

class CountingCheckedCache extends CheckedCache implements CountsHits {
  readonly #counting: CountsHits;

  constructor(inner: VectorCache & CountsHits, onWarning: (message: string) => void) {
    super(inner, onWarning);
    this.#counting = inner;
  }

  countHits(hits: number): void {
    this.#counting.countHits(hits);
  }
}
