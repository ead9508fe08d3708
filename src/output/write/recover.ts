// Brings an output folder to a whole state after a run that was killed: finishes its commit, or removes what it staged.
import { join } from 'node:path';
import { DamagedOutputError } from '../../errors.js';
import { namesIn, outputError } from '../files/disk-errors.js';
import { exists, holdFolder, isFolder, openToRead, ownFileSize, removeStage } from '../files/owned-file.js';
import { isOwned, manifestName, runFolder } from '../format/owned-names.js';
import { checkContent } from '../read/content.js';
import { openOutput } from '../read/output.js';
import {
  applyRecord,
  type CommitFile,
  type CommitRecord,
  noStep,
  type OnStep,
  parseRecord,
  readRecordText,
  stagedPath,
} from './commit.js';
import { hashFile } from './staged-file.js';

/**
 * Brings the folder to a whole state: finishes a commit that was recorded, removes the files that a killed run
 * staged. The caller must hold the lock.
 * @param signal stops the checks and the removal, never a commit that has begun
 * @returns true when a commit was finished
 * @throws {DamagedOutputError} when the record's files are neither staged nor in place
 * @throws the signal's reason
 */
export async function recover(dir: string, onStep: OnStep = noStep, signal?: AbortSignal): Promise<boolean> {
  const record = parseRecord(await readRecordText(dir));
  try {
    if (record !== undefined) {
      const stage = join(runFolder(dir), record.stage);
      if (!(await isFolder(stage)) && (await exists(stage))) throw unlikeRecord(dir, stage);
      const release = await holdFolder(stage);
      try {
        await checkRecord(dir, record, release !== undefined, signal);
        await applyRecord(dir, record, release !== undefined, onStep);
      } finally {
        await release?.();
      }
    }
    await removeOrphans(dir, signal);
  } catch (error) {
    throw outputError(error, dir);
  }
  return record !== undefined;
}

/** Checks that a rename moves the recorded file and no other one. */
async function checkRecord(
  dir: string,
  record: CommitRecord,
  isStaged: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const file of record.files) {
    const staged = stagedPath(dir, record, file.name);
    const path = isStaged && (await exists(staged)) ? staged : join(dir, file.name);
    if (!(await isFile(path, file, signal))) throw unlikeRecord(dir, path);
  }
  if (record.files.some(({ sha256 }) => sha256 === undefined)) await checkRows(dir, signal);
}

/** Checks the rows of the new output, which is read through the record, against its manifest. */
async function checkRows(dir: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    const output = await openOutput(dir, { sums: false });
    if (output === undefined) throw unlikeRecord(dir, join(dir, manifestName));
    try {
      await checkContent(output.rowFiles, signal);
    } finally {
      await output.close();
    }
  } catch (error) {
    if (!(error instanceof DamagedOutputError)) throw error;
    throw new DamagedOutputError(
      `The rows of the unfinished commit in ${dir} are not what its manifest says: ${whatToDo(dir)}`,
      { cause: error },
    );
  }
}

function unlikeRecord(dir: string, path: string): DamagedOutputError {
  return new DamagedOutputError(`${path} is not what the commit record says: ${whatToDo(dir)}`);
}

function whatToDo(dir: string): string {
  return `restore the output from a copy, or remove ${runFolder(dir)} and run with --rebuild.`;
}

async function isFile(path: string, file: CommitFile, signal: AbortSignal | undefined): Promise<boolean> {
  if ((await ownFileSize(path)) !== file.bytes) return false;
  if (file.sha256 === undefined) return true;
  const handle = await openToRead(path);
  try {
    return handle !== undefined && (await hashFile(handle, signal)) === file.sha256;
  } finally {
    await handle?.close();
  }
}

async function removeOrphans(dir: string, signal: AbortSignal | undefined): Promise<void> {
  const run = runFolder(dir);
  for (const name of await namesIn(run)) {
    const path = join(run, name);
    if (!isOwned('run', name, 'recovery')) continue;
    signal?.throwIfAborted();
    await removeStage(path);
  }
}
