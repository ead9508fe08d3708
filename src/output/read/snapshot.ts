// Opens the files of one output together: all of the old output or all of the new one, even while a commit
// replaces them. An open file keeps its content when another one takes its name.
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutputError } from '../../errors.js';
import { NotOursError, openToRead } from '../files/owned-file.js';
import { damaged } from '../format/damage.js';
import { formatOf } from '../format/manifest-reader.js';
import { chunksName, failuresName, manifestName, sumsName, vectorsName } from '../format/owned-names.js';
import {
  type CommitRecord,
  noStep,
  type OnStep,
  parseRecord,
  readRecordText,
  stagedPath,
} from '../write/commit.js';

export interface OpenFiles {
  manifest: FileHandle;
  chunks: FileHandle;
  vectors: FileHandle;
  /** rows.sum; undefined in format 1. */
  sums: FileHandle | undefined;
  failures: FileHandle | undefined;
}

const maxTries = 50;
const pauseMs = 20;

/**
 * Opens the files of one output: read the commit record, open the files, read the record again. If it changed, a
 * commit was under way, and it tries again.
 * @returns undefined when the folder holds no output
 * @throws {DamagedOutputError} when only some of its files are there
 * @throws {NewerOutputError} when a newer version made it
 */
export async function openFiles(dir: string, onStep: OnStep = noStep): Promise<OpenFiles | undefined> {
  for (let tries = 0; tries < maxTries; tries++) {
    const before = await readRecordText(dir);
    const record = parseRecord(before);
    await onStep('record');
    const found: (FileHandle | undefined)[] = [];
    const open = async (name: string) => {
      const file = await openFile(dir, name, record);
      found.push(file);
      await onStep(name);
      return file;
    };
    let same = false;
    let hasSums = false;
    try {
      const manifest = await open(manifestName);
      const chunks = await open(chunksName);
      const vectors = await open(vectorsName);
      const sums = await open(sumsName);
      const failures = await open(failuresName);
      same = before === (await readRecordText(dir)) && (await isManifest(dir, manifest, record));
      if (same && manifest !== undefined) hasSums = (await formatOf(manifest, dir)) !== 1;
      const whole = same && (sums !== undefined || !hasSums);
      if (whole && manifest !== undefined && chunks !== undefined && vectors !== undefined) {
        found.length = 0;
        // Beside a manifest of format 1, it is no file of this output.
        if (!hasSums) await sums?.close();
        return { manifest, chunks, vectors, sums: hasSums ? sums : undefined, failures };
      }
    } finally {
      await Promise.all(found.map((file) => file?.close()));
    }
    if (same) {
      const missing = [manifestName, chunksName, vectorsName, sumsName].filter(
        (_, index) => found[index] === undefined,
      );
      // Sums without an output are what is left of one.
      if (missing.length >= 3 && missing[2] === vectorsName) return undefined;
      throw damaged(join(dir, missing[0]!), 'it is missing');
    }
    await sleep(pauseMs);
  }
  throw new OutputError(`${dir} is being replaced again and again: wait for the other run to end.`);
}

/** During a recorded commit, a file is either still staged or already in place. It only moves in that direction. */
async function openFile(
  dir: string,
  name: string,
  record: CommitRecord | undefined,
): Promise<FileHandle | undefined> {
  if (record?.remove.includes(name)) return undefined;
  if (record?.files.some((file) => file.name === name) === true) {
    const staged = await openIfThere(stagedPath(dir, record, name));
    if (staged !== undefined) return staged;
  }
  return await openIfThere(join(dir, name));
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await openToRead(path);
  } catch (error) {
    if (error instanceof NotOursError) throw damaged(path, 'it is a link, or no regular file', error);
    throw error;
  }
}

/** True when the manifest in place is still the one that was opened. If not, a whole commit was missed. */
async function isManifest(
  dir: string,
  opened: FileHandle | undefined,
  record: CommitRecord | undefined,
): Promise<boolean> {
  if (record !== undefined) return true;
  const now = await openIfThere(join(dir, manifestName));
  try {
    if (opened === undefined || now === undefined) return opened === now;
    const [a, b] = await Promise.all([opened.stat({ bigint: true }), now.stat({ bigint: true })]);
    return a.ino === b.ino && a.dev === b.dev;
  } finally {
    await now?.close();
  }
}

export async function closeFiles(files: OpenFiles): Promise<void> {
  await Promise.all([
    files.manifest.close(),
    files.chunks.close(),
    files.vectors.close(),
    files.sums?.close(),
    files.failures?.close(),
  ]);
}
