// The disk cache's database: packs by age, the place of every entry, and small JSON values. Several
// processes may have it open at once; LMDB keeps them apart.

import type { LookupCounts } from '../hit-counter.js';
import { type Binary, type DiskTables, openTables, removePacks } from './tables.js';
import type { Pack } from './vector-pack.js';

/** Share of the file that live pages may fill; the rest is for pages that a reader or the next commit still holds. */
const FILL = 0.7;

/** Bytes of one transaction at most: they are in memory until it is committed. */
const STEP = 4 * 1024 * 1024;

/** Packs that a transaction looks at to find the oldest. */
const OLDEST = 1000;

/** Where the counts of lookups are among the small values. */
const LOOKUPS = 'lookups';

export class DiskStore {
  /** Bytes of vectors that one transaction should write or remove at most. */
  readonly step: number;
  readonly tables: DiskTables;
  readonly #limit: number;
  #failed = false;

  /** @throws what LMDB throws when the folder can't be made, read or written, or isn't a database */
  constructor(lmdb: typeof import('lmdb'), folder: string, maxBytes: number) {
    this.tables = openTables(lmdb, folder);
    this.#limit = maxBytes * FILL;
    this.step = Math.min(STEP, maxBytes / 16);
  }

  /** Where the entry with this key lies; views on memory that the next read reuses. */
  place(key: Buffer): Buffer | undefined {
    return this.tables.places.getBinaryFast(key);
  }

  /** A pack's bytes, in memory that the next read reuses. */
  pack(key: Buffer): Buffer | undefined {
    return this.tables.packs.getBinaryFast(key);
  }

  /**
   * One transaction. One at a time: after a failure, lmdb-js loses count of those behind it. The packs'
   * buffers must not change meanwhile.
   */
  put(packs: readonly Pack[]): Promise<void> {
    const { environment, packs: bodies, places } = this.tables;
    return this.#commit(async () => {
      await environment.batch(() => {
        for (const pack of packs) {
          bodies.put(pack.key, pack.bytes);
          for (const { key, place } of pack.entries) places.put(key, place);
        }
      });
    });
  }

  putMeta(key: string, value: string): Promise<void> {
    return this.#commit(async () => {
      await this.tables.meta.put(key, value);
    });
  }

  getMeta(key: string): string | undefined {
    return this.tables.meta.get(key);
  }

  /** Reads, changes and writes as one step against all processes. One at a time, like `put`. */
  transaction<T>(work: () => T): Promise<T> {
    return this.#commit(() => this.tables.environment.transaction(work));
  }

  get lookups(): LookupCounts {
    const stored = this.getMeta(LOOKUPS);
    return stored === undefined ? { hits: 0, misses: 0 } : JSON.parse(stored);
  }

  addLookups({ hits, misses }: LookupCounts): Promise<void> {
    return this.transaction(() => {
      const before = this.lookups;
      const sum = { hits: before.hits + hits, misses: before.misses + misses };
      this.tables.meta.put(LOOKUPS, JSON.stringify(sum));
    });
  }

  /** Removes the oldest packs while the database and `bytes` more are over its size. */
  async makeRoom(bytes: number): Promise<void> {
    while (this.#size() + bytes > this.#limit) {
      const { packBytes } = await this.transaction(() =>
        removePacks(this.tables, this.oldest(), ({ packBytes }) => packBytes > this.step),
      );
      if (packBytes === 0) return;
    }
  }

  /** Keys of the oldest packs. */
  oldest(): Buffer[] {
    return [...this.tables.packs.getKeys({ limit: OLDEST })];
  }

  async close(): Promise<void> {
    // After a failed commit lmdb-js waits forever for its flush; the end of the process closes, too.
    if (!this.#failed) await this.tables.environment.close();
  }

  /** @throws what made the commit fail: lmdb-js hides it in a promise that would end the process if nobody took it */
  async #commit<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#failed = true;
      if (!(error instanceof Error) || !('commitError' in error)) throw error;
      throw await Promise.resolve(error.commitError).catch((reason) => reason);
    }
  }

  /** Bytes of all pages in use, free ones left out; kept by LMDB itself, so that all processes agree. */
  #size(): number {
    return bytesOf(this.tables.packs) + bytesOf(this.tables.places);
  }
}

function bytesOf(database: Binary): number {
  // lmdb-js types the statistics as {}.
  const stats = database.getStats() as { [name: string]: number };
  const { pageSize = 0, treeBranchPageCount = 0, treeLeafPageCount = 0, overflowPages = 0 } = stats;
  return pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages);
}
