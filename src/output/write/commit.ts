// Replaces the output's files as one step, also in a kill or a power cut. A durable record lists the staged files
// to rename. Once the record exists, the new output counts, and any later run can finish the renames.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedOutputError } from '../../errors.js';
import { isObject } from '../../text/plain-json.js';
import { hexHash } from '../../text/sha256.js';
import { takeAccess } from '../files/access-rights.js';
import { errorCode, outputError, syncFolder, syncHandle } from '../files/disk-errors.js';
import { steady } from '../files/folder-handle.js';
import { holdFolder, readOwnText, removeFile, removeStage, replaceFile } from '../files/owned-file.js';
import { requireOwnRun } from '../files/run-folder.js';
import { newer } from '../format/damage.js';
import {
  isOwned,
  isRowsName,
  manifestName,
  newRecordName,
  recordName,
  runFolder,
  runName,
} from '../format/owned-names.js';

/** A staged file that is to become the output's file of the same name. */
export interface CommitFile {
  name: string;
  bytes: number;
  /** Lower-case hex. Absent for the files of rows, whose sums the manifest leads to; format 1 has it for all. */
  sha256?: string;
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

const recordFormat = 2;
/** A record names five files and a few journals. */
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
  if (!isObject(json)) return undefined;
  const { format, stage, files, remove } = json as { [key: string]: unknown };
  if (typeof format === 'number' && format > recordFormat) {
    throw newer("The output's unfinished commit", format, recordFormat);
  }
  if ((format !== 1 && format !== 2) || typeof stage !== 'string' || !isOwned('run', stage, 'recovery')) {
    return undefined;
  }
  if (!Array.isArray(files) || !files.every((file) => isCommitFile(file, format))) return undefined;
  if (!Array.isArray(remove) || !remove.every(mayRemove)) return undefined;
  const names = [...files.map(({ name }) => name), ...remove];
  if (new Set(names).size < names.length) return undefined;
  return { stage, files: files.map(commitFile), remove };
}

function commitFile({ name, bytes, sha256 }: CommitFile): CommitFile {
  return sha256 === undefined ? { name, bytes } : { name, bytes, sha256 };
}

function isCommitFile(value: unknown, format: number): value is CommitFile {
  if (!isObject(value)) return false;
  const { name, bytes, sha256 } = value as { [key: string]: unknown };
  return (
    typeof name === 'string' &&
    isOwned('output', name) &&
    Number.isSafeInteger(bytes) &&
    (typeof sha256 === 'string'
      ? /^[0-9a-f]{64}$/.test(sha256)
      : sha256 === undefined && format !== 1 && isRowsName(name))
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
export async function applyRecord(
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

function checksum(body: string): string {
  return hexHash('sha256', body);
}

export function noStep(): void {
  // Only tests look at the steps.
}
