// The cache in a folder of the user, for one host: LMDB, shared by all processes. Never stops a run:
// when the disk is full or the folder read-only, it goes quiet after one warning.

import { debug } from '../../debug.js';
import { ServiceError } from '../../errors.js';
import { parseForeign } from '../../text/foreign-json.js';
import type { CacheUsage, Json, PruneOptions, Vector, VectorCache, VectorEntry } from '../../types.js';
import { checkEntries, checkHash, checkSpace } from '../../vectors/bytes.js';
import { type CountsLookups, Lookups } from '../hit-counter.js';
import { isDamage, keepRights, setAside } from './database-file.js';
import { defaultCacheFolder } from './default-folder.js';
import { clearDisk, diskUsage, pruneDisk } from './inventory.js';
import { DiskStore } from './store.js';
import { lookUp } from './vector-lookup.js';
import { packEntries } from './vector-pack.js';
import { PackQueue, type QueuedPack } from './write-queue.js';

export interface DiskOptions {
  /** @default `embed/vectors` in the user's cache folder */
  folder?: string | undefined;
  /**
   * Size of the file at most, bytes; the oldest entries go first. A larger file doesn't shrink, it is filled anew.
   * @default 2 GiB
   */
  maxBytes?: number | undefined;
  /** Told once when the cache can't be opened, read or written. */
  onWarning?: ((message: string) => void) | undefined;
}

type Attempt = 'opened' | 'read' | 'written';

const REMEDY = 'free or repair the disk, remove the folder, or name another.';

/**
 * A folder that can't be used makes a warning and a cache that is empty.
 * @throws {ServiceError} when the optional package lmdb isn't installed or has no binary for this machine
 */
export async function openDiskCache(options: DiskOptions = {}): Promise<DiskCache> {
  const folder = options.folder ?? defaultCacheFolder();
  const onWarning = options.onWarning ?? (() => {});
  const lmdb = await import('lmdb').catch((cause) => {
    throw new ServiceError(
      'The disk cache is unavailable because the optional package lmdb is not installed for this machine: ' +
        'install it (`npm install lmdb`), or use --cache redis or --cache none.',
      { cause },
    );
  });
  const maxBytes = options.maxBytes ?? 2 * 1024 ** 3;
  const open = () => new DiskCache(new DiskStore(lmdb, folder, maxBytes), folder, onWarning);
  debug.cache?.(`opening LMDB in ${folder}, at most ${maxBytes} bytes`);
  try {
    return openOrRenew(open, folder, onWarning);
  } catch (error) {
    const cache = new DiskCache(undefined, folder, onWarning);
    cache.giveUp('opened', error);
    return cache;
  }
}

