// src/cache: vectors by space and text, kept longer than one run.
//
// In: a vector space and hashes of texts. Out: the known vectors. All caches have one interface (`VectorCache` in
// src/types/cache.ts) and pass one contract suite: redis/, disk/ (LMDB) and memory/. This file chooses one: a Redis
// that the user named, else the disk. The libraries of Redis and LMDB load only when they are used.
// What must hold: a cache never stops a run; a broken one warns once and then finds nothing. Vectors from a cache are
// checked like answers of a server (checked-cache.ts).
import { ServiceError } from '../errors.js';
import type { RunEvents } from '../events.js';
import type { RedisOptions } from '../net/redis/address.js';
import type { VectorCache } from '../types/cache.js';
import type { DiskOptions } from './disk/cache.js';

export interface CacheOptions {
  /** Set only when the user configured a Redis. */
  redis?: RedisOptions | undefined;
  disk?: DiskOptions | undefined;
  /** Called once for each reason why the cache is not used, or not any more. @default no listener */
  events?: RunEvents | undefined;
}

/**
 * @returns undefined for `none`, and for `auto` when the disk cache isn't available
 * @throws {ServiceError} when a named Redis can't be used, or `disk` lacks its library
 * @throws {UsageError} when the options are invalid
 */
export async function openCache(
  choice: 'auto' | 'redis' | 'disk' | 'none',
  options: CacheOptions,
): Promise<VectorCache | undefined> {
  if (choice === 'none') return undefined;
  if (choice === 'redis' || (choice === 'auto' && options.redis)) {
    const { openRedisCache } = await import('./redis/cache.js');
    return openRedisCache({ events: options.events, ...options.redis });
  }
  const { openDiskCache } = await import('./disk/cache.js');
  try {
    return await openDiskCache({ events: options.events, ...options.disk });
  } catch (error) {
    if (choice === 'disk' || !(error instanceof ServiceError)) throw error;
    options.events?.warning(error.message, 'cache-unavailable');
    return undefined;
  }
}
