// The cache of an orchestrator, for its owner: statistics, and ways to empty it.
import type { CacheUsage, VectorCache } from '../types/cache.js';
import type { Upstream } from '../upstream/upstream.js';
import type { BatchConfig } from './config.js';

/** What the cache of an orchestrator holds, and how it serves. */
export interface CacheStats extends CacheUsage {
  /** Where vectors are kept; `none`: nowhere. */
  kind: VectorCache['kind'] | 'none';
  /** Share of this orchestrator's lookups that were hits since its metrics were reset, 0 to 1. */
  hitRate: number;
}

const emptyUsage: CacheUsage = { entries: 0, bytes: 0, hits: 0, misses: 0, spaces: [] };

/** The cache of an orchestrator: {@link BatchOrchestrator.cache}. */
export class OrchestratorCache {
  readonly #upstream: () => Upstream;
  readonly #config: BatchConfig;
  readonly #hitRate: () => number;

  /** @internal */
  constructor(upstream: () => Upstream, config: BatchConfig, hitRate: () => number) {
    this.#upstream = upstream;
    this.#config = config;
    this.#hitRate = hitRate;
  }

  /**
   * What the cache holds. May take seconds where there are millions of entries.
   * @throws {NotStartedError} before `start` and after `stop`
   * @throws {ServiceError} when the cache can't be used
   */
  async stats(): Promise<CacheStats> {
    const { cache } = this.#upstream();
    return {
      ...(cache ? await cache.usage() : emptyUsage),
      kind: cache?.kind ?? 'none',
      hitRate: this.#hitRate(),
    };
  }

  /**
   * Removes all entries. Other programs' data in the same Redis stays.
   * @returns how many
   * @throws {NotStartedError} before `start` and after `stop`
   * @throws {ServiceError} when the cache can't be used
   */
  async clear(): Promise<number> {
    return (await this.#upstream().cache?.clear()) ?? 0;
  }

  /**
   * Removes what is of other models than this one, and the oldest entries above `cacheMaxSize`.
   * @returns how many
   * @throws {NotStartedError} before `start` and after `stop`
   * @throws {ServiceError} when the cache can't be used
   */
  async optimize(): Promise<number> {
    const { cache, space } = this.#upstream();
    return (
      (await cache?.prune({
        maxBytes: this.#config.settings.cacheMaxSize,
        // Entries of an unregistered space may be ours, made with another prefix.
        keepSpace: ({ model }) => model === undefined || model === space.model,
      })) ?? 0
    );
  }
}
