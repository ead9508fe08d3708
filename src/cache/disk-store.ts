// The disk cache's database: packs by age, the place of every entry, and small JSON values. Several
// processes may have it open at once; LMDB keeps them apart.
import { closeSync, existsSync, mkdirSync, openSync, readSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { entryKeys, type Pack, readPlace } from './disk-pack.js';

type Binary = Database<Buffer, Buffer>;

/** Share of the file that live pages may fill; the rest is for pages that a reader or the next commit still holds. */
const FILL = 0.7;

/** Bytes of one transaction at most: they are in memory until it is committed. */
const STEP = 4 * 1024 * 1024;

export class DiskStore {
  /** Bytes of vectors that one transaction should write at most. */
  readonly step: number;
  readonly #environment: RootDatabase;
  readonly #places: Binary;
  readonly #packs: Binary;
  readonly #meta: Database<string, string>;
  readonly #limit: number;
  #failed = false;

  /** @throws what LMDB throws when the folder can't be made, read or written, or isn't a database */
  constructor(lmdb: typeof import('lmdb'), folder: string, maxBytes: number) {
    mkdirSync(folder, { recursive: true });
    checkFolder(folder);
    const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
    this.#environment = lmdb.open(folder, {
      ...binary,
      // Or a folder with a dot in its name would become a file.
      noSubdir: false,
      // Batches are ours; those of lmdb-js drop a promise, whose rejection would end the process.
      eventTurnBatching: false,
    });
    this.#places = this.#environment.openDB({ name: 'places/1', ...binary });
    this.#packs = this.#environment.openDB({ name: 'packs/1', ...binary });
    this.#meta = this.#environment.openDB({ name: 'meta/1', encoding: 'string' });
    this.#limit = maxBytes * FILL;
    this.step = Math.min(STEP, maxBytes / 16);
  }

  /** Where the entry with this key lies; views on memory that the next read reuses. */
  place(key: Buffer): Buffer | undefined {
    return this.#places.getBinaryFast(key);
  }

  /** A pack's bytes, in memory that the next read reuses. */
  pack(key: Buffer): Buffer | undefined {
    return this.#packs.getBinaryFast(key);
  }

  /**
   * One transaction. One at a time: after a failure, lmdb-js loses count of those behind it. The packs'
   * buffers must not change meanwhile.
   */
  async put(packs: readonly Pack[]): Promise<void> {
    try {
      await this.#environment.batch(() => {
        for (const pack of packs) {
          this.#packs.put(pack.key, pack.bytes);
          for (const { key, place } of pack.entries) this.#places.put(key, place);
        }
      });
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async putMeta(key: string, value: string): Promise<void> {
    try {
      await this.#meta.put(key, value);
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  getMeta(key: string): string | undefined {
    return this.#meta.get(key);
  }

  /** Removes the oldest packs while the database and `bytes` more are over its size. */
  async makeRoom(bytes: number): Promise<void> {
    try {
      while (this.#size() + bytes > this.#limit) {
        const removed = await this.#environment.transaction(() => this.#removeOldest());
        if (removed === 0) return;
      }
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async close(): Promise<void> {
    // After a failed commit lmdb-js waits forever for its flush; the end of the process closes, too.
    if (!this.#failed) await this.#environment.close();
  }

  /** What made a commit fail: lmdb-js hides it in a promise that would end the process if nobody took it. */
  async #failure(error: unknown): Promise<unknown> {
    this.#failed = true;
    if (!(error instanceof Error) || !('commitError' in error)) return error;
    return Promise.resolve(error.commitError).catch((reason) => reason);
  }

  /** Bytes of all pages in use, free ones left out; kept by LMDB itself, so that all processes agree. */
  #size(): number {
    return bytesOf(this.#packs) + bytesOf(this.#places);
  }

  /** In a transaction: about one step's worth of packs. */
  #removeOldest(): number {
    let removed = 0;
    for (const key of [...this.#packs.getKeys({ limit: 1000 })]) {
      if (removed > this.step) break;
      const bytes = this.#packs.getBinary(key)!;
      for (const entry of entryKeys(bytes)) {
        const place = this.#places.getBinaryFast(entry);
        // A newer pack may hold the entry, too.
        if (place && readPlace(place).pack.equals(key)) this.#places.remove(entry);
      }
      this.#packs.remove(key);
      removed += bytes.length;
    }
    return removed;
  }
}

/** LMDB's magic number, in the first page. */
const MAGIC = 0xbeefc0de;
const MAGIC_AT = 24;
const PAGE_SIZE_AT = 48;

/** Less free space than this counts as a full disk. */
const FREE = 16 * 1024 * 1024;

/** LMDB's own answer to a full disk or to a file of another kind may be a crash of the process. */
function checkFolder(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < FREE) throw new Error('the disk is full');
  const file = join(folder, 'data.mdb');
  if (!existsSync(file) || statSync(file).size === 0) return;
  const head = Buffer.alloc(64);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  const pages = statSync(file).size / head.readUInt32LE(PAGE_SIZE_AT);
  if (head.readUInt32LE(MAGIC_AT) !== MAGIC || pages < 2) throw new Error(`${file} is not an LMDB database`);
}

function bytesOf(database: Binary): number {
  // lmdb-js types the statistics as {}.
  const stats = database.getStats() as { [name: string]: number };
  const { pageSize = 0, treeBranchPageCount = 0, treeLeafPageCount = 0, overflowPages = 0 } = stats;
  return pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages);
}
