// What the disk can answer, as sentences: permissions, full disks, files where folders should be.
// And the few file operations that every module of the output needs.

import { type FileHandle, mkdir, open, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { EmbedError, OutputError } from '../../errors.js';
import { shownSize } from '../../text/sizes.js';
import { runName } from '../format/layout.js';
import { heldHandle, steady, steadyFolder } from '../held.js';

/** Left free for others (the journal of this very run among them) while the output grows. */
const reserveBytes = 4 * 1024 * 1024;

/** ENOSPC and its like, not ERR_INVALID_ARG_TYPE. */
const systemCode = /^E[A-Z0-9]+$/;

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The error of a file operation as a sentence; all others pass through. */
export function outputError(error: unknown, file: string): unknown {
  const path = visiblePath(file);
  const code = errorCode(error);
  if (error instanceof EmbedError || code === undefined || !systemCode.test(code)) return error;
  const options = { cause: error };
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new OutputError(
        `The disk is full at ${path}: free some space and run again; finished work is kept.`,
        options,
      );
    case 'EACCES':
    case 'EPERM':
      return new OutputError(
        `${path} can't be written (permission denied): change its permissions or choose another folder with --out.`,
        options,
      );
    case 'EROFS':
      return new OutputError(
        `${path} is on a read-only file system: choose another folder with --out.`,
        options,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new OutputError(
        `${path} can't be the output folder (a file is in its place): choose another folder with --out.`,
        options,
      );
    case 'ENAMETOOLONG':
      return new OutputError(`${path} is too long a path: choose a shorter one with --out.`, options);
    default:
      return new OutputError(
        `${path} can't be read or written (${code}): check the disk, or choose another folder with --out.`,
        options,
      );
  }
}

/**
 * Creates the folder with its parents.
 * @returns whether it wasn't there
 * @throws {OutputError} naming the path
 */
export async function ensureFolder(path: string): Promise<boolean> {
  try {
    return await makeFolder(path);
  } catch (error) {
    throw outputError(error, path);
  }
}

/**
 * Node's own `recursive` tries for ever where a folder exists and yet can't be written into (/proc).
 * Another run may remove an empty folder while it is made here: hence a few tries.
 */
async function makeFolder(path: string): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(steady(path));
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (tries === 5 || (code !== 'EEXIST' && code !== 'ENOENT')) throw error;
      // A folder that is held and was removed comes back as another one.
      if (code === 'ENOENT' && heldHandle(dirname(path))) throw error;
      if (code === 'ENOENT') await makeFolder(dirname(path));
      else if (await isFolder(path)) return false;
    }
  }
}

/** @throws when it is something else */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(steady(path))).isDirectory()) return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`not a folder: ${path}`), { code: 'ENOTDIR' });
}

/** Names in a folder; none when it isn't there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(steadyFolder(folder));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw outputError(error, folder);
  }
}

/** What file systems answer that can't sync (CIFS, FUSE, some of folders only): nothing is wrong, nor to be done. */
const unsyncable = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EBADF']);

/** Makes what was written durable, as far as the file system can. */
export async function syncHandle(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!unsyncable.has(errorCode(error) ?? '')) throw error;
  }
}

/** Makes the names in a folder durable; a no-op where folders can't be synced (Windows). */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(steadyFolder(path), 'r');
  try {
    await syncHandle(handle);
  } finally {
    await handle.close();
  }
}

/**
 * Refuses early what can't fit. File systems that don't tell their size (all zero) are trusted.
 * @param folder one that exists
 * @throws {OutputError} when fewer than `bytes` and a reserve are free
 */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(steadyFolder(folder));
  const free = bavail * bsize;
  if (blocks > 0 && free < bytes + reserveBytes) {
    throw new OutputError(
      `The disk is full at ${visiblePath(folder)} (${shownSize(bytes + reserveBytes)} needed, ${shownSize(free)} free): ` +
        'free some space and run again; finished work is kept.',
    );
  }
}

/** What a user knows: not the temporary files, but the output folder that they are in. */
function visiblePath(path: string): string {
  const at = `${path}${sep}`.indexOf(`${sep}${runName}${sep}`);
  return at === -1 ? path : path.slice(0, at);
}
