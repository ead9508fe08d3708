// Vectors that wait to be written to the disk cache. They are read from here until they are committed.
import type { VectorEntry } from '../../types/cache.js';
import type { Vector } from '../../types/vector.js';
import type { Pack } from './vector-pack.js';

export interface QueuedPack {
  pack: Pack;
  space: string;
  entries: readonly VectorEntry[];
}

export class PackQueue {
  readonly #packs: QueuedPack[] = [];
  /** Vectors by space and hash. */
  readonly #vectors = new Map<string, Vector>();
  #bytes = 0;

  get length(): number {
    return this.#packs.length;
  }

  /** Bytes of all packs. */
  get bytes(): number {
    return this.#bytes;
  }

  add(queued: QueuedPack): void {
    for (const { hash, vector } of queued.entries) this.#vectors.set(queued.space + hash, vector);
    this.#bytes += queued.pack.bytes.length;
    this.#packs.push(queued);
  }

  find(space: string, hash: string): Vector | undefined {
    return this.#vectors.size > 0 ? this.#vectors.get(space + hash) : undefined;
  }

  /** The first packs, up to so many bytes. */
  first(most: number): { packs: Pack[]; bytes: number } {
    const packs: Pack[] = [];
    let bytes = 0;
    for (const { pack } of this.#packs) {
      if (bytes >= most) break;
      packs.push(pack);
      bytes += pack.bytes.length;
    }
    return { packs, bytes };
  }

  /** Drops the first packs: they are committed, or given up. */
  settle(count: number): void {
    for (const { pack, space, entries } of this.#packs.splice(0, count)) {
      for (const { hash, vector } of entries) {
        // If the vector was set again meanwhile, the newer one isn't committed yet.
        if (this.#vectors.get(space + hash) === vector) this.#vectors.delete(space + hash);
      }
      this.#bytes -= pack.bytes.length;
    }
  }
}
