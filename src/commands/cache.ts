// `embed cache` without its flags: what the cache of these settings holds, and what goes from it.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../cache/choose-cache.js';
import { defaultCacheFolder } from '../cache/disk/default-folder.js';
import { redisSettings } from '../config/redis-settings.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { redisAddress } from '../net/redis/address.js';
import { wordsFolder } from '../search/corpora.js';
import { type KeptIndexes, keptIndexes, removeIndexes } from '../search/words/kept-indexes.js';
import { nearest } from '../text/nearest-word.js';
import type { CacheUsage, PruneOptions, SpaceUsage, VectorCache } from '../types/cache.js';
import { cacheOptionsOf } from '../upstream/open-cache.js';

/** Where a cache is, and its own bound. */
export interface CachePlace {
  kind: 'redis' | 'disk';
  /** Folder, or address with the password masked. */
  location: string;
  /** Redis: seconds that a vector lives. */
  ttlSeconds?: number;
  /** Disk: size of the file in bytes, which never shrinks, and at most. */
  fileBytes?: number;
  maxBytes?: number;
}

export interface CacheStats extends CachePlace, CacheUsage {
  /** The indexes of words beside it, on this machine. */
  words: WordsUsage;
  /** Hits of all lookups, 0 to 1; null before the first. */
  hitRate: number | null;
}

/** Indexes of words, which searches make and keep. */
export interface WordsUsage extends KeptIndexes {
  /** Their folder. */
  location: string;
}

export interface CachePruneOptions {
  settings: Settings;
  /** Vectors written longer ago than this go, in ms. */
  olderThanMs?: number | undefined;
  /** The oldest vectors go until so many bytes are left. */
  maxBytes?: number | undefined;
  /** Vectors of these models go. */
  models?: readonly string[] | undefined;
  /** Vectors of all models but these go. */
  keepModels?: readonly string[] | undefined;
  /** Vectors whose model isn't known go. */
  unknown?: boolean | undefined;
}

export interface CachePruning {
  place: CachePlace;
  /** How many vectors went. */
  removed: number;
  before: CacheUsage;
  after: CacheUsage;
}

const emptyUsage: CacheUsage = { entries: 0, bytes: 0, hits: 0, misses: 0, spaces: [] };

/**
 * @throws {UsageError} when the settings name no cache
 * @throws {ServiceError} when the cache can't be used
 */
export async function cacheStats(settings: Settings): Promise<CacheStats> {
  const usage = await withCache(settings, (cache) => cache.usage(), emptyUsage);
  const lookups = usage.hits + usage.misses;
  return {
    ...placeOf(settings),
    entries: usage.entries,
    bytes: usage.bytes,
    hits: usage.hits,
    misses: usage.misses,
    hitRate: lookups === 0 ? null : usage.hits / lookups,
    spaces: usage.spaces,
    words: wordsUsage(settings),
  };
}

function wordsUsage({ cacheDir }: Settings): WordsUsage {
  const location = wordsFolder(cacheDir);
  return { location, ...keptIndexes(location) };
}

/**
 * Removes what any of the conditions names.
 * @throws {UsageError} without a condition, or when all models would go for a name that the cache doesn't have
 * @throws {ServiceError} when the cache can't be used
 */
export async function pruneCache(options: CachePruneOptions): Promise<CachePruning> {
  const { settings, olderThanMs, maxBytes, models = [], keepModels = [], unknown = false } = options;
  const bySpace = models.length > 0 || keepModels.length > 0 || unknown;
  if (olderThanMs === undefined && maxBytes === undefined && !bySpace) {
    throw new UsageError(
      'Nothing says what should go: give --older-than, --max-size, --drop-model, --keep-model or --unknown, ' +
        'or use `embed cache clear`.',
    );
  }
  return withCache(
    settings,
    async (cache) => {
      const before = await cache.usage();
      requireModels(keepModels, before.spaces);
      const removed = await cache.prune({
        ...(olderThanMs !== undefined && { olderThanMs }),
        ...(maxBytes !== undefined && { maxBytes }),
        ...(bySpace && { keepSpace: keeper(models, keepModels, unknown) }),
      });
      return { place: placeOf(settings), removed, before, after: await cache.usage() };
    },
    { place: placeOf(settings), removed: 0, before: emptyUsage, after: emptyUsage },
  );
}

