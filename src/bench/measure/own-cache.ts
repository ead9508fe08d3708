// The cache of a measurement: on disk, in a folder that is removed afterwards. The user's cache is never touched.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskCache } from '../../cache/disk/cache.js';
import { ServiceError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import type { VectorCache } from '../../types/cache.js';
import type { Vector } from '../../types/vector.js';
import type { TrialCache, TrialText } from './trial.js';

/** Max size, far more than all rounds write. */
const maxBytes = 1024 ** 3;

export class ScratchCache {
  readonly #cache: VectorCache;
  readonly #folder: string;

  private constructor(cache: VectorCache, folder: string) {
    this.#cache = cache;
    this.#folder = folder;
  }

  /** Undefined where the disk cache isn't available. */
  static async open(events: RunEvents): Promise<ScratchCache | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'embed-bench-'));
    try {
      const cache = await openDiskCache({ folder, maxBytes, events });
      return new ScratchCache(cache, folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (!(error instanceof ServiceError)) throw error;
      events.notice(`The cache is not measured: ${error.message}`, 'cache-unavailable');
      return undefined;
    }
  }

  /** An empty cache. */
  cold(): TrialCache {
    return { cache: this.#cache, space: randomBytes(16).toString('hex') };
  }

  /** A cache with a vector for every text; the same one for all, as that doesn't change the time. */
  async warm(texts: readonly TrialText[], vector: Vector): Promise<TrialCache> {
    const warm = this.cold();
    await this.#cache.setMany(
      warm.space,
      texts.map(({ hash }) => ({ hash, vector })),
    );
    return warm;
  }

  async close(): Promise<void> {
    await this.#cache.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
