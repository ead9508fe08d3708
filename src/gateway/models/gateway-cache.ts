// One cache for all models of the gateway, with the last used vectors in memory before it.
import { countsLookups } from '../../cache/hit-counter.js';
import { withMemory } from '../../cache/memory/cache.js';
import type { Settings } from '../../config/settings.js';
import type { RunEvents } from '../../events.js';
import type { VectorCache } from '../../types/cache.js';
import { openConfiguredCache } from '../../upstream/open-cache.js';

/** Max bytes of the vectors in memory, for all models together. */
const memoryBytes = 128 * 1024 * 1024;

/**
 * @returns undefined without a cache
 * @throws {ServiceError} when a Redis that was named can't be used
 */
export async function openSharedCache(
  settings: Settings,
  events: RunEvents,
): Promise<VectorCache | undefined> {
  const cache = await openConfiguredCache(settings, events);
  return cache && withMemory(cache, memoryBytes);
}

/** The cache for one of its several users: their `close` doesn't close it for the others. */
export function borrowed(cache: VectorCache): VectorCache {
  const counts = countsLookups(cache) && {
    countHits: (hits: number) => cache.countHits(hits),
    countRefused: (count: number) => cache.countRefused(count),
  };
  return {
    ...counts,
    kind: cache.kind,
    getMany: (space, hashes, dimensions) => cache.getMany(space, hashes, dimensions),
    setMany: (space, entries) => cache.setMany(space, entries),
    getMeta: (key) => cache.getMeta(key),
    setMeta: (key, value) => cache.setMeta(key, value),
    usage: () => cache.usage(),
    prune: (options) => cache.prune(options),
    clear: () => cache.clear(),
    close: async () => undefined,
  };
}
