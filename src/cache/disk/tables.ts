// The tables of the disk cache's database, and the removal of packs from them. Writing and counting both use them.
import { chmodSync, lstatSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { makeFolders } from '../../files/make-folder.js';
import { checkFile } from './database-file.js';
import { defaultCacheFolder } from './default-folder.js';
import { entryKeys, readPlace } from './vector-pack.js';

export type Binary = Database<Buffer, Buffer>;

export interface DiskTables {
  environment: RootDatabase;
  /** The place of each entry, by space and hash. */
  places: Binary;
  /** Packs, the oldest first. */
  packs: Binary;
  /** Small JSON values. */
  meta: Database<string, string>;
}

/** What was removed. */
export interface Removed {
  entries: number;
  /** Bytes of the entries' vectors. */
  bytes: number;
  /** Bytes of whole packs: this space is free now. */
  packBytes: number;
}

/**
 * @throws {DamagedFileError} when the file must not be mapped
 * @throws LMDB's error when the folder can't be made, read or written, or the database is damaged
 */
export function openTables(lmdb: typeof import('lmdb'), folder: string): DiskTables {
  // Vectors reveal much of their texts, so a new folder is for the user alone. An existing folder keeps its rights.
  const isNew = makeFolders(folder, 0o700);
  const isOurs = isNew || folder === defaultCacheFolder();
  checkDiskSpace(folder);
  checkFile(folder);
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const environment = lmdb.open(folder, {
    ...binary,
    // Otherwise a folder with a dot in its name would become a file.
    noSubdir: false,
    // We batch ourselves: lmdb-js's batches drop a promise, and its rejection would end the process.
    eventTurnBatching: false,
  });
  if (isOurs) keepToUser(folder);
  try {
    return {
      environment,
      places: environment.openDB({ name: 'places/1', ...binary }),
      packs: environment.openDB({ name: 'packs/1', ...binary }),
      meta: environment.openDB({ name: 'meta/1', encoding: 'string' }),
    };
  } catch (error) {
    void environment.close();
    throw error;
  }
}

/** Removes packs in the order of `keys` until `enough`, inside a transaction. Readers then miss their entries. */
export function removePacks(
  tables: DiskTables,
  keys: readonly Buffer[],
  enough: (removed: Removed) => boolean,
): Removed {
  const removed = { entries: 0, bytes: 0, packBytes: 0 };
  for (const key of keys) {
    if (enough(removed)) break;
    const pack = tables.packs.getBinary(key);
    if (!pack) continue;
    for (const entry of entryKeys(pack)) {
      const place = tables.places.getBinaryFast(entry);
      // A newer pack may hold the entry, too.
      if (!place || !readPlace(place).pack.equals(key)) continue;
      removed.bytes += readPlace(place).length;
      removed.entries++;
      tables.places.remove(entry);
    }
    tables.packs.remove(key);
    removed.packBytes += pack.length;
  }
  return removed;
}

/** Restricts the folder to its user, as older versions let others read it. A link, or another user's folder, stays as it is. */
function keepToUser(folder: string): void {
  const wanted = [
    [folder, 0o700],
    ...['data.mdb', 'lock.mdb', 'data.mdb.damaged'].map((name) => [join(folder, name), 0o600] as const),
  ] as const;
  for (const [path, mode] of wanted) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || stats.isSymbolicLink() || (stats.mode & 0o077) === 0) continue;
    if (stats.uid === process.getuid?.()) chmodSync(path, mode);
  }
}

/** Less free space than this counts as a full disk. */
const minFreeBytes = 16 * 1024 * 1024;

/** LMDB's own answer to a full disk may be a crash of the process. */
function checkDiskSpace(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < minFreeBytes) throw new Error('the disk is full');
}
