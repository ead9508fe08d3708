// Replaces the output's files as one step that a kill or a power cut can't divide: a durable record says
// which staged files are to be renamed; once it exists the new output holds, and anyone can finish the renames.
import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedOutputError } from '../errors.js';
import { errorCode, fileSize, namesIn, outputError, readText, remove, syncFolder } from './disk.js';
import { journalPrefix, lockPrefix, recordName, runFolder } from './layout.js';
import { newer } from './manifest-reader.js';
import { type FileSum, hashFile } from './staged.js';

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

/** Called behind each step; tests kill the process there, or let another run in. */
export type OnStep = (step: string) => void | Promise<void>;

const recordFormat = 1;

/** The record as it stands, unverified; undefined when there is none. */
export async function readRecordText(dir: string): Promise<string | undefined> {
  return await readText(join(runFolder(dir), recordName));
}

/** Where a file of the record is before it is renamed. */
export function stagedPath(dir: string, record: CommitRecord, name: string): string {
  return join(runFolder(dir), record.stage, name);
}

/**
 * Undefined for a text that isn't whole: its commit never began.
 * @throws {NewerOutputError} when a newer version wrote it
 */
export function parseRecord(text: string | undefined): CommitRecord | undefined {
  const [body = '', sum = ''] = text?.split('\n') ?? [];
  if (sum === '' || checksum(body) !== sum) return undefined;
  const { format, stage, files, remove } = JSON.parse(body);
  if (format > recordFormat) throw newer("The output's unfinished commit", format, recordFormat);
  return format === recordFormat ? { stage, files, remove } : undefined;
}

/**
 * Makes the staged files of `.run` the output. They must be synced and closed. When it throws before the
 * record is durable, the old output stands; behind that, the next `recover` ends what began.
 * @throws {OutputError} naming the path
 */
export async function commitFiles(dir: string, record: CommitRecord, onStep: OnStep = noStep): Promise<void> {
  const run = runFolder(dir);
  try {
    await syncFolder(join(run, record.stage));
    await syncFolder(run);
    await onStep('staged');
    await writeRecord(run, record, onStep);
    await onStep('recorded');
    await applyRecord(dir, record, onStep);
  } catch (error) {
    throw outputError(error, dir);
  }
}

/**
 * Brings the folder to a whole state: ends a commit that was recorded, removes what a killed run staged.
 * The caller must hold the lock.
 * @returns whether a commit was ended
 * @throws {DamagedOutputError} when the record's files are neither staged nor in place
 */
export async function recover(dir: string, onStep: OnStep = noStep): Promise<boolean> {
  const record = parseRecord(await readRecordText(dir));
  try {
    if (record !== undefined) {
      await checkRecord(dir, record);
      await applyRecord(dir, record, onStep);
    }
    await removeOrphans(dir);
  } catch (error) {
    throw outputError(error, dir);
  }
  return record !== undefined;
}

async function writeRecord(run: string, record: CommitRecord, onStep: OnStep): Promise<void> {
  const body = JSON.stringify({ format: recordFormat, ...record });
  const path = join(run, recordName);
  const staged = `${path}.new`;
  const handle = await open(staged, 'w');
  try {
    await handle.writeFile(`${body}\n${checksum(body)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await onStep('record written');
  await rename(staged, path);
  await syncFolder(run);
}

/** Every step may have been done before: a missing staged file is one that is in place. */
async function applyRecord(dir: string, record: CommitRecord, onStep: OnStep): Promise<void> {
  for (const { name } of record.files) {
    try {
      await rename(stagedPath(dir, record, name), join(dir, name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    await onStep(`renamed ${name}`);
  }
  for (const name of record.remove) await remove(join(dir, name));
  await onStep('removed');
  await syncFolder(dir);
  await onStep('synced');
  await remove(join(runFolder(dir), recordName));
  await onStep('unrecorded');
  await remove(join(runFolder(dir), record.stage));
  await onStep('done');
}

/** A rename must not put a file in place that isn't the recorded one. */
async function checkRecord(dir: string, record: CommitRecord): Promise<void> {
  for (const file of record.files) {
    const staged = stagedPath(dir, record, file.name);
    const path = (await fileSize(staged)) === undefined ? join(dir, file.name) : staged;
    if (!(await isFile(path, file))) {
      throw new DamagedOutputError(
        `${path} is not what the commit record says: restore the output from a copy, or remove ${runFolder(dir)} and run with --rebuild.`,
      );
    }
  }
}

async function isFile(path: string, sum: FileSum): Promise<boolean> {
  if ((await fileSize(path)) !== sum.bytes) return false;
  const handle = await open(path, 'r');
  try {
    return (await hashFile(handle)) === sum.sha256;
  } finally {
    await handle.close();
  }
}

async function removeOrphans(dir: string): Promise<void> {
  const run = runFolder(dir);
  for (const name of await namesIn(run)) {
    if (!name.startsWith(lockPrefix) && !name.startsWith(journalPrefix)) await remove(join(run, name));
  }
}

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

export function noStep(): void {
  // Nothing to tell: only tests look at the steps.
}
