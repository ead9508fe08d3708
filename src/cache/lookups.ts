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

/** A cache that takes hits of another one in front of it into its own counts. */
export interface CountsHits {
  countHits(hits: number): void;
}

export function countsHits(cache: VectorCache): cache is VectorCache & CountsHits {
  return 'countHits' in cache;
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
    return this.#hits + this.#misses > 0 && Date.now() - this.#written > INTERVAL;
  }

  /** What is to be written now; undefined when there is nothing. */
  take(): LookupCounts | undefined {
    const counts = this.pending;
    this.#hits = 0;
    this.#misses = 0;
    this.#written = Date.now();
    return counts.hits + counts.misses > 0 ? counts : undefined;
  }
}
