// Vectors in bounded memory: the least recently used are removed first.
import type { Vector } from '../../types/vector.js';

/** Bytes of an entry beside its numbers: key, map and array objects, measured at 390 on the heap and rounded up. */
const entryOverhead = 512;

export interface LruEntry {
  vector: Vector;
  /** When it was set, ms since 1970. */
  written: number;
}

/** Stores and returns copies, so that a caller can change its vector without changing this one. */
export class Lru {
  readonly #maxBytes: number;
  /** A map keeps the order of insertion; an entry that is used is inserted again. */
  readonly #entries = new Map<string, LruEntry>();
  #bytes = 0;

  /** @param maxBytes max bytes of vectors, with {@link entryOverhead} for each */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string, dimensions: number): Vector | undefined {
    const entry = this.#entries.get(key);
    if (entry?.vector.length !== dimensions) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.vector.slice();
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  set(key: string, vector: Vector): void {
    this.delete(key);
    const size = sizeOf(vector);
    if (size > this.#maxBytes) return;
    this.#bytes += size;
    this.#entries.set(key, { vector: vector.slice(), written: Date.now() });
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#bytes -= sizeOf(entry.vector);
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** All entries, the last used one at the end. */
  entries(): IterableIterator<[string, LruEntry]> {
    return this.#entries.entries();
  }
}

function sizeOf(vector: Vector): number {
  return vector.byteLength + entryOverhead;
}
