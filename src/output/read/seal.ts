// Tells whether the files of an output are those of the last commit. It looks at their times, to save reading
// gigabytes. When the times don't tell, it compares the sums.
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Manifest } from '../format/manifest-reader.js';
import { checkContent } from './content.js';
import type { OpenFiles } from './snapshot.js';

const second = 1_000_000_000n;

interface Times {
  manifest: BigIntStats;
  data: BigIntStats[];
}

/**
 * Files that were damaged after a commit must not be used, and must not count as unchanged.
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
  await checkContent({ dir, ...files, manifest }, signal);
  if (same(times, await timesOf(files))) await seal(files.manifest, newestOf(times));
}

/**
 * Marks an output whose sums are right. Where that fails (another user's file, a read-only disk), the next run
 * checks the sums again.
 * @param manifest complete, in place or still staged
 * @param newest the newest modification time of the output's files, in ns; the manifest's own by default
 */
export async function seal(manifest: FileHandle, newest?: bigint): Promise<void> {
  try {
    const { atimeMs, mtimeNs } = await manifest.stat({ bigint: true });
    // All file systems keep whole seconds.
    await manifest.utimes(Number(atimeMs) / 1000, Number((newest ?? mtimeNs) / second));
  } catch {
    // Only time is lost: the next run checks the sums.
  }
}

/**
 * True when no file changed since it was sealed. Two signs must agree:
 * - The manifest's modification time is a whole second. A copy's is not, and a copy may be of damaged files.
 * - No file is newer than the manifest, which a commit renames last. The change time (ctime) counts, too: it shows
 *   a file that was written and then given an old date.
 */
function isSealed({ manifest, data }: Times): boolean {
  if (manifest.mtimeNs % second !== 0n) return false;
  return data.every(
    ({ mtimeNs, ctimeNs }) => mtimeNs < manifest.mtimeNs + second && ctimeNs <= manifest.ctimeNs,
  );
}

async function timesOf({ manifest, chunks, vectors, sums }: OpenFiles): Promise<Times> {
  const stats = (file: FileHandle): Promise<BigIntStats> => file.stat({ bigint: true });
  const data = sums === undefined ? [chunks, vectors] : [chunks, vectors, sums];
  return { manifest: await stats(manifest), data: await Promise.all(data.map(stats)) };
}

/** True when nothing was written in between. */
function same(one: Times, other: Times): boolean {
  return one.data.every(
    ({ mtimeNs, ctimeNs }, i) => mtimeNs === other.data[i]?.mtimeNs && ctimeNs === other.data[i]?.ctimeNs,
  );
}

function newestOf({ manifest, data }: Times): bigint {
  return data.reduce((newest, { mtimeNs }) => (mtimeNs > newest ? mtimeNs : newest), manifest.mtimeNs);
}
