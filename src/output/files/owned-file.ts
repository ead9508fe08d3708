// src/output/files: the only code that opens, makes and removes the files of an output folder.
//
// In: a path that we own by its name (format/owned-names.ts). Out: an open file, or an OutputError with what to do.
// An output folder may come from a stranger: a link would lead outside, a FIFO would block, a device would
// never end. So no link is followed, opening never blocks, and only a regular file of bounded size is read.
// Access rights: access-rights.ts. Errors of the disk in words: disk-errors.ts. The `.run` folder: run-folder.ts.
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OutputError } from '../../errors.js';
import { isOwned } from '../format/owned-names.js';
import { errorCode, namesIn, outputError } from './disk-errors.js';
import { canHold, heldHandle, hold, holdAgain, type Release, steady } from './folder-handle.js';

// Both are undefined on Windows, which has no FIFOs and makes links for administrators only.
const safely = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Thrown for a link, a folder, or anything else that is not a regular file. */
export class NotOursError extends OutputError {}

/**
 * Opens a file that exists, for reading.
 * @returns undefined when there is none
 * @throws {NotOursError} when it is not a regular file
 */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  return await openExisting(path, constants.O_RDONLY);
}

/** As {@link openToRead}, for reading and writing. */
export async function openToUpdate(path: string): Promise<FileHandle | undefined> {
  return await openExisting(path, constants.O_RDWR);
}

/** Opens a folder, but not a link to one. @throws as `open` does */
export async function openFolder(path: string): Promise<FileHandle> {
  return await open(steady(path), constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | safely);
}

/**
 * Opens a folder and holds it. Until it is released, all modules of the output work in this very folder, even when
 * another folder or a link gets its name.
 * @param options.isNamed the user named it, so it may be a link
 * @returns undefined when there is none
 * @throws {NotOursError} when it is a link or not a folder
 */
export async function holdFolder(
  path: string,
  options: { isNamed?: boolean } = {},
): Promise<Release | undefined> {
  const shared = holdAgain(path);
  if (shared) return shared;
  const { isNamed = false } = options;
  try {
    if (!canHold()) return isNamed || (await isFolder(path)) ? async () => {} : undefined;
    const handle = isNamed
      ? open(steady(path), constants.O_RDONLY | constants.O_DIRECTORY)
      : openFolder(path);
    return await hold(path, await handle);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (['ELOOP', 'EMLINK', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw foreign(path);
    throw outputError(error, path);
  }
}

/** True while the name of a held folder still leads to it. */
export async function isStillThere(path: string): Promise<boolean> {
  const handle = heldHandle(path);
  if (!handle) return true;
  try {
    const [named, opened] = await Promise.all([stat(steady(path)), handle.stat()]);
    return named.ino === opened.ino && named.dev === opened.dev;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw outputError(error, path);
  }
}

/**
 * Makes a file that must not exist yet, for reading and writing.
 * @throws {OutputError} when it can't be made
 */
export async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(steady(path), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | safely, 0o666);
  } catch (error) {
    throw outputError(error, path);
  }
}

/** Makes a file, in place of the one that exists. A link is removed, its target is not touched. */
export async function replaceFile(path: string): Promise<FileHandle> {
  await removeFile(path);
  return await createFile(path);
}

/**
 * The text of a small file.
 * @param maxBytes a larger file is refused
 * @returns undefined when there is none
 * @throws {NotOursError} when it is not a regular file, or too large
 */
export async function readOwnText(path: string, maxBytes: number): Promise<string | undefined> {
  const handle = await openToRead(path);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) throw new NotOursError(`${path} is too large to be ours: remove it.`);
    // Not `readFile`: it would read on while the file grows.
    const buffer = Buffer.alloc(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(buffer, done, size - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.toString('utf8', 0, done);
  } catch (error) {
    throw outputError(error, path);
  } finally {
    await handle.close();
  }
}

/**
 * Tells whether a file holds exactly this text. It reads no more bytes than the text has.
 * @returns undefined when there is no file
 * @throws {NotOursError} when it is not a regular file
 */
export async function holdsText(path: string, text: string): Promise<boolean | undefined> {
  const handle = await openToRead(path);
  if (handle === undefined) return undefined;
  try {
    const wanted = Buffer.from(text);
    const found = Buffer.alloc(wanted.length + 1);
    const { bytesRead } = await handle.read(found, 0, found.length, 0);
    return found.subarray(0, bytesRead).equals(wanted);
  } catch (error) {
    throw outputError(error, path);
  } finally {
    await handle.close();
  }
}

/** Bytes of a regular file; undefined when there is none, or something else has its name. */
export async function ownFileSize(path: string): Promise<number | undefined> {
  try {
    const stats = await lstat(steady(path));
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw outputError(error, path);
  }
}

/** Removes a file or a link (not its target), never a folder. Does nothing when it doesn't exist. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(steady(path));
  } catch (error) {
    if (isAbsent(error)) return;
    if (await isFolder(path)) throw foreign(path);
    throw outputError(error, path);
  }
}

/** Removes our files in a stage, then the stage. Other files in it stay, and so does the stage then. */
export async function removeStage(path: string): Promise<void> {
  if (!(await isFolder(path))) return await removeFile(path);
  const release = await holdFolder(path);
  try {
    for (const name of await namesIn(path)) {
      if (isOwned('stage', name)) await removeFile(join(path, name));
    }
  } finally {
    await release?.();
  }
  await removeEmptyFolder(path);
}

/** Removes the folder when it is empty and not in use. */
export async function removeEmptyFolder(path: string): Promise<void> {
  try {
    await rmdir(steady(path));
  } catch (error) {
    // Not empty, or gone: both are fine. Solaris says EEXIST for ENOTEMPTY.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes(errorCode(error) ?? '')) {
      throw outputError(error, path);
    }
  }
}

/** True when anything has this name, also a broken link. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(steady(path));
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw outputError(error, path);
  }
}

/** True for a folder, but not for a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(steady(path))).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw outputError(error, path);
  }
}

async function openExisting(path: string, flags: number): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(steady(path), flags | safely);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    // A file stands where the folder should be.
    if (errorCode(error) === 'ENOTDIR') throw outputError(error, dirname(path));
    // ELOOP: a link. ENXIO: a FIFO or socket without a reader. EISDIR: a folder opened for writing.
    if (['ELOOP', 'EMLINK', 'ENXIO', 'EISDIR'].includes(errorCode(error) ?? '')) throw foreign(path);
    throw outputError(error, path);
  }
  try {
    if ((await handle.stat()).isFile()) return handle;
    throw foreign(path);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
}

function foreign(path: string): NotOursError {
  return new NotOursError(
    `${path} is a link, a folder or a device, not a file of embed:  remove it, or choose another folder with --out.`,
  );
}
