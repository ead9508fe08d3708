// The tables of the disk cache's database, and how a pack leaves them: what writing and taking stock
// both stand on.
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
  /** Where each entry lies, by space and hash. */
  places: Binary;
  /** Packs, the oldest first. */
  packs: Binary;
  /** Small JSON values. */
  meta: Database<string, string>;
}

/** What removing packs took away. */
export interface Removed {
  entries: number;
  /** Bytes of the entries' vectors. */
  bytes: number;
  /** Bytes of whole packs: what has room now. */
  packBytes: number;
}

/**
 * @throws {DamagedFileError} when the file must not be mapped
 * @throws what LMDB throws when the folder can't be made, read or written, or the database is damaged
 */
export function openTables(lmdb: typeof import('lmdb'), folder: string): DiskTables {
  // Vectors tell much of their texts: what we make is the user's alone. A folder that was named keeps its rights.
  const isNew = makeFolders(folder, 0o700);
  const isOurs = isNew || folder === defaultCacheFolder();
  checkSpace(folder);
  checkFile(folder);
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const environment = lmdb.open(folder, {
    ...binary,
    // Or a folder with a dot in its name would become a file.
    noSubdir: false,
    // Batches are ours; those of lmdb-js drop a promise, whose rejection would end the process.
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

/** In a transaction: removes packs in the order of `keys` until `enough`. Readers find their entries missing. */
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

/** Older versions let others read it; what isn't the user's own, or is a link, stays as it is. */
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
const FREE = 16 * 1024 * 1024;

/** LMDB's own answer to a full disk may be a crash of the process. */
function checkSpace(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < FREE) throw new Error('the disk is full');
}
