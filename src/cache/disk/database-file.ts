// The database's file, looked at before it is mapped: reading a mapped page behind the end of a file that was
// cut ends the process, and no error can be caught.
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';

/** Its name in the folder; that is LMDB's. */
export const DATA_FILE = 'data.mdb';
const LOCK_FILE = 'lock.mdb';

/** The database is there and can't be trusted. */
export class DamagedFileError extends Error {}

/** What LMDB says of a database that contradicts itself. */
const CORRUPTION =
  /\bMDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|VERSION_MISMATCH|PANIC|PROBLEM|BAD_TXN|CURSOR_FULL)\b/;

export function isDamage(error: unknown): boolean {
  return error instanceof DamagedFileError || (error instanceof Error && CORRUPTION.test(error.message));
}

/** Gives the file that begins anew the rights of the one that was set aside. */
export function keepRights(folder: string, aside: string): void {
  const { mode } = statSync(aside);
  for (const name of [DATA_FILE, LOCK_FILE]) chmodSync(join(folder, name), mode & 0o777);
}

/**
 * Nothing is kept of an older file that was set aside. Whoever has the damaged one open keeps it.
 * @returns where the damaged file is now
 */
export function setAside(folder: string): string {
  const aside = join(folder, `${DATA_FILE}.damaged`);
  if (existsSync(join(folder, DATA_FILE))) renameSync(join(folder, DATA_FILE), aside);
  // It lists the readers of the damaged file.
  rmSync(join(folder, LOCK_FILE), { force: true });
  return aside;
}

// Offsets in the first two pages, each of which describes the database as of one commit (LMDB's MDB_meta).
const FLAGS_AT = 18;
const MAGIC_AT = 24;
const VERSION_AT = 28;
const MAP_ADDRESS_AT = 32;
const MAP_SIZE_AT = 40;
const PAGE_SIZE_AT = 48;
/** The tree of free pages and that of the databases, with the flags that lmdb-js gives them. */
const TREES = [
  { at: 48, flags: 0x1008 },
  { at: 96, flags: 0 },
];
const LAST_PAGE_AT = 144;
const COMMIT_AT = 152;
const META_BYTES = 160;
// In a tree's description.
const TREE_FLAGS_AT = 4;
const DEPTH_AT = 6;
const ROOT_AT = 40;

const META_FLAG = 8;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
/** Of a tree without any page. */
const NO_ROOT = 2n ** 64n - 1n;
/** LMDB's cursors hold no more levels. */
const DEEPEST = 32;
/** Bytes of address space that a process can have at most. */
const LARGEST_MAP = 2n ** 47n;

const NO_DATABASE = 'it is not an LMDB database';
const CONTRADICTION = 'its first pages contradict themselves';

/**
 * @throws {DamagedFileError} when the file must not be mapped; one that is absent or empty may
 * @throws when it is something else entirely, which is left alone
 */
export function checkFile(folder: string): void {
  for (const name of [DATA_FILE, LOCK_FILE]) refuseOther(join(folder, name));
  const path = join(folder, DATA_FILE);
  if (!existsSync(path)) return;
  const descriptor = openSync(path, 'r');
  try {
    const problem = fstatSync(descriptor).size > 0 ? lastingProblem(descriptor) : undefined;
    if (problem === undefined) return;
    const isForeign = problem === NO_DATABASE && !existsSync(join(folder, LOCK_FILE));
    throw isForeign ? new Error(`${path} is not an LMDB database`) : new DamagedFileError(problem);
  } finally {
    closeSync(descriptor);
  }
}

/** LMDB writes into whatever stands there, and the folder may have come with somebody's repository. */
function refuseOther(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === false) throw new Error(`${path} is a link, or no regular file`);
}

/** Others may be writing: a problem counts when the description is still the same after it was found. */
function lastingProblem(descriptor: number): string | undefined {
  for (;;) {
    const before = describe(descriptor);
    const problem = problemOf(descriptor, before);
    if (problem === undefined || before.equals(describe(descriptor))) return problem;
  }
}

/** The two descriptions, one behind the other. */
function describe(descriptor: number): Buffer {
  const first = read(descriptor, 0);
  return Buffer.concat([first, read(descriptor, first.readUInt32LE(PAGE_SIZE_AT))]);
}

function problemOf(descriptor: number, description: Buffer): string | undefined {
  const first = description.subarray(0, META_BYTES);
  const second = description.subarray(META_BYTES);
  const pageSize = first.readUInt32LE(PAGE_SIZE_AT);
  const isPower = pageSize >= 512 && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0;
  if (!isMeta(first) || !isPower) return NO_DATABASE;
  if (!isMeta(second) || second.readUInt32LE(PAGE_SIZE_AT) !== pageSize) return 'its second page is broken';
  const { size } = fstatSync(descriptor);
  for (const page of [first, second]) {
    if (pagesOf(page) * BigInt(pageSize) > BigInt(size)) return 'it is cut short';
    // Nobody but a broken disk gives LMDB an address to map to.
    const isOdd =
      page.readBigUInt64LE(MAP_SIZE_AT) > LARGEST_MAP || page.readBigUInt64LE(MAP_ADDRESS_AT) !== 0n;
    if (isOdd || !TREES.every(({ at, flags }) => isTree(page.subarray(at), flags, pagesOf(page))))
      return CONTRADICTION;
  }
  // They are written in turn.
  const ahead = second.readBigUInt64LE(COMMIT_AT) - first.readBigUInt64LE(COMMIT_AT);
  if (ahead > 1n || ahead < -1n) return CONTRADICTION;
  const newer = ahead > 0n ? second : first;
  const isWhole = TREES.every(({ at }) => isPageOf(descriptor, newer.subarray(at), pageSize));
  return isWhole ? undefined : 'a root of its trees is broken';
}

function pagesOf(meta: Buffer): bigint {
  return meta.readBigUInt64LE(LAST_PAGE_AT) + 1n;
}

function isTree(tree: Buffer, flags: number, pages: bigint): boolean {
  if (tree.readUInt16LE(TREE_FLAGS_AT) !== flags) return false;
  const root = tree.readBigUInt64LE(ROOT_AT);
  return root === NO_ROOT || (root < pages && tree.readUInt16LE(DEPTH_AT) <= DEEPEST);
}

/** A root's page says its own number, which a page that was never written doesn't. */
function isPageOf(descriptor: number, tree: Buffer, pageSize: number): boolean {
  const root = tree.readBigUInt64LE(ROOT_AT);
  return root === NO_ROOT || read(descriptor, Number(root) * pageSize).readBigUInt64LE(0) === root;
}

function isMeta(page: Buffer): boolean {
  if (page.readUInt16LE(FLAGS_AT) !== META_FLAG) return false;
  return page.readUInt32LE(MAGIC_AT) === MAGIC && page.readUInt32LE(VERSION_AT) === VERSION;
}

/** The beginning of a page; zeros where the file ends before. */
function read(descriptor: number, position: number): Buffer {
  const bytes = Buffer.alloc(META_BYTES);
  readSync(descriptor, bytes, 0, bytes.length, position);
  return bytes;
}
