// Makes the whole output of its shards: documents in order of source, each copied as bytes from the shard that has it.
import { join } from 'node:path';
import { compareSources } from '../../text/source-order.js';
import { damaged } from '../format/damage.js';
import { manifestName } from '../format/layout.js';
import type { OutputDocument } from '../format/manifest-reader.js';
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
  const first = shards[0]!;
  const places = placesOf(shards);
  const { space, chunking, readers, formats, judged } = first.manifest;
  const isJudged = shards.every(({ manifest }) => manifest.judged === judged);
  const roots = [...new Set(shards.flatMap(({ manifest }) => manifest.roots))];
  const { dir, lock, present, signal } = work;
  const writer = await openWriter(dir, { space, chunking, readers, formats, roots, lock, replaces: present });
  try {
    for (const { output, document } of places) {
      const { source, outdated = false } = document;
      const copied = writer.copy(output, document, { recordOf: output.recordFileOf(source), outdated });
      if (copied) await copied;
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
