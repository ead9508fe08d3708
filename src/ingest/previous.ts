// The output that a run goes on with: its own; or, for the plan of a shard that has none, its part of the whole one.
import { join } from 'node:path';
import { DamagedOutputError, UsageError } from '../errors.js';
import { openToRead } from '../output/files/owned-file.js';
import { type Manifest, readManifest } from '../output/format/manifest-reader.js';
import { manifestName } from '../output/format/owned-names.js';
import { type Output, openOutput } from '../output/read/output.js';
import { openPartOf } from '../output/shards/part.js';
import { sameShard, shardText, wholeFolder } from '../output/shards/shard.js';
import type { Shard } from '../types/shard.js';

/** Where a run writes. */
export interface Place {
  /** The folder of its output, absolute. */
  out: string;
  /** The folder of the whole output; the same where the run takes all documents. */
  whole: string;
  shard: Shard | undefined;
  /** Nothing of the present output is used. */
  rebuild: boolean;
  signal: AbortSignal;
}

/**
 * The present output. A damaged one counts as none for a rebuild.
 * @throws {UsageError} when it is one of another part of the documents
 */
export async function openPrevious({ out, shard, rebuild, signal }: Place): Promise<Output | undefined> {
  let previous: Output | undefined;
  try {
    previous = await openOutput(out, { sums: !rebuild, signal });
  } catch (error) {
    if (rebuild && error instanceof DamagedOutputError) return undefined;
    throw error;
  }
  const made = previous?.manifest.shard;
  if (previous === undefined || sameShard(made, shard)) return previous;
  await previous.close();
  if (made === undefined) {
    throw new UsageError(`${out} holds no shard, but an output of its own: move it away, and run again.`);
  }
  const whole = wholeFolder(out, made);
  const use =
    whole === out
      ? 'give it back its name, or name another folder'
      : `use --out ${whole} --shard ${shardText(made)}`;
  throw new UsageError(`${out} holds shard ${shardText(made)} of an output: ${use}.`);
}

/** How an output that is made again was made: what its manifest says of vectors and chunks. */
export type Remade = Pick<Manifest, 'space' | 'chunking' | 'dtype'>;

/**
 * How the output was made that is made again: of a damaged one, too, where its manifest can be read.
 * @param previous undefined when it is damaged, or there is none
 */
export async function remadeFrom(
  { out, rebuild }: Place,
  previous: Output | undefined,
): Promise<Remade | undefined> {
  if (!rebuild || previous !== undefined) return rebuild ? previous?.manifest : undefined;
  const path = join(out, manifestName);
  const file = await openToRead(path).catch(() => undefined);
  try {
    return file && (await readManifest(file, path));
  } catch (error) {
    if (error instanceof DamagedOutputError) return undefined;
    throw error;
  } finally {
    await file?.close();
  }
}

/** What a shard without an output begins with: its part of the whole one. Its rows can be counted, not copied. */
export async function openPart({ whole, shard }: Place): Promise<Output | undefined> {
  return shard && (await openPartOf(whole, shard));
}
