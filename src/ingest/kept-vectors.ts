// Vectors that a dry run finds without an embedder: in the journal of an interrupted run, and in the cache.
import { existsSync } from 'node:fs';
import { defaultCacheFolder } from '../cache/disk/default-folder.js';
import { redisSettings } from '../config/redis-settings.js';
import type { Settings } from '../config/settings.js';
import { debug, told } from '../debug.js';
import type { RunEvents } from '../events.js';
import { type Journal, readJournals } from '../output/write/journal.js';
import type { VectorCache } from '../types/cache.js';
import type { VectorSpace } from '../types/space.js';
import { openConfiguredCache } from '../upstream/open-cache.js';

/** Knows which texts needn't be embedded. Nothing is written, and nothing of it fails a dry run. */
export class KeptVectors {
  /** Whether the cache is asked: that takes a vector space that is known already, and a cache that is there. */
  readonly asksCache: boolean;
  readonly #journal: Journal | undefined;
  readonly #cache: VectorCache | undefined;
  readonly #space: { id: string; dimensions: number } | undefined;

  private constructor(
    journal: Journal | undefined,
    cache: VectorCache | undefined,
    space: { id: string; dimensions: number } | undefined,
  ) {
    this.#journal = journal;
    this.#cache = cache;
    this.#space = space;
    this.asksCache = cache !== undefined;
  }

  /**
   * @param out the output's folder
   * @param space of the output; without one, the space of a journal counts, where there is only one
   */
  static async open(
    out: string,
    settings: Settings,
    space: VectorSpace | undefined,
    events: RunEvents,
  ): Promise<KeptVectors> {
    const journals = await readJournals(out);
    const own = space === undefined && journals.length === 1 ? journals[0] : undefined;
    const id = space?.id ?? own?.spaceId;
    const journal = journals.find(({ spaceId }) => spaceId === id)?.journal;
    for (const other of journals) if (other.journal !== journal) await other.journal.close();
    const dimensions = space?.dimensions ?? journal?.dimensions;
    const known = id === undefined || dimensions === undefined ? undefined : { id, dimensions };
    const cache = known && hasCache(settings) ? await cacheOf(settings, events) : undefined;
    return new KeptVectors(journal, cache, known);
  }

  /** For each key of a chunk, where its vector is kept. */
  async find(keys: readonly string[]): Promise<('journal' | 'cache' | undefined)[]> {
    const places = keys.map((key) => (this.#journal?.has(key) ? ('journal' as const) : undefined));
    if (this.#cache === undefined || this.#space === undefined) return places;
    const missing = keys.filter((_, at) => places[at] === undefined);
    const vectors = await this.#cache.getMany(this.#space.id, missing, this.#space.dimensions);
    let next = 0;
    return places.map((place) => place ?? (vectors[next++] ? ('cache' as const) : undefined));
  }

  async close(): Promise<void> {
    await this.#journal?.close();
    await this.#cache?.close();
  }
}

/** A cache on disk that isn't there yet would be made by opening it. */
function hasCache(settings: Settings): boolean {
  if (settings.cache === 'none') return false;
  if (settings.cache === 'redis' || (settings.cache === 'auto' && redisSettings(settings))) return true;
  return existsSync(settings.cacheDir ?? defaultCacheFolder());
}

async function cacheOf(settings: Settings, events: RunEvents): Promise<VectorCache | undefined> {
  try {
    return await openConfiguredCache(settings, events);
  } catch (error) {
    debug.cache?.(`not asked: ${told(error)}`);
    return undefined;
  }
}
