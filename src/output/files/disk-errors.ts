// Turns errors of the disk into sentences: no permission, a full disk, a file where a folder should be.
// Also holds the few file operations that all modules of the output need.

import { type FileHandle, mkdir, open, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { EmbedError, OutputError } from '../../errors.js';
import { shownSize } from '../../text/sizes.js';
import { runName } from '../format/owned-names.js';
import { heldHandle, steady, steadyFolder } from './folder-handle.js';

/** Bytes left free for other files (such as this run's journal) while the output grows. */
const reserveBytes = 4 * 1024 * 1024;

/** Matches `ENOSPC`, not `ERR_INVALID_ARG_TYPE`. */
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
 * @returns true when it was made
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
 * Node's own `recursive` never returns where a folder exists but can't be written to (/proc).
 * It tries a few times, as another run may remove an empty parent folder at the same moment.
 */
async function makeFolder(path: string): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(steady(path));
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (tries === 5 || (code !== 'EEXIST' && code !== 'ENOENT')) throw error;
      // A held folder that was removed must not be made again: it would be another folder.
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

/** Answers of file systems that can't sync (CIFS, FUSE; some can't sync folders only). They are ignored. */
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
 * Fails early when the bytes can't fit. A file system that reports zero for all its sizes is not checked.
 * @param folder must exist
 * @throws {OutputError} when fewer than `bytes` and a reserve are free
 */
export async function checkDiskSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(steadyFolder(folder));
  const free = bavail * bsize;
  if (blocks > 0 && free < bytes + reserveBytes) {
    throw new OutputError(
      `The disk is full at ${visiblePath(folder)} (${shownSize(bytes + reserveBytes)} needed, ${shownSize(free)} free): ` +
        'free some space and run again; finished work is kept.',
    );
  }
}

/** The path to show: for a temporary file, the output folder that it is in. */
function visiblePath(path: string): string {
  const at = `${path}${sep}`.indexOf(`${sep}${runName}${sep}`);
  return at === -1 ? path : path.slice(0, at);
}