/** What a cache holds can be made again, so a damaged one costs a warning, once. */
function openOrRenew(open: () => DiskCache, folder: string, onWarning: (message: string) => void): DiskCache {
  try {
    return open();
  } catch (error) {
    if (!isDamage(error)) throw error;
    const aside = setAside(folder);
    const cache = open();
    keepRights(folder, aside);
    onWarning(
      `The disk cache in ${folder} was damaged (${reasonOf(error)}): it begins anew; the damaged file is ${aside}.`,
    );
    return cache;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export class DiskCache implements VectorCache, CountsLookups {
  readonly kind = 'disk';
  readonly folder: string;
  readonly #onWarning: (message: string) => void;
  /** Packs that wait for the next transaction. */
  readonly #queue = new PackQueue();
  #lastWrite: Promise<void> = Promise.resolve();
  /** Undefined once they can't be written. */
  #lookups: Lookups | undefined = new Lookups();
  #store: DiskStore | undefined;
  #writable = true;
  #warned = false;
  /** Why the cache is empty. */
  #trouble: ServiceError | undefined;

  /** Use `openDiskCache`. Without a store the cache is empty and keeps nothing. */
  constructor(store: DiskStore | undefined, folder: string, onWarning: (message: string) => void) {
    this.#store = store;
    this.folder = folder;
    this.#onWarning = onWarning;
  }

  async getMany(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    checkSpace(space);
    for (const hash of hashes) checkHash(hash);
    // Whoever doesn't wait for setMany waits here.
    await this.#room();
    const found = new Array<Vector | undefined>(hashes.length).fill(undefined);
    try {
      if (this.#store) lookUp(this.#store, this.#queue, { space, hashes, dimensions }, found);
    } catch (error) {
      this.giveUp('read', error);
    }
    if (this.#store) this.#lookups?.count(found);
    if (this.#lookups?.due) void this.#writeLookups();
    return found;
  }

  countHits(hits: number): void {
    this.#lookups?.add({ hits, misses: 0 });
  }

  countRefused(count: number): void {
    this.#lookups?.add({ hits: -count, misses: count });
  }

  /** Resolves when the entries are on their way: later reads see them; `close` waits for them. Never fails for the disk's sake. */
  async setMany(space: string, entries: readonly VectorEntry[]): Promise<void> {
    checkSpace(space);
    checkEntries(entries);
    if (!this.#store || !this.#writable) return;
    let first = 0;
    for (const pack of packEntries(space, entries)) {
      this.#enqueue({ pack, space, entries: entries.slice(first, first + pack.entries.length) });
      first += pack.entries.length;
    }
    await this.#room();
  }

  async getMeta(key: string): Promise<Json | undefined> {
    try {
      const text = this.#store?.getMeta(key);
      return text === undefined ? undefined : (parseForeign(text) as Json);
    } catch (error) {
      this.giveUp('read', error);
      return undefined;
    }
  }

  async setMeta(key: string, value: Json): Promise<void> {
    await this.#write((store) => store.putMeta(key, JSON.stringify(value)));
  }

  /** @throws {ServiceError} when the cache couldn't be opened or read */
  async usage(): Promise<CacheUsage> {
    await this.#lastWrite;
    const store = this.#usable();
    const { hits, misses } = this.#lookups?.pending ?? { hits: 0, misses: 0 };
    const usage = await diskUsage(store).catch((error) => {
      throw this.#unusable('read', error);
    });
    return { ...usage, hits: Math.max(0, usage.hits + hits), misses: usage.misses + misses };
  }

  /** @throws {ServiceError} when the cache can't be written */
  prune(options: PruneOptions): Promise<number> {
    return this.#maintain((store) => pruneDisk(store, options));
  }

  /** @throws {ServiceError} when the cache can't be written */
  clear(): Promise<number> {
    return this.#maintain((store) => {
      this.#lookups?.take();
      return clearDisk(store);
    });
  }

  async close(): Promise<void> {
    await this.#writeLookups();
    await this.#lastWrite;
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }

  /** Warns, once, and goes on: without writing where reading may still work, else without anything. */
  giveUp(attempt: Attempt, error: unknown): void {
    this.#writable = false;
    if (attempt === 'read') this.#store = undefined;
    if (!this.#store) this.#trouble ??= this.#unusable(attempt, error);
    if (this.#warned) return;
    this.#warned = true;
    const rest = attempt === 'written' ? 'what it has is still used' : 'going on without it';
    if (isDamage(error)) this.#setAside(error);
    else this.#onWarning(`${this.#cannot(attempt, error)}: ${rest}; ${REMEDY}`);
  }

  /** Found out in the midst of a run: what is mapped stays as it is, and the next run begins anew. */
  #setAside(error: unknown): void {
    const words = `The disk cache in ${this.folder} is damaged (${reasonOf(error)}): going on without it`;
    try {
      this.#onWarning(
        `${words}; the next run begins a new one, the damaged file is ${setAside(this.folder)}.`,
      );
    } catch (cause) {
      this.#onWarning(`${words}; remove the folder (${reasonOf(cause)}).`);
    }
  }

  #unusable(attempt: Attempt, cause: unknown): ServiceError {
    return new ServiceError(`${this.#cannot(attempt, cause)}: ${REMEDY}`, { cause });
  }

  #cannot(attempt: Attempt, error: unknown): string {
    return `The disk cache in ${this.folder} can't be ${attempt} (${reasonOf(error)})`;
  }

  /** The store, for who must not take an unusable cache for an empty one. */
  #usable(): DiskStore {
    if (this.#store) return this.#store;
    throw this.#trouble ?? new Error(`The disk cache in ${this.folder} is closed.`);
  }

  #enqueue(write: QueuedPack): void {
    this.#queue.add(write);
    // Whoever empties the queue takes all that comes meanwhile.
    if (this.#queue.length === 1) void this.#write((store) => this.#flush(store));
  }

  async #flush(store: DiskStore): Promise<void> {
    while (this.#queue.length > 0) {
      const { packs, bytes } = this.#queue.first(store.step);
      await store.makeRoom(bytes);
      await store.put(packs);
      this.#queue.settle(packs.length);
    }
  }

  /** Writes one after the other, the later ones also when one fails. */
  #write(work: (store: DiskStore) => Promise<void>): Promise<void> {
    this.#lastWrite = this.#lastWrite.then(async () => {
      try {
        if (this.#store && this.#writable) await work(this.#store);
      } catch (error) {
        this.giveUp('written', error);
      }
      if (!this.#writable) this.#queue.settle(this.#queue.length);
    });
    return this.#lastWrite;
  }

  /** In turn with the writes, so that what was set before is removed, too. */
  #maintain(work: (store: DiskStore) => Promise<number>): Promise<number> {
    const done = this.#lastWrite.then(async () => {
      const store = this.#usable();
      return work(store).catch((error) => {
        throw this.#unusable('written', error);
      });
    });
    this.#lastWrite = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  /** Where counts can't be written, nobody is told: vectors that can't be written are. */
  async #writeLookups(): Promise<void> {
    const counts = this.#lookups?.take();
    if (!counts || !this.#store || !this.#writable) return;
    await this.#maintain(async (store) => {
      await store.addLookups(counts);
      return 0;
    }).catch(() => {
      this.#lookups = undefined;
    });
  }

  async #room(): Promise<void> {
    while (this.#store && this.#queue.bytes > this.#store.step) await this.#lastWrite;
  }
}
