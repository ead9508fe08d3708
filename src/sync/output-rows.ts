// Rows of an output as destinations store them, a batch at a time.
import { join } from 'node:path';
import { damaged } from '../output/format/damage.js';
import type { OutputDocument } from '../output/format/manifest-reader.js';
import { chunksName } from '../output/format/owned-names.js';
import type { Output } from '../output/read/output.js';
import { LineReader, type LineRow } from './row-line.js';

/** Bytes of one batch at most, unless a single row is larger. */
const maxBatchBytes = 8 * 1024 * 1024;

export interface RowBatch {
  rows: LineRow[];
  /** The places of the rows in the output. */
  places: number[];
  /** Rows in which a character was replaced that stores refuse. */
  replaced: number;
}

export interface BatchOptions {
  /** Rows at most. */
  most: number;
  /** Whether a row of the output is wanted. */
  wants(row: number): boolean;
  /** The sum of a row, 32 hex digits. */
  sumOf(row: number): string;
  /** Whether vectors are read; without, rows have empty ones. @default true */
  vectors?: boolean;
}

/** The wanted rows, in the order of the output. */
export async function* rowBatches(output: Output, options: BatchOptions): AsyncGenerator<RowBatch> {
  const { most, wants, sumOf, vectors = true } = options;
  const perRow = vectors ? output.space.dimensions * 4 : 0;
  let batch: RowBatch = { rows: [], places: [], replaced: 0 };
  let bytes = 0;
  const filled = async (): Promise<RowBatch> => {
    const { rows, places } = batch;
    if (vectors)
      for (const [at, vector] of (await output.vectors(places)).entries()) rows[at]!.vector = vector;
    const done = batch;
    batch = { rows: [], places: [], replaced: 0 };
    bytes = 0;
    return done;
  };
  for (const { first, last } of runsOf(output.documents(), wants)) {
    let document = first;
    let reader = new LineReader(output, document);
    let row = first.firstRow;
    for await (const line of output.lines(first, last)) {
      while (row >= document.firstRow + document.rows && document !== last) {
        document = output.documents()[document.index + 1]!;
        reader = new LineReader(output, document);
      }
      const place = row++;
      if (place >= last.firstRow + last.rows) break;
      if (!wants(place)) continue;
      const read = reader.read(line, place, sumOf(place));
      batch.rows.push(read);
      batch.places.push(place);
      bytes += line.length + perRow;
      if (read.isReplaced) batch.replaced++;
      if (batch.rows.length >= most || bytes >= maxBatchBytes) yield await filled();
    }
    if (row !== last.firstRow + last.rows) {
      throw damaged(join(output.dir, chunksName), `${last.source}: another number of lines than of rows`);
    }
  }
  if (batch.rows.length > 0) yield await filled();
}

/** Documents that follow each other and have wanted rows: they are read in one go. */
function* runsOf(
  documents: readonly OutputDocument[],
  wants: (row: number) => boolean,
): Generator<{ first: OutputDocument; last: OutputDocument }> {
  let first: OutputDocument | undefined;
  let last: OutputDocument | undefined;
  for (const document of documents) {
    if (document.rows === 0) continue;
    if (hasWanted(document, wants)) {
      first ??= document;
      last = document;
    } else if (first !== undefined) {
      yield { first, last: last! };
      first = undefined;
    }
  }
  if (first !== undefined) yield { first, last: last! };
}

function hasWanted({ firstRow, rows }: OutputDocument, wants: (row: number) => boolean): boolean {
  for (let row = firstRow; row < firstRow + rows; row++) if (wants(row)) return true;
  return false;
}
