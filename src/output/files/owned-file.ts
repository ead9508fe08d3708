// Opens every file that is ours, and removes them. An output folder may come from a stranger: a link in a file's
// place would lead outside, a FIFO would hang, a device would never end. So no link is followed, opening
// never blocks, and only a regular file of a sane size is taken.
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OutputError } from '../../errors.js';
import { isOwned } from '../format/layout.js';
import { canHold, heldHandle, hold, holdAgain, type Release, steady } from '../held.js';
import { errorCode, namesIn, outputError } from './disk-errors.js';

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = constants;
// Both are undefined on Windows, which has no FIFOs and makes links for administrators only.
const safely = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** What a link, a folder, or anything else that is no regular file is answered with. */
export class NotOursError extends OutputError {}

/**
 * Opens a file that exists, for reading.
 * @returns undefined when there is none
 * @throws {NotOursError} when it is a link or no regular file
 */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  return await openExisting(path, O_RDONLY);
}

/** As {@link openToRead}, for reading and writing. */
export async function openToUpdate(path: string): Promise<FileHandle | undefined> {
  return await openExisting(path, O_RDWR);
}

/** Opens a folder itself, no link to one. @throws as `open` does */
export async function openFolder(path: string): Promise<FileHandle> {
  return await open(steady(path), O_RDONLY | (constants.O_DIRECTORY ?? 0) | safely);
}

/**
 * Opens a folder: until it is released, what the modules of the output do in it they do in this one, whatever gets its
 * name meanwhile.
 * @param options.isNamed somebody named it, and it may be a link
 * @returns undefined when there is none
 * @throws {NotOursError} when it is a link or no folder
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
    const handle = isNamed ? open(steady(path), O_RDONLY | constants.O_DIRECTORY) : openFolder(path);
    return await hold(path, await handle);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (['ELOOP', 'EMLINK', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw foreign(path);
    throw outputError(error, path);
  }
}

/** Whether the name of a folder that is held still leads to it. */
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
 * Makes a file that must not be there, for reading and writing.
 * @throws {OutputError} when it can't be made
 */
export async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(steady(path), O_RDWR | O_CREAT | O_EXCL | safely, 0o666);
  } catch (error) {
    throw outputError(error, path);
  }
}

/** Makes a file in the place of what is there; a link goes, what it leads to stays. */
export async function replaceFile(path: string): Promise<FileHandle> {
  await removeFile(path);
  return await createFile(path);
}

/**
 * A small file's text.
 * @param maxBytes a larger one is refused
 * @returns undefined when there is none
 * @throws {NotOursError} when it is a link, no regular file, or too large
 */
export async function readOwnText(path: string, maxBytes: number): Promise<string | undefined> {
  const handle = await openToRead(path);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) throw new NotOursError(`${path} is too large to be ours: remove it.`);
    // Not `readFile`: a file that grows meanwhile would be read to its end.
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
 * Whether a file holds this text, of which no more is read than that.
 * @returns undefined when there is none
 * @throws {NotOursError} when it is a link or no regular file
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

/** A regular file's size; undefined when there is none, or something else in its place. */
export async function ownFileSize(path: string): Promise<number | undefined> {
  try {
    const stats = await lstat(steady(path));
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw outputError(error, path);
  }
}

/** Removes a file or a link, never what a link leads to, never a folder; none is fine. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(steady(path));
  } catch (error) {
    if (isAbsent(error)) return;
    if (await isFolder(path)) throw foreign(path);
    throw outputError(error, path);
  }
}

/** Removes a stage with the files that are ours; what else is in it stays, and so does the stage then. */
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
    // Not empty, or gone: both are as they should be. EEXIST is what Solaris says for ENOTEMPTY.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes(errorCode(error) ?? '')) {
      throw outputError(error, path);
    }
  }
}

/** Whether anything has this name, a link that leads nowhere included. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(steady(path));
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw outputError(error, path);
  }
}

/** Whether it is a folder itself, and no link to one. */
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
    // ELOOP: a link. ENXIO: a FIFO or socket that nobody reads. EISDIR: a folder, opened for writing.
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
    `${path} is a link, a folder or a device where a file of ours should be: remove it, or choose another folder with --out.`,
  );
}
