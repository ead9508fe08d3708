// The disk cache's database: packs by age, the place of every entry, and small JSON values. Several processes may use
// it at once; LMDB handles that.

import type { LookupCounts } from '../hit-counter.js';
import { type Binary, type DiskTables, openTables, removePacks } from './tables.js';
import type { Pack } from './vector-pack.js';

/** Share of the file for used pages; the rest is for pages that a reader or the next commit still needs. */
const maxFill = 0.7;

/** Max bytes of one transaction: they are in memory until it is committed. */
const maxTransactionBytes = 4 * 1024 * 1024;

/** Packs that a transaction looks at to find the oldest. */
const packsLookedAt = 1000;

/** The key of the lookup counts among the small values. */
const lookupsName = 'lookups';

export class DiskStore {
  /** Max bytes of vectors to write or remove in one transaction. */
  readonly step: number;
  readonly tables: DiskTables;
  readonly #limit: number;
  #failed = false;

  /** @throws LMDB's error when the folder can't be made, read or written, or isn't a database */
  constructor(lmdb: typeof import('lmdb'), folder: string, maxBytes: number) {
    this.tables = openTables(lmdb, folder);
    this.#limit = maxBytes * maxFill;
    this.step = Math.min(maxTransactionBytes, maxBytes / 16);
  }

  /** The place of an entry, as a view on memory that the next read overwrites. */
  place(key: Buffer): Buffer | undefined {
    return this.tables.places.getBinaryFast(key);
  }

  /** A pack's bytes, in memory that the next read overwrites. */
  pack(key: Buffer): Buffer | undefined {
    return this.tables.packs.getBinaryFast(key);
  }

  /**
   * Writes packs in one transaction. Only one may run at a time: after a failure, lmdb-js loses count of the next ones.
   * The packs' buffers must not change meanwhile.
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

  /** Runs reads and writes as one step for all processes. One at a time, like `put`. */
  transaction<T>(work: () => T): Promise<T> {
    return this.#commit(() => this.tables.environment.transaction(work));
  }

  get lookups(): LookupCounts {
    const stored = this.getMeta(lookupsName);
    return stored === undefined ? { hits: 0, misses: 0 } : JSON.parse(stored);
  }

  addLookups({ hits, misses }: LookupCounts): Promise<void> {
    return this.transaction(() => {
      const before = this.lookups;
      const sum = { hits: before.hits + hits, misses: before.misses + misses };
      this.tables.meta.put(lookupsName, JSON.stringify(sum));
    });
  }

  /** Removes the oldest packs until `bytes` more fit into the database's size. */
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
    return [...this.tables.packs.getKeys({ limit: packsLookedAt })];
  }

  async close(): Promise<void> {
    // After a failed commit, lmdb-js would wait for ever for its flush. The end of the process closes the database, too.
    if (!this.#failed) await this.tables.environment.close();
  }

  /** @throws the error of the commit: lmdb-js puts it into a promise that would end the process when nothing awaits it */
  async #commit<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#failed = true;
      if (!(error instanceof Error) || !('commitError' in error)) throw error;
      throw await Promise.resolve(error.commitError).catch((reason) => reason);
    }
  }

  /** Bytes of all used pages, without the free ones; LMDB stores it, so all processes see the same value. */
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
