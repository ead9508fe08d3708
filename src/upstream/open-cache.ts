// Opens the cache that the settings name, and finds the vector space for its keys.
import { type CacheOptions, openCache } from '../cache/choose-cache.js';
import { registerSpace } from '../cache/space-registry.js';
import { redisSettings } from '../config/redis-settings.js';
import type { Settings } from '../config/settings.js';
import { debug } from '../debug.js';
import { compareSpaces } from '../embedders/guard/compare-spaces.js';
import { eventsFor, type RunEvents } from '../events.js';
import type { VectorCache } from '../types/cache.js';
import type { VectorSpace } from '../types/space.js';
import { spaceFromJson, spaceToJson } from '../vectors/space-json.js';

export function cacheOptionsOf(settings: Settings, events?: RunEvents): CacheOptions {
  return {
    redis: redisSettings(settings),
    disk: { folder: settings.cacheDir, maxBytes: settings.cacheMaxSize },
    events,
  };
}

/**
 * Opens the cache. It doesn't check vectors: the upstream that uses it does. Throws and returns undefined as
 * `openCache` does.
 */
export async function openConfiguredCache(
  settings: Settings,
  events: RunEvents,
): Promise<VectorCache | undefined> {
  const told = eventsFor({ warning: (message) => debug.cache?.(message) }, events);
  const cache = await openCache(settings.cache, cacheOptionsOf(settings, told));
  if (!cache) debug.cache?.(`none is used (cache is ${settings.cache})`);
  return cache;
}

/** The registered space that equals `measured`. If there is none, registers `measured` and returns it. */
export async function firstSeen(measured: VectorSpace, cache: VectorCache | undefined): Promise<VectorSpace> {
  if (!cache) return measured;
  const same = (a: VectorSpace, b: VectorSpace) => compareSpaces(a, b).same;
  return await registerSpace(cache, measured, same, spaceToJson, spaceFromJson);
}
