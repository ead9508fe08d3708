// How often a cache had what it was asked for. Counted in memory, since a lookup must not cost a write;
// the cache adds the counts to those of all processes now and then.

import { debug } from '../debug.js';
import type { Vector, VectorCache } from '../types.js';

/** Milliseconds between two writes of the counts. A process that is killed loses so much. */
const INTERVAL = 5000;

export interface LookupCounts {
  hits: number;
  misses: number;
}

/** A cache that takes into its own counts what another one in front of it knows of lookups. */
export interface CountsLookups {
  /** Found there. */
  countHits(hits: number): void;
  /** Found here, but refused there: that was a miss. */
  countRefused(count: number): void;
}

export function countsLookups(cache: VectorCache): cache is VectorCache & CountsLookups {
  return 'countHits' in cache && 'countRefused' in cache;
}

export class Lookups {
  #hits = 0;
  #misses = 0;
  #written = Date.now();

  /** The answer to one `getMany`. */
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

  /** What isn't written yet. */
  get pending(): LookupCounts {
    return { hits: this.#hits, misses: this.#misses };
  }

  get due(): boolean {
    return this.#isPending && Date.now() - this.#written > INTERVAL;
  }

  /** What is to be written now; undefined when there is nothing. */
  take(): LookupCounts | undefined {
    const counts = this.#isPending ? this.pending : undefined;
    this.#hits = 0;
    this.#misses = 0;
    this.#written = Date.now();
    return counts;
  }

  /** Hits may be below 0: those that turned out to be misses were written before. */
  get #isPending(): boolean {
    return this.#hits !== 0 || this.#misses !== 0;
  }
}