/**
 * Removes all vectors, what is known of their spaces, the hit rate, and the indexes of words.
 * @throws {UsageError} when the settings name no cache
 * @throws {ServiceError} when the cache can't be used
 */
export async function clearCache(
  settings: Settings,
): Promise<{ place: CachePlace; removed: number; words: KeptIndexes }> {
  const removed = await withCache(settings, (cache) => cache.clear(), 0);
  return { place: placeOf(settings), removed, words: removeIndexes(wordsFolder(settings.cacheDir)) };
}

/** @throws {UsageError} when the settings name no cache, or a Redis that can't be */
export function placeOf(settings: Settings): CachePlace {
  const { cache, cacheDir, cacheMaxSize } = settings;
  if (cache === 'none') {
    throw new UsageError('--cache none names no cache: use --cache auto, redis or disk.');
  }
  const redis = cache === 'disk' ? undefined : redisSettings(settings);
  if (redis) return { kind: 'redis', location: redisAddress(redis).shown, ttlSeconds: redis.ttlSeconds };
  const location = cacheDir ?? defaultCacheFolder();
  const file = join(location, 'data.mdb');
  const fileBytes = existsSync(file) ? statSync(file).size : 0;
  return { kind: 'disk', location, fileBytes, maxBytes: cacheMaxSize };
}

/**
 * Removes the vectors of texts.
 * @param space id of their vector space @param hashes of the texts
 * @returns how many vectors went
 * @throws {ServiceError} when the cache can't be used
 */
export async function dropTexts(
  settings: Settings,
  space: string,
  hashes: readonly string[],
): Promise<number> {
  if (settings.cache === 'none' || hashes.length === 0) return 0;
  return await withCache(settings, (cache) => cache.prune({ entries: { space, hashes } }), 0);
}

/** @returns `nothing` where no cache was made yet: opening it would make one */
async function withCache<T>(
  settings: Settings,
  work: (cache: VectorCache) => Promise<T>,
  nothing: T,
): Promise<T> {
  const { kind, fileBytes } = placeOf(settings);
  if (fileBytes === 0) return nothing;
  const cache = await openCache(kind, cacheOptionsOf(settings));
  if (!cache) return nothing;
  try {
    return await work(cache);
  } finally {
    await cache.close();
  }
}

/** A slip in the name of what should stay must not empty the cache. */
function requireModels(names: readonly string[], spaces: readonly SpaceUsage[]): void {
  const known = [...new Set(spaces.flatMap(({ model }) => model ?? []))];
  if (known.length === 0) return;
  for (const name of names) {
    if (known.some((model) => sameModel(model, name))) continue;
    const right = nearest(plain(name), known.map(plain));
    throw new UsageError(
      `--keep-model ${name}: the cache has no vectors of that model; ` +
        (right === undefined ? '`embed cache stats` lists its models.' : `did you mean "${right}"?`),
    );
  }
}

function keeper(
  models: readonly string[],
  keepModels: readonly string[],
  unknown: boolean,
): NonNullable<PruneOptions['keepSpace']> {
  return ({ model }) => {
    if (model === undefined) return !unknown;
    const named = (names: readonly string[]) => names.some((name) => sameModel(name, model));
    return !named(models) && (keepModels.length === 0 || named(keepModels));
  };
}

/** Ollama's `x` and `x:latest` are one model, in upper or lower case. */
function sameModel(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(model: string): string {
  return model.toLowerCase().replace(/:latest$/, '');
}
