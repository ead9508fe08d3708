// `.run`, the folder in which a run keeps what isn't output yet. It is emptied by whoever holds the lock, so it
// must be ours: it carries a mark, stands beside a manifest of ours, or holds only names of ours.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedOutputError, OutputError } from '../../errors.js';
import { isOwned, manifestName, markName, runFolder } from '../format/layout.js';
import { readManifest } from '../format/manifest-reader.js';
import { steady } from '../held.js';
import { ensureInnerFolder, shareAccess } from './access-rights.js';
import { errorCode, namesIn, outputError } from './disk-errors.js';
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
 * Looks at `.run` before anything in it is believed or removed; none is fine. Writes nothing.
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

/** Makes `.run` where it isn't. The caller must have looked at it. */
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
    // Marked already, or another run removed the folder just now: it is made again then.
    if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}

/** Removes `.run` when nothing but the mark is left in it. */
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
