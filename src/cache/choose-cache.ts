// Chooses the cache: a Redis that the user named, otherwise the disk. Redis's and LMDB's libraries load
// only when they are used.
import { ServiceError } from '../errors.js';
import type { VectorCache } from '../types.js';
import type { DiskOptions } from './disk/cache.js';
import type { RedisOptions } from './redis/address.js';

export interface CacheOptions {
  /** Present only when the user configured a Redis. */
  redis?: RedisOptions | undefined;
  disk?: DiskOptions | undefined;
  /** Told, once each, why the cache is not or no longer used. */
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * @returns undefined for `none`, and for `auto` where the disk cache isn't available
 * @throws {ServiceError} when a Redis that was named can't be used, or `disk` lacks its library
 * @throws {UsageError} when the options make no sense
 */
export async function openCache(
  choice: 'auto' | 'redis' | 'disk' | 'none',
  options: CacheOptions,
): Promise<VectorCache | undefined> {
  if (choice === 'none') return undefined;
  if (choice === 'redis' || (choice === 'auto' && options.redis)) {
    const { openRedisCache } = await import('./redis/cache.js');
    return openRedisCache({ onWarning: options.onWarning, ...options.redis });
  }
  const { openDiskCache } = await import('./disk/cache.js');
  try {
    return await openDiskCache({ onWarning: options.onWarning, ...options.disk });
  } catch (error) {
    if (choice === 'disk' || !(error instanceof ServiceError)) throw error;
    options.onWarning?.(error.message);
    return undefined;
  }
}
