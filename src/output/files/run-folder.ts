// `.run`, the folder for files that are not output yet. The run that holds the lock empties it, so it must be
// ours: it has our mark, or stands beside our manifest, or holds only our file names.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedOutputError, OutputError } from '../../errors.js';
import { readManifest } from '../format/manifest-reader.js';
import { isOwned, manifestName, markName, runFolder } from '../format/owned-names.js';
import { ensureInnerFolder, shareAccess } from './access-rights.js';
import { errorCode, namesIn, outputError } from './disk-errors.js';
import { steady } from './folder-handle.js';
import {
  createFile,
  NotOursError,
  openToRead,
  readOwnText,
  removeEmptyFolder,
  removeFile,
} from './owned-file.js';

const mark = 'A run of embed works here.\n';

/**
 * Checks `.run` before anything in it is read or removed. No `.run` is fine. Writes nothing.
 * @throws {OutputError} when it is a link, a file, or a folder of another program
 */
export async function requireOwnRun(dir: string): Promise<void> {
  const run = runFolder(dir);
  try {
    if (!(await lstat(steady(run))).isDirectory()) throw foreignRun(run);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return;
    throw outputError(error, run);
  }
  const names = await namesIn(run);
  if (names.every((name) => isOwned('run', name)) || (await isMarked(run))) return;
  if (!(await isBesideManifest(dir))) throw foreignRun(run);
}

/** Makes `.run` if there is none. The caller must have called {@link requireOwnRun}. */
export async function makeRun(dir: string): Promise<void> {
  const run = runFolder(dir);
  if (await ensureInnerFolder(run, dir)) await markRun(run, dir);
}

async function markRun(run: string, dir: string): Promise<void> {
  const path = join(run, markName);
  try {
    const file = await createFile(path);
    try {
      await shareAccess(file, dir);
      await file.writeFile(mark);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errorCode(error instanceof OutputError ? error.cause : error);
    // EEXIST: it is marked already. ENOENT: another run just removed the folder, so it is made again.
    if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}

/** Removes `.run` when only the mark is left in it. */
export async function removeRun(dir: string): Promise<void> {
  const run = runFolder(dir);
  const names = await namesIn(run);
  if (names.length > 1 || (names.length === 1 && names[0] !== markName)) return;
  await removeFile(join(run, markName));
  await removeEmptyFolder(run);
}

async function isMarked(run: string): Promise<boolean> {
  try {
    return (await readOwnText(join(run, markName), 1024)) === mark;
  } catch (error) {
    if (error instanceof NotOursError) return false;
    throw error;
  }
}

async function isBesideManifest(dir: string): Promise<boolean> {
  try {
    const path = join(dir, manifestName);
    const file = await openToRead(path);
    if (file === undefined) return false;
    try {
      await readManifest(file, path);
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof NotOursError || error instanceof DamagedOutputError) return false;
    throw error;
  }
}

function foreignRun(run: string): OutputError {
  return new OutputError(
    `${run} is a link or belongs to another program: choose another folder with --out, or remove it yourself.`,
  );
}
