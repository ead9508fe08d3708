// Checks the cache that a run would use: its content and hit rate.
import { existsSync } from 'node:fs';
import { openCache } from '../../cache/choose-cache.js';
import { defaultCacheFolder } from '../../cache/disk/default-folder.js';
import { redisSettings } from '../../config/redis-settings.js';
import type { Settings } from '../../config/settings.js';
import { ServiceError } from '../../errors.js';
import { eventsFor, type RunEvents } from '../../events.js';
import { plural, whole } from '../../text/plural.js';
import { shownSize } from '../../text/sizes.js';
import type { CacheUsage, PruneOptions, VectorCache } from '../../types/cache.js';
import { cacheOptionsOf } from '../../upstream/open-cache.js';
import type { Finding } from '../check.js';
import type { Probe } from '../run-check.js';

/** Max time for a slow cache, so that it doesn't delay the report. */
const timeoutMs = 1500;

export async function examineCache(probe: Probe, settings: Settings): Promise<void> {
  const folder = settings.cacheDir ?? defaultCacheFolder();
  const kind = kindOf(settings);
  await probe.check('store', 'Store', () => {
    if (kind === 'none') return { status: 'skipped', seen: 'none is used (--cache none)' };
    if (kind === 'redis') return { status: 'ok', seen: 'Redis, since one is configured' };
    return { status: 'ok', seen: `disk: ${folder}` };
  });
  if (kind === 'none') return;
  await probe.check('usage', 'Contents', () => usage(settings, kind, folder), {
    late: (waitedMs) => ({
      status: 'skipped',
      seen: `not counted within ${whole(waitedMs)} ms: \`embed cache stats\` waits longer`,
    }),
  });
}

function kindOf(settings: Settings): 'redis' | 'disk' | 'none' {
  if (settings.cache !== 'auto') return settings.cache;
  return redisSettings(settings) === undefined ? 'disk' : 'redis';
}

async function usage(settings: Settings, kind: 'redis' | 'disk', folder: string): Promise<Finding> {
  // Opening would make the folder, but a check must change nothing.
  if (kind === 'disk' && !existsSync(folder)) return { status: 'skipped', seen: 'nothing yet' };
  const problems: string[] = [];
  const events = eventsFor({ warning: (message) => problems.push(message) });
  let held: CacheUsage | undefined;
  try {
    held = await withCache(settings, events, (cache) => cache.usage());
  } catch (error) {
    // The lines about Redis give the reason.
    if (kind === 'redis' && error instanceof ServiceError)
      return { status: 'skipped', seen: "Redis can't be asked" };
    // A cache that can't be used: a run goes on without it.
    if (problems.length === 0) throw error;
  }
  const problem = problems[0]?.replace(/\.$/, '');
  if (problem !== undefined) return { status: 'warning', seen: problem };
  if (held === undefined) return { status: 'warning', seen: 'the cache is not available' };
  const seen = describe(held);
  if (kind === 'disk' && held.bytes > settings.cacheMaxSize) {
    return {
      status: 'warning',
      seen: `${seen}; more than cacheMaxSize allows (${shownSize(settings.cacheMaxSize)})`,
      mend: 'embed doctor --fix',
      fix: {
        what: `prune the cache: its oldest vectors, down to ${shownSize(settings.cacheMaxSize)}`,
        run: () => prune(settings, { maxBytes: settings.cacheMaxSize }),
      },
    };
  }
  return { status: 'ok', seen };
}

function describe({ entries, bytes, hits, misses, spaces }: CacheUsage): string {
  const lookups = hits + misses;
  const rate =
    lookups === 0 ? 'not asked yet' : `hit rate ${Math.round((100 * hits) / lookups)}% of ${whole(lookups)}`;
  return `${plural(entries, 'vector')}, ${shownSize(bytes)}, ${plural(spaces.length, 'vector space')}, ${rate}`;
}

/**
 * Removes what `options` say from the cache that the settings name.
 * @throws {ServiceError} when the cache can't be reached or written
 */
export async function prune(settings: Settings, options: PruneOptions): Promise<void> {
  const problems: string[] = [];
  const events = eventsFor({ warning: (message) => problems.push(message) });
  await withCache(settings, events, (cache) => cache.prune(options));
  if (problems[0] !== undefined) throw new ServiceError(problems[0]);
}

/** @returns undefined where there is no cache */
export async function withCache<T>(
  settings: Settings,
  events: RunEvents,
  work: (cache: VectorCache) => Promise<T>,
): Promise<T | undefined> {
  const { redis, ...options } = cacheOptionsOf(settings, events);
  const cache = await openCache(settings.cache, {
    ...options,
    redis: redis && { ...redis, connectTimeoutMs: timeoutMs, commandTimeoutMs: timeoutMs },
  });
  try {
    return cache && (await work(cache));
  } finally {
    await cache?.close();
  }
}
