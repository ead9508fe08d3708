// The rows of a document of an output as they stand under another name: with that name in their lines, and other ids.
import { join } from 'node:path';
import { jsonLine } from '../../text/json-line.js';
import type { Vector } from '../../types/vector.js';
import { partsOf, type ReadyLine } from '../format/chunk-line.js';
import { damaged } from '../format/damage.js';
import type { OutputDocument } from '../format/manifest-reader.js';
import { chunksName } from '../format/owned-names.js';
import { rowId } from '../format/row-id.js';
import { keyBytes } from '../read/hash-index.js';
import type { Output } from '../read/output.js';

export interface RenamedRow {
  line: ReadyLine;
  vector: Vector;
  /** Of its chunk, as far as the output has it: 16 bytes, lower-case hex. */
  key: string;
}

/** Rows whose vectors are read together. */
const maxRows = 1000;
const idStart = '{"id":"';

/** @throws {DamagedOutputError} when the lines aren't those of the document */
export async function* renamedRows(
  output: Output,
  document: OutputDocument,
  source: string,
): AsyncGenerator<RenamedRow> {
  const { firstRow, rows } = document;
  if (rows === 0) return;
  const keys = Buffer.from(document.chunks, 'base64url');
  const rename = renamer(document.source, source);
  let vectors: readonly Vector[] = [];
  let row = 0;
  for await (const written of output.lines(document)) {
    const line = row < rows ? rename(written) : undefined;
    if (line === undefined) break;
    if (row % maxRows === 0) {
      const next = Math.min(maxRows, rows - row);
      vectors = await output.vectors(Array.from({ length: next }, (_, at) => firstRow + row + at));
    }
    const key = keys.toString('hex', row * keyBytes, (row + 1) * keyBytes);
    yield { line, vector: vectors[row % maxRows]!, key };
    row++;
  }
  if (row < rows) {
    throw damaged(join(output.dir, chunksName), `row ${firstRow + row} is not of ${document.source}`);
  }
}

/** Renames the lines of one document, which must come in their order. The result is undefined for another line. */
function renamer(from: string, to: string): (line: Buffer) => ReadyLine | undefined {
  const seen = new Map<string, number>();
  const [before, after] = [from, to].map((source) => `,"metadata":{"source":${jsonLine(source)},`);
  return (line) => {
    const { headEnd, tailStart } = partsOf(line);
    const tail = line.toString('utf8', tailStart);
    const hash = tail.startsWith(before!) ? hashOf(tail) : undefined;
    if (hash === undefined) return undefined;
    const occurrence = seen.get(hash) ?? 0;
    seen.set(hash, occurrence + 1);
    const start = `${idStart}${rowId(from, hash, occurrence)}`;
    if (line.toString('latin1', 0, start.length) !== start) return undefined;
    const head = `${idStart}${rowId(to, hash, occurrence)}`;
    const bytes = Buffer.concat([
      Buffer.from(head),
      line.subarray(start.length, headEnd),
      Buffer.from(after! + tail.slice(before!.length)),
    ]);
    return { bytes, start: 0, middle: head.length + headEnd - start.length, end: bytes.length };
  };
}

/** The hash in the metadata of a line. @param tail the line from `,"metadata":` on */
function hashOf(tail: string): string | undefined {
  try {
    const { hash } = JSON.parse(`{${tail.slice(1)}`).metadata;
    return typeof hash === 'string' ? hash : undefined;
  } catch {
    return undefined;
  }
}
