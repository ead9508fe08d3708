// Lists the rows of an output with their ids and sums, for bringing a database in step: they show which rows are new,
// changed or gone. No vector is read, and no line is parsed, where the output has sums of its rows.
import { join } from 'node:path';
import { readUuid } from '../../text/hex-digits.js';
import { uuidText } from '../../text/uuid.js';
import { lineBlocks, UnwrittenError } from '../files/line-blocks.js';
import { mostLineBytes } from '../format/chunk-line.js';
import { damaged } from '../format/damage.js';
import { chunksName } from '../format/owned-names.js';
import { rowSumBytes } from '../format/row-sum.js';
import { checkedRows, readSums } from './checked-rows.js';
import type { Output } from './output.js';

/** A row as a database needs it for a comparison. */
export interface ListedRow {
  /** Lower-case UUID. */
  id: string;
  source: string;
  /** Of text, metadata with context, and vector: 32 hex digits. It stays when `--format` changes. */
  sum: string;
}

const idStart = Buffer.from('{"id":"');
const idBytes = 16;
const windowRows = 65_536;

/** Rows of a block of lines, in their order. */
export interface RowKeys {
  /** The ids, 16 bytes each. */
  ids: Buffer;
  /** As {@link ListedRow.sum}, 16 bytes each. */
  sums: Buffer;
}

/**
 * All rows in their order, in groups of up to a megabyte of lines, which bound the memory. An output of format 1 has no sums,
 * so its lines and vectors are read for them.
 * @throws {DamagedOutputError} when a line has no id, or there are not as many lines as rows
 */
export async function* listRows(output: Output): AsyncGenerator<ListedRow[]> {
  let row = 0;
  let place = 0;
  const documents = output.documents();
  for await (const { ids, sums } of listKeys(output)) {
    const rows: ListedRow[] = [];
    for (let at = 0; at < ids.length; at += idBytes, row++) {
      while (row >= documents[place]!.firstRow + documents[place]!.rows) place++;
      const sum = sums.toString('hex', at, at + rowSumBytes);
      rows.push({ id: uuidText(ids, at), source: documents[place]!.source, sum });
    }
    yield rows;
  }
}

/** The same as bytes, without the sources. @throws {DamagedOutputError} as {@link listRows} */
export async function* listKeys(output: Output): AsyncGenerator<RowKeys> {
  const windows = sumWindows(output);
  let window = Buffer.alloc(0);
  let at = 0;
  let row = 0;
  for await (const block of blocksOf(output)) {
    const starts: number[] = [];
    for (let at = 0; at < block.length; at = block.indexOf(10, at) + 1 || block.length) starts.push(at);
    const ids = Buffer.allocUnsafe(idBytes * starts.length);
    const sums = Buffer.allocUnsafe(rowSumBytes * starts.length);
    for (const [index, start] of starts.entries()) {
      while (at === window.length) {
        window = (await windows.next()).value ?? fault(output, 'more lines than rows');
        at = 0;
      }
      readId(block, start, ids, index * idBytes, output);
      window.copy(sums, index * rowSumBytes, at, at + rowSumBytes);
      at += rowSumBytes;
    }
    row += starts.length;
    yield { ids, sums };
  }
  if (row < output.rows) fault(output, `${row} lines instead of ${output.rows}`);
}

/** The sums of all rows, some thousands at a time. */
async function* sumWindows(output: Output): AsyncGenerator<Buffer<ArrayBuffer>, undefined> {
  const files = output.rowFiles;
  if (files.sums === undefined) {
    for await (const { sums } of checkedRows(files)) yield Buffer.from(sums.rows());
    return;
  }
  for (let first = 0; first < output.rows; first += windowRows) {
    yield await readSums(files, first, Math.min(windowRows, output.rows - first));
  }
}

async function* blocksOf(output: Output): AsyncGenerator<Buffer> {
  try {
    yield* lineBlocks(output.rowFiles.chunks, mostLineBytes);
  } catch (error) {
    throw error instanceof UnwrittenError ? fault(output, error.message) : error;
  }
}

function readId(block: Buffer, start: number, ids: Buffer, at: number, output: Output): void {
  const isOurs = block.compare(idStart, 0, idStart.length, start, start + idStart.length) === 0;
  if (!isOurs || !readUuid(block, start + idStart.length, ids, at)) fault(output, 'a line without an id');
}

function fault({ dir }: Output, detail: string): never {
  throw damaged(join(dir, chunksName), detail);
}
