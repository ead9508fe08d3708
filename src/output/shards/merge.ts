// Makes the whole output of its shards: documents in order of source, each copied as bytes from the shard that has it.
import { join } from 'node:path';
import { DamagedOutputError } from '../../errors.js';
import { compareSources } from '../../text/source-order.js';
import { damaged } from '../format/damage.js';
import type { OutputDocument } from '../format/manifest-reader.js';
import { manifestName } from '../format/owned-names.js';
import type { Lock } from '../lock/lock.js';
import type { Output } from '../read/output.js';
import { openWriter } from '../write/writer.js';
import { joinRecordFiles } from './records.js';
import { isInShard, shardText } from './shard.js';

export interface MergeWork {
  /** The folder of the whole output. */
  dir: string;
  /** Its lock. */
  lock: Lock;
  /** What it holds at present. */
  present: Output | undefined;
  signal?: AbortSignal | undefined;
}

export interface Merged {
  /** False when the output already had exactly these bytes. */
  changed: boolean;
  documents: number;
  rows: number;
  /** Documents and chunks without a vector. */
  failures: number;
}

interface Place {
  output: Output;
  document: OutputDocument;
}

/**
 * @param shards all of one output, in their order, all made in the same way
 * @throws {DamagedOutputError} when rows aren't what was written, or a document is in a shard that it isn't of
 * @throws the signal's reason
 */
export async function mergeShards(shards: readonly Output[], work: MergeWork): Promise<Merged> {
  const { present } = work;
  try {
    return await merged(shards, work);
  } catch (error) {
    // Damage of what is there is mended by the shards; if they are damaged, it is told now.
    if (present === undefined || !(error instanceof DamagedOutputError)) throw error;
    return await merged(shards, { ...work, present: undefined });
  }
}

async function merged(shards: readonly Output[], { dir, lock, present, signal }: MergeWork): Promise<Merged> {
  const { space, chunking, readers, formats, dtype, judged } = shards[0]!.manifest;
  const isJudged = shards.every(({ manifest }) => manifest.judged === judged);
  const roots = [...new Set(shards.flatMap(({ manifest }) => manifest.roots))];
  const places = placesOf(shards);
  // What is there already is copied in long ranges, or not at all.
  const isLike =
    present?.space.id === space.id &&
    present.manifest.shard === undefined &&
    present.manifest.formats.join() === formats.join() &&
    present.manifest.dtype === dtype;
  const [previous, replaces] = isLike ? [present, undefined] : [undefined, present];
  const leaving = new Set(previous?.documents().map(({ source }) => source));
  const how = { space, chunking, readers, formats, dtype, roots, lock, previous, replaces, leaving };
  const writer = await openWriter(dir, how);
  try {
    for (const { output, document } of places) {
      const { source, outdated = false } = document;
      const copied = { recordOf: output.recordFileOf(source), outdated };
      const isThere = isSame(previous?.document(source), document);
      const full = isThere ? writer.keep(source, copied) : writer.copy(output, document, copied);
      if (full) await full;
      signal?.throwIfAborted();
    }
    for (const file of joinRecordFiles(shards)) writer.recordFile(file);
    let failures = 0;
    for (const shard of shards) {
      for (const failure of await shard.failures()) {
        writer.fail(failure);
        failures++;
      }
    }
    const { changed, rows } = await writer.commit({ judged: isJudged ? judged : undefined });
    return { changed, documents: places.length, rows, failures };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Whether two entries are of the same bytes: the sum of the rows stands for all of them. */
function isSame(one: OutputDocument | undefined, other: OutputDocument): boolean {
  return (
    one !== undefined &&
    one.sum === other.sum &&
    one.sum !== undefined &&
    one.hash === other.hash &&
    one.root === other.root &&
    one.rows === other.rows &&
    one.bytes === other.bytes &&
    one.chunks === other.chunks &&
    one.failed === other.failed &&
    one.outdated === other.outdated
  );
}

/** The documents of all shards, in order of source. */
function placesOf(shards: readonly Output[]): Place[] {
  const places: Place[] = [];
  for (const output of shards) {
    const shard = output.manifest.shard!;
    for (const document of output.documents()) {
      if (!isInShard(document.source, shard)) {
        throw damaged(
          join(output.dir, manifestName),
          `${document.source} is not of shard ${shardText(shard)}`,
        );
      }
      places.push({ output, document });
    }
  }
  // Each shard is in order already, which the sort makes use of.
  return places.sort((a, b) => compareSources(a.document.source, b.document.source));
}
