// Lists the rows of an output with their ids and sums, for bringing a database in step: they show which rows are new,
// changed or gone. No vector is read, and no line is parsed, where the output has sums of its rows.
import { join } from 'node:path';
import { lineBlocks, UnwrittenError } from '../files/line-blocks.js';
import { mostLineBytes } from '../format/chunk-line.js';
import { damaged } from '../format/damage.js';
import { chunksName } from '../format/layout.js';
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
const idEnd = idStart.length + 36;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const windowRows = 65_536;

/**
 * All rows in their order, in groups of up to a megabyte of lines, which bound the memory. An output of format 1 has no sums,
 * so its lines and vectors are read for them.
 * @throws {DamagedOutputError} when a line has no id, or there are not as many lines as rows
 */
export async function* listRows(output: Output): AsyncGenerator<ListedRow[]> {
  const sums = sumWindows(output);
  let window = Buffer.alloc(0);
  let at = 0;
  let row = 0;
  let place = 0;
  const documents = output.documents();
  for await (const block of blocksOf(output)) {
    const rows: ListedRow[] = [];
    for (let start = 0; start < block.length; row++) {
      while (at === window.length) {
        window = (await sums.next()).value ?? fault(output, 'more lines than rows');
        at = 0;
      }
      while (row >= documents[place]!.firstRow + documents[place]!.rows) place++;
      const sum = window.toString('hex', at, at + rowSumBytes);
      rows.push({ id: idIn(block, start, output), source: documents[place]!.source, sum });
      at += rowSumBytes;
      start = block.indexOf(10, start) + 1 || block.length;
    }
    yield rows;
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

function idIn(block: Buffer, start: number, output: Output): string {
  const id = block.toString('latin1', start + idStart.length, start + idEnd);
  const isOurs = block.compare(idStart, 0, idStart.length, start, start + idStart.length) === 0;
  return isOurs && idPattern.test(id) ? id : fault(output, 'a line without an id');
}

function fault({ dir }: Output, detail: string): never {
  throw damaged(join(dir, chunksName), detail);
}
