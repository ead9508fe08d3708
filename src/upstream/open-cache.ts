// Opens the cache that the settings name, and finds the vector space for its keys.
import { type CacheOptions, openCache } from '../cache/choose-cache.js';
import { registerSpace } from '../cache/space-registry.js';
import { redisSettings } from '../config/redis-settings.js';
import type { Settings } from '../config/settings.js';
import { debug } from '../debug.js';
import { compareSpaces } from '../embedders/guard/space-mismatch.js';
import type { VectorCache } from '../types/cache.js';
import type { VectorSpace } from '../types/space.js';
import { spaceFromJson, spaceToJson } from '../vectors/space-json.js';

export function cacheOptionsOf(settings: Settings, onWarning?: (message: string) => void): CacheOptions {
  return {
    redis: redisSettings(settings),
    disk: { folder: settings.cacheDir, maxBytes: settings.cacheMaxSize },
    onWarning,
  };
}

/**
 * Opens the cache. It doesn't check vectors: the upstream that uses it does. Throws and returns undefined as
 * `openCache` does.
 */
export async function openConfiguredCache(
  settings: Settings,
  onWarning: (message: string) => void,
): Promise<VectorCache | undefined> {
  const warn = (message: string) => {
    debug.cache?.(message);
    onWarning(message);
  };
  const cache = await openCache(settings.cache, cacheOptionsOf(settings, warn));
  if (!cache) debug.cache?.(`none is used (cache is ${settings.cache})`);
  return cache;
}

/** The registered space that equals `measured`. If there is none, registers `measured` and returns it. */
export async function firstSeen(measured: VectorSpace, cache: VectorCache | undefined): Promise<VectorSpace> {
  if (!cache) return measured;
  const same = (a: VectorSpace, b: VectorSpace) => compareSpaces(a, b).same;
  return await registerSpace(cache, measured, same, spaceToJson, spaceFromJson);
}
