// Whether the files of an output are those of the last commit, told by their times, since nobody wants to read
// gigabytes to learn that nothing happened. Where the times say nothing, the sums decide.
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { chunksName, vectorsName } from '../format/layout.js';
import { type Manifest, wrongSum } from '../format/manifest-reader.js';
import { hashFile } from '../write/staged-file.js';
import type { OpenFiles } from './snapshot.js';

const second = 1_000_000_000n;

interface Times {
  manifest: BigIntStats;
  data: BigIntStats[];
}

/**
 * What was damaged behind a commit's back must neither be served nor taken for unchanged, night after night.
 * @throws {DamagedOutputError} when a file was touched and isn't what the manifest says
 */
export async function checkSums(
  dir: string,
  files: OpenFiles,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<void> {
  const times = await timesOf(files);
  if (isSealed(times)) return;
  for (const [name, handle] of [
    [vectorsName, files.vectors],
    [chunksName, files.chunks],
  ] as const) {
    if ((await hashFile(handle, signal)) !== manifest.files[name].sha256) throw wrongSum(dir, name);
  }
  if (same(times, await timesOf(files))) await seal(files.manifest, newestOf(times));
}

/**
 * Marks an output whose sums are right. Who may not (another user's file, a read-only disk) looks at the
 * sums again next time.
 * @param manifest complete, in place or still staged
 * @param newest the newest modification time of the output's files, in ns; the manifest's own by default
 */
export async function seal(manifest: FileHandle, newest?: bigint): Promise<void> {
  try {
    const { atimeMs, mtimeNs } = await manifest.stat({ bigint: true });
    // Whole seconds are what every file system keeps.
    await manifest.utimes(Number(atimeMs) / 1000, Number((newest ?? mtimeNs) / second));
  } catch {
    // Only a saving is lost.
  }
}

/**
 * Whether nobody touched the files since they were sealed. The manifest's modification time is a whole
 * second, which a copy's is not: it may be a copy of damaged files, in whatever order they were copied. And
 * no file is newer than the manifest, which a commit renames last; the time of the last change shows also
 * what was written under an old date.
 */
function isSealed({ manifest, data }: Times): boolean {
  if (manifest.mtimeNs % second !== 0n) return false;
  return data.every(
    ({ mtimeNs, ctimeNs }) => mtimeNs < manifest.mtimeNs + second && ctimeNs <= manifest.ctimeNs,
  );
}

async function timesOf({ manifest, chunks, vectors }: OpenFiles): Promise<Times> {
  const stats = (file: FileHandle): Promise<BigIntStats> => file.stat({ bigint: true });
  return { manifest: await stats(manifest), data: await Promise.all([chunks, vectors].map(stats)) };
}

/** Whether nothing was written in between. */
function same(one: Times, other: Times): boolean {
  return one.data.every(
    ({ mtimeNs, ctimeNs }, i) => mtimeNs === other.data[i]?.mtimeNs && ctimeNs === other.data[i]?.ctimeNs,
  );
}

function newestOf({ manifest, data }: Times): bigint {
  return data.reduce((newest, { mtimeNs }) => (mtimeNs > newest ? mtimeNs : newest), manifest.mtimeNs);
}
