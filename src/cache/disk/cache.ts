// src/cache/disk: the cache in a folder of the user, in LMDB, shared by all processes of one machine.
//
// In and out: as all caches. vector-pack.ts puts vectors together into packs of 64 KB, write-queue.ts holds those that
// aren't committed yet, store.ts and tables.ts write them, inventory.ts counts and prunes. database-file.ts checks the
// file before LMDB maps it, since a damaged one would end the process.
// What must hold: it never stops a run. When the disk is full or read-only, it warns once and goes on without.

import { debug } from '../../debug.js';
import { ServiceError } from '../../errors.js';
import { noEvents, type RunEvents } from '../../events.js';
import { installCommand } from '../../package.js';
import { parseForeign } from '../../text/foreign-json.js';
import type { CacheUsage, PruneOptions, VectorCache, VectorEntry } from '../../types/cache.js';
import type { Json } from '../../types/json.js';
import type { Vector } from '../../types/vector.js';
import { checkEntries, checkHash, checkSpaceId } from '../../vectors/bytes.js';
import { type CountsLookups, HitCounter } from '../hit-counter.js';
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
   * Max size of the file, in bytes; the oldest entries are removed first. A larger file doesn't shrink, but is reused.
   * @default 2 GiB
   */
  maxBytes?: number | undefined;
  /** Called once when the cache can't be opened, read or written. @default no listener */
  events?: RunEvents | undefined;
}

type Attempt = 'opened' | 'read' | 'written';

const remedy = 'free or repair the disk, remove the folder, or name another.';

/**
 * Opens the disk cache. When the folder can't be used, it warns and returns a cache that is always empty.
 * @throws {ServiceError} when the optional package lmdb isn't installed or has no binary for this machine
 */
export async function openDiskCache(options: DiskOptions = {}): Promise<DiskCache> {
  const folder = options.folder ?? defaultCacheFolder();
  const events = options.events ?? noEvents;
  const lmdb = await import('lmdb').catch((cause) => {
    throw new ServiceError(
      'The disk cache is unavailable because the optional package lmdb is not installed for this machine: ' +
        `install it (\`${installCommand(['lmdb@3.5.6'])}\`), or use --cache redis or --cache none.`,
      { cause },
    );
  });
  const maxBytes = options.maxBytes ?? 2 * 1024 ** 3;
  const open = () => new DiskCache(new DiskStore(lmdb, folder, maxBytes), folder, events);
  debug.cache?.(`opening LMDB in ${folder}, at most ${maxBytes} bytes`);
  try {
    return openOrRenew(open, folder, events);
  } catch (error) {
    const cache = new DiskCache(undefined, folder, events);
    cache.giveUp('opened', error);
    return cache;
  }
}

/** Opens the cache. A damaged one is set aside, with a warning, and a new one is begun: its content can be made again. */
function openOrRenew(open: () => DiskCache, folder: string, events: RunEvents): DiskCache {
  try {
    return open();
  } catch (error) {
    if (!isDamage(error)) throw error;
    const aside = setAside(folder);
    const cache = open();
    keepRights(folder, aside);
    events.warning(
      `The disk cache in ${folder} was damaged (${reasonOf(error)}): a new one is begun; the damaged file is now ${aside}.`,
      'cache-damaged',
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
  readonly #events: RunEvents;
  /** Packs that wait for the next transaction. */
  readonly #queue = new PackQueue();
  #lastWrite: Promise<void> = Promise.resolve();
  /** Undefined when counts can't be written. */
  #lookups: HitCounter | undefined = new HitCounter();
  #store: DiskStore | undefined;
  #writable = true;
  #warned = false;
  /** The reason when the cache is unusable. */
  #trouble: ServiceError | undefined;

  /** Use `openDiskCache`. Without a store the cache is always empty. */
  constructor(store: DiskStore | undefined, folder: string, events: RunEvents) {
    this.#store = store;
    this.folder = folder;
    this.#events = events;
  }

  async getMany(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    checkSpaceId(space);
    for (const hash of hashes) checkHash(hash);
    // Bounds the memory for callers that don't await setMany.
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

  /** Resolves when the entries are queued: later reads find them, and `close` waits for them. A failing disk doesn't make it throw. */
  async setMany(space: string, entries: readonly VectorEntry[]): Promise<void> {
    checkSpaceId(space);
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

  /** Warns once and goes on: without writing if reading may still work, else without the cache. */
  giveUp(attempt: Attempt, error: unknown): void {
    this.#writable = false;
    if (attempt === 'read') this.#store = undefined;
    if (!this.#store) this.#trouble ??= this.#unusable(attempt, error);
    if (this.#warned) return;
    this.#warned = true;
    const rest = attempt === 'written' ? 'its vectors are still used' : 'going on without it';
    if (isDamage(error)) this.#setAside(error);
    else this.#events.warning(`${this.#cannot(attempt, error)}: ${rest}; ${remedy}`, 'cache-fails');
  }

  /** The damage was found during a run: this run goes on without the cache, and the next one begins a new file. */
  #setAside(error: unknown): void {
    const words = `The disk cache in ${this.folder} is damaged (${reasonOf(error)}): going on without it`;
    try {
      this.#events.warning(
        `${words}; the next run begins a new one, the damaged file is ${setAside(this.folder)}.`,
        'cache-damaged',
      );
    } catch (cause) {
      this.#events.warning(`${words}; remove the folder (${reasonOf(cause)}).`, 'cache-damaged');
    }
  }

  #unusable(attempt: Attempt, cause: unknown): ServiceError {
    return new ServiceError(`${this.#cannot(attempt, cause)}: ${remedy}`, { cause });
  }

  #cannot(attempt: Attempt, error: unknown): string {
    return `The disk cache in ${this.folder} can't be ${attempt} (${reasonOf(error)})`;
  }

  /** The store, for callers that must not mistake an unusable cache for an empty one. */
  #usable(): DiskStore {
    if (this.#store) return this.#store;
    throw this.#trouble ?? new Error(`The disk cache in ${this.folder} is closed.`);
  }

  #enqueue(write: QueuedPack): void {
    this.#queue.add(write);
    // A flush in progress also writes what is queued meanwhile, so only the first entry starts one.
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

  /** Runs writes one after the other, also after one has failed. */
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

  /** Runs in turn with the writes, so that entries which were set before are removed, too. */
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

  /** Fails silently: a cache that can't be written is reported for vectors. */
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
