// The cache that the settings name, and the vector space that it is keyed by.
import { type CacheOptions, openCache } from '../cache/choose-cache.js';
import { registerSpace } from '../cache/space-registry.js';
import { redisSettings } from '../config/redis-settings.js';
import type { Settings } from '../config/settings.js';
import { debug } from '../debug.js';
import { compareSpaces } from '../embedders/guard/canaries.js';
import type { VectorCache, VectorSpace } from '../types.js';
import { spaceFromJson, spaceToJson } from '../vectors/vector-space.js';

export function cacheOptionsOf(settings: Settings, onWarning?: (message: string) => void): CacheOptions {
  return {
    redis: redisSettings(settings),
    disk: { folder: settings.cacheDir, maxBytes: settings.cacheMaxSize },
    onWarning,
  };
}

/**
 * Vectors are as they come: an upstream that is handed the cache checks them. Errors and the meaning of undefined
 * are those of `openCache`.
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

/** The registered space that is the same as `measured`, else `measured` itself, registered from now on. */
export async function firstSeen(measured: VectorSpace, cache: VectorCache | undefined): Promise<VectorSpace> {
  if (!cache) return measured;
  const same = (a: VectorSpace, b: VectorSpace) => compareSpaces(a, b).same;
  return await registerSpace(cache, measured, same, spaceToJson, spaceFromJson);
}
