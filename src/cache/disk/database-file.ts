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
export const dataFile = 'data.mdb';
const lockFile = 'lock.mdb';

/** The database is damaged. */
export class DamagedFileError extends Error {}

/** LMDB's messages about a damaged database. */
const corruption =
  /\bMDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|VERSION_MISMATCH|PANIC|PROBLEM|BAD_TXN|CURSOR_FULL)\b/;

export function isDamage(error: unknown): boolean {
  return error instanceof DamagedFileError || (error instanceof Error && corruption.test(error.message));
}

/** Gives the new file the access rights of the damaged one. */
export function keepRights(folder: string, aside: string): void {
  const { mode } = statSync(aside);
  for (const name of [dataFile, lockFile]) chmodSync(join(folder, name), mode & 0o777);
}

/**
 * Renames the damaged file, and overwrites one that was set aside before. Processes that have it open keep it.
 * @returns the new path of the damaged file
 */
export function setAside(folder: string): string {
  const aside = join(folder, `${dataFile}.damaged`);
  if (existsSync(join(folder, dataFile))) renameSync(join(folder, dataFile), aside);
  // The lock file lists the readers of the damaged file.
  rmSync(join(folder, lockFile), { force: true });
  return aside;
}

// Offsets in the first two pages. Each describes the database after one commit (LMDB's MDB_meta).
const flagsAt = 18;
const magicAt = 24;
const versionAt = 28;
const mapAddressAt = 32;
const mapSizeAt = 40;
const pageSizeAt = 48;
/** The trees of free pages and of databases, with the flags of lmdb-js. */
const rootTrees = [
  { at: 48, flags: 0x1008 },
  { at: 96, flags: 0 },
];
const lastPageAt = 144;
const commitAt = 152;
const metaBytes = 160;
// Offsets in a tree's description.
const treeFlagsAt = 4;
const depthAt = 6;
const rootAt = 40;

const metaFlag = 8;
const lmdbMagic = 0xbeefc0de;
const lmdbVersion = 2;
/** The root of an empty tree. */
const noRoot = 2n ** 64n - 1n;
/** Max levels of LMDB's cursors. */
const maxDepth = 32;
/** Max bytes of address space of a process. */
const maxMapBytes = 2n ** 47n;

const noDatabase = 'it is not an LMDB database';
const contradiction = 'its first pages contradict themselves';

/**
 * @throws {DamagedFileError} when the file must not be mapped; a missing or empty one may
 * @throws when it isn't a database at all; it is not touched then
 */
export function checkFile(folder: string): void {
  for (const name of [dataFile, lockFile]) refuseOther(join(folder, name));
  const path = join(folder, dataFile);
  if (!existsSync(path)) return;
  const descriptor = openSync(path, 'r');
  try {
    const problem = fstatSync(descriptor).size > 0 ? lastingProblem(descriptor) : undefined;
    if (problem === undefined) return;
    const isForeign = problem === noDatabase && !existsSync(join(folder, lockFile));
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
  return Buffer.concat([first, read(descriptor, first.readUInt32LE(pageSizeAt))]);
}

function problemOf(descriptor: number, description: Buffer): string | undefined {
  const first = description.subarray(0, metaBytes);
  const second = description.subarray(metaBytes);
  const pageSize = first.readUInt32LE(pageSizeAt);
  const isPower = pageSize >= 512 && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0;
  if (!isMeta(first) || !isPower) return noDatabase;
  if (!isMeta(second) || second.readUInt32LE(pageSizeAt) !== pageSize) return 'its second page is broken';
  const { size } = fstatSync(descriptor);
  for (const page of [first, second]) {
    if (pagesOf(page) * BigInt(pageSize) > BigInt(size)) return 'it is cut short';
    // We never give LMDB an address to map to, so one in the file means damage.
    const isOdd = page.readBigUInt64LE(mapSizeAt) > maxMapBytes || page.readBigUInt64LE(mapAddressAt) !== 0n;
    if (isOdd || !rootTrees.every(({ at, flags }) => isTree(page.subarray(at), flags, pagesOf(page))))
      return contradiction;
  }
  // They are written in turn.
  const ahead = second.readBigUInt64LE(commitAt) - first.readBigUInt64LE(commitAt);
  if (ahead > 1n || ahead < -1n) return contradiction;
  const newer = ahead > 0n ? second : first;
  const isWhole = rootTrees.every(({ at }) => isPageOf(descriptor, newer.subarray(at), pageSize));
  return isWhole ? undefined : 'a root of its trees is broken';
}

function pagesOf(meta: Buffer): bigint {
  return meta.readBigUInt64LE(lastPageAt) + 1n;
}

function isTree(tree: Buffer, flags: number, pages: bigint): boolean {
  if (tree.readUInt16LE(treeFlagsAt) !== flags) return false;
  const root = tree.readBigUInt64LE(rootAt);
  return root === noRoot || (root < pages && tree.readUInt16LE(depthAt) <= maxDepth);
}

/** True when the root's page holds its own number, which a page that was never written doesn't. */
function isPageOf(descriptor: number, tree: Buffer, pageSize: number): boolean {
  const root = tree.readBigUInt64LE(rootAt);
  return root === noRoot || read(descriptor, Number(root) * pageSize).readBigUInt64LE(0) === root;
}

function isMeta(page: Buffer): boolean {
  if (page.readUInt16LE(flagsAt) !== metaFlag) return false;
  return page.readUInt32LE(magicAt) === lmdbMagic && page.readUInt32LE(versionAt) === lmdbVersion;
}

/** The start of a page; zeros beyond the end of the file. */
function read(descriptor: number, position: number): Buffer {
  const bytes = Buffer.alloc(metaBytes);
  readSync(descriptor, bytes, 0, bytes.length, position);
  return bytes;
}
