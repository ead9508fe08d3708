// What a destination would lose. Rows of a document that is still there are replaced, e.g. by other chunks; rows of one that
// has another name now (the output was moved, or a folder renamed) go under the old name and come under the new one.
import type { Destination } from '../destinations/destination.js';
import { textOfLine } from '../output/format/chunk-line.js';
import { rowId } from '../output/format/row-id.js';
import type { Output } from '../output/read/output.js';
import { isInShard } from '../output/shards/shard.js';
import { sha256 } from '../text/sha256.js';
import { storable } from '../text/storable.js';
import type { RowTable } from './row-table.js';

/** Rows that are looked for under other names, at most: they are kept in memory, some 150 bytes each. */
const maxGone = 1_000_000;
/** Old names that are tried for a new one, those with the longest common end first. */
const maxTried = 4;
/** All rows, and their sources with them. */
const everything = { index: 1, of: 1 };

/**
 * How many rows would go with their documents: of those that the output doesn't have, the ones whose document has no rows there,
 * under its name or another. A document that has no rows any more is lost, too. Of a shard, its own rows count.
 * @param table the rows of the output, held against the destination
 */
export async function countLostRows(
  destination: Destination,
  table: RowTable,
  output: Output,
): Promise<number> {
  const { shard } = output.manifest;
  const present = new Set<string>();
  for (const { source, rows } of output.documents()) if (rows > 0) present.add(storable(source));
  const moved = table.movedIds();
  const gone = new Set<string>();
  const names = new Map<string, Set<string>>();
  let lost = 0;
  for await (const page of destination.list(shard ?? everything)) {
    for (const { id, source } of page) {
      if (table.has(id) || moved.has(id) || present.has(source)) continue;
      if (shard !== undefined && !isInShard(source, shard)) continue;
      lost++;
      if (gone.size === maxGone) continue;
      gone.add(id);
      const name = lastName(source);
      const same = names.get(name) ?? new Set();
      names.set(name, same.add(source));
    }
  }
  return lost > maxGone ? lost : lost - (await countRenamed(gone, names, output));
}

/**
 * How many of the rows are there again under another name: the id of a row follows from the name of its document and its
 * text, so the old id is made again from an old name and a new row. Names that end alike are tried.
 * @param names sources of the rows, by their last names
 */
async function countRenamed(
  gone: ReadonlySet<string>,
  names: ReadonlyMap<string, ReadonlySet<string>>,
  output: Output,
): Promise<number> {
  let renamed = 0;
  for (const document of output.documents()) {
    const tried = [...(names.get(lastName(document.source)) ?? [])]
      .map((source) => ({ source, common: commonEnd(source, document.source) }))
      .sort((a, b) => b.common - a.common)
      .slice(0, maxTried);
    if (tried.length === 0) continue;
    const hashes = await hashesOf(output, document);
    const found = tried.map(({ source }) => hashes.filter((one) => gone.has(rowId(source, ...one))).length);
    renamed += Math.max(...found);
  }
  return renamed;
}

/** Hash and occurrence of each of its chunks, from which ids are made. */
async function hashesOf(output: Output, document: ReturnType<Output['documents']>[number]) {
  const occurrences = new Map<string, number>();
  const hashes: [hash: string, occurrence: number][] = [];
  for await (const line of output.lines(document)) {
    const hash = sha256(textOfLine(line.toString('utf8')) ?? '');
    const occurrence = occurrences.get(hash) ?? 0;
    occurrences.set(hash, occurrence + 1);
    hashes.push([hash, occurrence]);
  }
  return hashes;
}

function lastName(source: string): string {
  return source.slice(source.lastIndexOf('/') + 1);
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}
