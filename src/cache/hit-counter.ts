// Counts the hits and misses of a cache. It counts in memory, since a lookup must not cost a write. From time to time
// the cache adds the counts to those of all processes.

import { debug } from '../debug.js';
import type { VectorCache } from '../types/cache.js';
import type { Vector } from '../types/vector.js';

/** Milliseconds between two writes of the counts. A process that is killed loses the counts of this time. */
const writeIntervalMs = 5000;

export interface LookupCounts {
  hits: number;
  misses: number;
}

/** A cache whose counts include the lookups of a wrapper around it. */
export interface CountsLookups {
  /** Hits of the wrapper. */
  countHits(hits: number): void;
  /** Vectors that this cache found, but the wrapper refused: they count as misses. */
  countRefused(count: number): void;
}

export function countsLookups(cache: VectorCache): cache is VectorCache & CountsLookups {
  return 'countHits' in cache && 'countRefused' in cache;
}

export class HitCounter {
  #hits = 0;
  #misses = 0;
  #written = Date.now();

  /** Counts the answer to one `getMany`. */
  count(found: readonly (Vector | undefined)[]): void {
    let misses = 0;
    for (const vector of found) if (vector === undefined) misses++;
    debug.cache?.(`asked for ${found.length} vectors, had ${found.length - misses}`);
    this.add({ hits: found.length - misses, misses });
  }

  add({ hits, misses }: LookupCounts): void {
    this.#hits += hits;
    this.#misses += misses;
  }

  /** Counts that aren't written yet. */
  get pending(): LookupCounts {
    return { hits: this.#hits, misses: this.#misses };
  }

  get due(): boolean {
    return this.#isPending && Date.now() - this.#written > writeIntervalMs;
  }

  /** Takes the counts to write now; undefined when there are none. */
  take(): LookupCounts | undefined {
    const counts = this.#isPending ? this.pending : undefined;
    this.#hits = 0;
    this.#misses = 0;
    this.#written = Date.now();
    return counts;
  }

  /** Hits may be negative: they were written before they turned out to be misses. */
  get #isPending(): boolean {
    return this.#hits !== 0 || this.#misses !== 0;
  }
}
