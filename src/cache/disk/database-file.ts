// Checks the database's file before it is mapped. When a file was cut short, reading a mapped page beyond its end ends
// the process, and no error can be caught.
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

/** Its name in the folder, given by LMDB. */
export const DATA_FILE = 'data.mdb';
const LOCK_FILE = 'lock.mdb';

/** The database is damaged. */
export class DamagedFileError extends Error {}

/** LMDB's messages about a damaged database. */
const CORRUPTION =
  /\bMDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|VERSION_MISMATCH|PANIC|PROBLEM|BAD_TXN|CURSOR_FULL)\b/;

export function isDamage(error: unknown): boolean {
  return error instanceof DamagedFileError || (error instanceof Error && CORRUPTION.test(error.message));
}

/** Gives the new file the access rights of the damaged one. */
export function keepRights(folder: string, aside: string): void {
  const { mode } = statSync(aside);
  for (const name of [DATA_FILE, LOCK_FILE]) chmodSync(join(folder, name), mode & 0o777);
}

/**
 * Renames the damaged file, and overwrites one that was set aside before. Processes that have it open keep it.
 * @returns the new path of the damaged file
 */
export function setAside(folder: string): string {
  const aside = join(folder, `${DATA_FILE}.damaged`);
  if (existsSync(join(folder, DATA_FILE))) renameSync(join(folder, DATA_FILE), aside);
  // The lock file lists the readers of the damaged file.
  rmSync(join(folder, LOCK_FILE), { force: true });
  return aside;
}

// Offsets in the first two pages. Each describes the database after one commit (LMDB's MDB_meta).
const FLAGS_AT = 18;
const MAGIC_AT = 24;
const VERSION_AT = 28;
const MAP_ADDRESS_AT = 32;
const MAP_SIZE_AT = 40;
const PAGE_SIZE_AT = 48;
/** The trees of free pages and of databases, with the flags of lmdb-js. */
const TREES = [
  { at: 48, flags: 0x1008 },
  { at: 96, flags: 0 },
];
const LAST_PAGE_AT = 144;
const COMMIT_AT = 152;
const META_BYTES = 160;
// Offsets in a tree's description.
const TREE_FLAGS_AT = 4;
const DEPTH_AT = 6;
const ROOT_AT = 40;

const META_FLAG = 8;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
/** The root of an empty tree. */
const NO_ROOT = 2n ** 64n - 1n;
/** Max levels of LMDB's cursors. */
const DEEPEST = 32;
/** Max bytes of address space of a process. */
const LARGEST_MAP = 2n ** 47n;

const NO_DATABASE = 'it is not an LMDB database';
const CONTRADICTION = 'its first pages contradict themselves';

/**
 * @throws {DamagedFileError} when the file must not be mapped; a missing or empty one may
 * @throws when it isn't a database at all; it is not touched then
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

/** LMDB would write into any file of this name, and a stranger's repository may hold the folder. */
function refuseOther(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === false) throw new Error(`${path} is a link, or no regular file`);
}

/** Other processes may be writing: a problem counts only when the description is the same before and after. */
function lastingProblem(descriptor: number): string | undefined {
  for (;;) {
    const before = describe(descriptor);
    const problem = problemOf(descriptor, before);
    if (problem === undefined || before.equals(describe(descriptor))) return problem;
  }
}

/** The two descriptions, one after the other. */
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
    // We never give LMDB an address to map to, so one in the file means damage.
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

/** True when the root's page holds its own number, which a page that was never written doesn't. */
function isPageOf(descriptor: number, tree: Buffer, pageSize: number): boolean {
  const root = tree.readBigUInt64LE(ROOT_AT);
  return root === NO_ROOT || read(descriptor, Number(root) * pageSize).readBigUInt64LE(0) === root;
}

function isMeta(page: Buffer): boolean {
  if (page.readUInt16LE(FLAGS_AT) !== META_FLAG) return false;
  return page.readUInt32LE(MAGIC_AT) === MAGIC && page.readUInt32LE(VERSION_AT) === VERSION;
}

/** The start of a page; zeros beyond the end of the file. */
function read(descriptor: number, position: number): Buffer {
  const bytes = Buffer.alloc(META_BYTES);
  readSync(descriptor, bytes, 0, bytes.length, position);
  return bytes;
}
