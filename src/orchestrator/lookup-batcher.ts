// Joins cache lookups of many callers: all lookups of one turn of the event loop become one.
import type { VectorCache } from '../types/cache.js';
import type { Vector } from '../types/vector.js';

interface Group {
  space: string;
  dimensions: number;
  lookups: Lookup[];
}

interface Lookup {
  hashes: readonly string[];
  resolve(vectors: (Vector | undefined)[]): void;
}

export class LookupBatcher {
  readonly #cache: VectorCache;
  readonly #onFailure: (error: unknown) => void;
  /** By space and dimensions. */
  #open = new Map<string, Group>();

  /** @param onFailure called when a lookup fails; it then counts as finding nothing */
  constructor(cache: VectorCache, onFailure: (error: unknown) => void) {
    this.#cache = cache;
    this.#onFailure = onFailure;
  }

  /**
   * Vectors in the order of `hashes`; undefined where the cache has none.
   * @param atOnce while no other lookup waits, don't wait for others
   */
  find(
    { space, hashes, dimensions }: { space: string; hashes: readonly string[]; dimensions: number },
    atOnce: boolean,
  ): Promise<(Vector | undefined)[]> {
    if (this.#open.size === 0) {
      if (atOnce) return this.#askFor(space, hashes, dimensions);
      setImmediate(() => this.#ask());
    }
    const key = `${space} ${dimensions}`;
    const group: Group = this.#open.get(key) ?? { space, dimensions, lookups: [] };
    this.#open.set(key, group);
    return new Promise((resolve) => group.lookups.push({ hashes, resolve }));
  }

  #ask(): void {
    const groups = this.#open;
    this.#open = new Map();
    for (const { space, dimensions, lookups } of groups.values()) {
      const hashes = lookups.flatMap((lookup) => lookup.hashes);
      void this.#askFor(space, hashes, dimensions).then((vectors) => {
        let at = 0;
        for (const { hashes, resolve } of lookups) {
          resolve(vectors.slice(at, at + hashes.length));
          at += hashes.length;
        }
      });
    }
  }

  async #askFor(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    try {
      return await this.#cache.getMany(space, hashes, dimensions);
    } catch (error) {
      this.#onFailure(error);
      return hashes.map(() => undefined);
    }
  }
}
