// Replaces the output's files as one step, also in a kill or a power cut. A durable record lists the staged files
// to rename. Once the record exists, the new output counts, and any later run can finish the renames.
import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedOutputError } from '../../errors.js';
import { takeAccess } from '../files/access-rights.js';
import { errorCode, namesIn, outputError, syncFolder, syncHandle } from '../files/disk-errors.js';
import { steady } from '../files/folder-handle.js';
import {
  exists,
  holdFolder,
  isFolder,
  openToRead,
  ownFileSize,
  readOwnText,
  removeFile,
  removeStage,
  replaceFile,
} from '../files/owned-file.js';
import { requireOwnRun } from '../files/run-folder.js';
import { isOwned, manifestName, newRecordName, recordName, runFolder, runName } from '../format/layout.js';
import { newer } from '../format/manifest-reader.js';
import { type FileSum, hashFile } from './staged-file.js';

/** A staged file that is to become the output's file of the same name. */
export interface CommitFile extends FileSum {
  name: string;
}

export interface CommitRecord {
  /** Name of the folder in `.run` where the files are staged. */
  stage: string;
  /** In the order of the renames. */
  files: CommitFile[];
  /** Names relative to the output folder that go with the commit: old failures, used journals. */
  remove: string[];
}

/** Called after each step. Tests kill the process there, or start another run. */
export type OnStep = (step: string) => void | Promise<void>;

const recordFormat = 1;
/** A record names four files and a few journals. */
const maxRecordBytes = 1024 * 1024;

/**
 * The text of the record, not yet checked; undefined when there is none.
 * @throws {OutputError} when `.run` isn't ours, or the record isn't a regular file
 */
export async function readRecordText(dir: string): Promise<string | undefined> {
  await requireOwnRun(dir);
  return await readOwnText(join(runFolder(dir), recordName), maxRecordBytes);
}

/** The path of a file of the record before it is renamed. */
export function stagedPath(dir: string, record: CommitRecord, name: string): string {
  return join(runFolder(dir), record.stage, name);
}

/**
 * Parses a record. Undefined for a text that isn't whole: its commit never began. The checksum has no key, so a
 * stranger can write a whole record. That is why a record may only move and remove files of ours.
 * @throws {DamagedOutputError} when a whole record names any other file
 * @throws {NewerOutputError} when a newer version wrote it
 */
export function parseRecord(text: string | undefined): CommitRecord | undefined {
  const [body = '', sum = ''] = text?.split('\n') ?? [];
  if (sum === '' || checksum(body) !== sum) return undefined;
  const record = recordOf(body);
  if (record === undefined) {
    throw new DamagedOutputError(
      `The commit record in ${runName} is damaged: restore the output from a copy, or remove ${runName} and run with --rebuild.`,
    );
  }
  return record;
}

function recordOf(body: string): CommitRecord | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { format, stage, files, remove } = json as { [key: string]: unknown };
  if (typeof format === 'number' && format > recordFormat) {
    throw newer("The output's unfinished commit", format, recordFormat);
  }
  if (format !== recordFormat || typeof stage !== 'string' || !isOwned('run', stage, 'recovery')) {
    return undefined;
  }
  if (!Array.isArray(files) || !files.every(isCommitFile)) return undefined;
  if (!Array.isArray(remove) || !remove.every(mayRemove)) return undefined;
  const names = [...files.map(({ name }) => name), ...remove];
  if (new Set(names).size < names.length) return undefined;
  return { stage, files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })), remove };
}

function isCommitFile(value: unknown): value is CommitFile {
  if (typeof value !== 'object' || value === null) return false;
  const { name, bytes, sha256 } = value as { [key: string]: unknown };
  return (
    typeof name === 'string' &&
    isOwned('output', name) &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** True for a name, relative to the output folder, that a commit may remove. */
function mayRemove(path: unknown): path is string {
  if (typeof path !== 'string') return false;
  const inRun = `${runName}/`;
  return path.startsWith(inRun)
    ? isOwned('run', path.slice(inRun.length), 'commit')
    : isOwned('output', path, 'commit');
}

/**
 * Makes the staged files of `.run` the output. They must be synced and closed. If it throws before the record is
 * durable, the old output stays. After that, the next `recover` finishes the commit.
 * @throws {OutputError} naming the path
 */
export async function commitFiles(dir: string, record: CommitRecord, onStep: OnStep = noStep): Promise<void> {
  const run = runFolder(dir);
  const release = await holdFolder(join(run, record.stage));
  try {
    await syncFolder(join(run, record.stage));
    await syncFolder(run);
    await onStep('staged');
    await writeRecord(run, record, onStep);
    await onStep('recorded');
    await applyRecord(dir, record, true, onStep);
  } catch (error) {
    throw outputError(error, dir);
  } finally {
    await release?.();
  }
}

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

async function writeRecord(run: string, record: CommitRecord, onStep: OnStep): Promise<void> {
  const body = JSON.stringify({ format: recordFormat, ...record });
  const staged = join(run, newRecordName);
  const handle = await replaceFile(staged);
  try {
    await takeAccess(handle, join(run, '..', manifestName));
    await handle.writeFile(`${body}\n${checksum(body)}\n`);
    await syncHandle(handle);
  } finally {
    await handle.close();
  }
  await onStep('record written');
  await rename(steady(staged), steady(join(run, recordName)));
  await syncFolder(run);
}

/** Each step may have been done before: a staged file that is missing is in place already. The stage must be held. */
async function applyRecord(
  dir: string,
  record: CommitRecord,
  isStaged: boolean,
  onStep: OnStep,
): Promise<void> {
  for (const { name } of isStaged ? record.files : []) {
    try {
      await rename(steady(stagedPath(dir, record, name)), steady(join(dir, name)));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    await onStep(`renamed ${name}`);
  }
  for (const name of record.remove) await removeFile(join(dir, name));
  await onStep('removed');
  await syncFolder(dir);
  await onStep('synced');
  await removeFile(join(runFolder(dir), recordName));
  await onStep('unrecorded');
  await removeStage(join(runFolder(dir), record.stage));
  await onStep('done');
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
    if (!(await isFile(path, file, signal))) {
      throw unlikeRecord(dir, path);
    }
  }
}

function unlikeRecord(dir: string, path: string): DamagedOutputError {
  return new DamagedOutputError(
    `${path} is not what the commit record says: restore the output from a copy, or remove ${runFolder(dir)} and run with --rebuild.`,
  );
}

async function isFile(path: string, sum: FileSum, signal: AbortSignal | undefined): Promise<boolean> {
  if ((await ownFileSize(path)) !== sum.bytes) return false;
  const handle = await openToRead(path);
  try {
    return handle !== undefined && (await hashFile(handle, signal)) === sum.sha256;
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

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

export function noStep(): void {
  // Only tests look at the steps.
}
