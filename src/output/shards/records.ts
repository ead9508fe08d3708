// Files of records, whose records may be of several shards: each shard lists the file, with as many as it has.
import { type RecordFile, readAgainHash } from '../format/manifest.js';
import type { Output } from '../read/output.js';

/** The files of records of an output, each with the number of those among `documents`. */
export function countRecords(output: Output, documents: readonly { source: string }[]): RecordFile[] {
  const counts = new Map<string, number>();
  for (const { source } of documents) {
    const file = output.recordFileOf(source);
    if (file !== undefined) counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return output.manifest.recordFiles.map((file) => ({ ...file, documents: counts.get(file.source) ?? 0 }));
}

/** Those of all shards. One that isn't the same in all of them is read again by the next run. */
export function joinRecordFiles(shards: readonly Output[]): RecordFile[] {
  const joined = new Map<string, RecordFile & { shards: number }>();
  for (const { manifest } of shards) {
    for (const { besides: _, ...file } of manifest.recordFiles) {
      const known = joined.get(file.source);
      if (known === undefined) {
        joined.set(file.source, { ...file, shards: 1 });
      } else {
        known.documents += file.documents;
        known.shards++;
        if (known.hash !== file.hash) known.hash = readAgainHash;
      }
    }
  }
  return [...joined.values()].map(({ shards: found, ...file }) =>
    found === shards.length ? file : { ...file, hash: readAgainHash },
  );
}
