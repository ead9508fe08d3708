// A part of a document as text: its chunks from a line or a row on, put together again.
import { UsageError } from '../../errors.js';
import type { FoundPassage, TextAsked } from '../../indexes/indexes.js';
import type { OutputDocument } from '../../output/format/manifest-reader.js';
import type { Output } from '../../output/read/output.js';
import { type OutputRow, rowOfLine } from '../../search/row.js';
import { printable } from '../../text/printable.js';
import { estimateCounter } from '../../tokens/estimating-counter.js';

/**
 * @returns undefined when there is no such row or document
 * @throws {DamagedOutputError} when a line isn't as it was written
 */
export async function passageOf(
  output: Output,
  index: string,
  asked: TextAsked,
): Promise<FoundPassage | undefined> {
  const place = asked.id === undefined ? placeOf(output, asked) : await placeOfId(output, asked.id);
  if (place === undefined) return undefined;
  const { document } = place;
  const first = place.row ?? (await rowOfPlace(output, document, place.line));
  const counter = estimateCounter();
  const joined: Joined = { text: '', end: 0, line: 0 };
  let start: OutputRow | undefined;
  let tokens = 0;
  let chunks = 0;
  let nextChunk: number | undefined;
  for await (const { row, found } of rowsOf(output, document)) {
    if (row < first) continue;
    tokens += counter.count(found.text);
    if (chunks > 0 && (chunks >= asked.chunks || tokens > asked.maxTokens)) {
      nextChunk = row - document.firstRow;
      break;
    }
    start ??= found;
    join(joined, found);
    chunks++;
  }
  if (start === undefined)
    throw new UsageError(`${printable(document.source)} has no text from there on in the index.`);
  const { line, heading } = start.metadata;
  return {
    ...{ index, source: document.source, line, heading, text: joined.text },
    ...{ chunk: first - document.firstRow, chunks, of: document.rows },
    ...(nextChunk !== undefined && { nextChunk }),
  };
}

interface Place {
  document: OutputDocument;
  line: number;
  /** Where it is known. */
  row?: number;
}

/** Of a source, with a line after a colon, too: so searches show it. */
function placeOf(output: Output, { source = '', line = 1, chunk }: TextAsked): Place | undefined {
  const document = output.document(source);
  if (document !== undefined) {
    return { document, line, ...(chunk !== undefined && { row: document.firstRow + chunk }) };
  }
  const [, path, number] = /^(.+):(\d{1,9})$/s.exec(source) ?? [];
  const known = path === undefined ? undefined : output.document(path);
  return known && { document: known, line: Number(number) };
}

async function placeOfId(output: Output, id: string): Promise<Place | undefined> {
  const start = Buffer.from(`{"id":"${id}"`);
  for (const document of output.documents()) {
    let row = document.firstRow;
    for await (const line of output.lines(document)) {
      if (start.equals(line.subarray(0, start.length))) return { document, line: 1, row };
      row++;
    }
  }
  return undefined;
}

/** The first row that starts on the line; else, the last before it. */
async function rowOfPlace(output: Output, document: OutputDocument, line: number): Promise<number> {
  let last = document.firstRow;
  if (line <= 1) return last;
  for await (const { row, found } of rowsOf(output, document)) {
    if (found.metadata.line > line) break;
    last = row;
    if (found.metadata.line === line) break;
  }
  return last;
}

async function* rowsOf(
  output: Output,
  document: OutputDocument,
): AsyncGenerator<{ row: number; found: OutputRow }> {
  let row = document.firstRow;
  for await (const line of output.lines(document)) {
    if (row >= document.firstRow + document.rows) return;
    yield { row, found: rowOfLine(output, row, line.toString('utf8')) };
    row++;
  }
}

interface Joined {
  text: string;
  /** Where the last chunk ended in the document. */
  end: number;
  /** The line on which it started. */
  line: number;
}

/** Chunks may overlap; between them only white space is left out. */
function join(joined: Joined, { text, metadata }: OutputRow): void {
  const { start, end } = metadata as { start?: unknown; end?: unknown };
  const from = typeof start === 'number' ? start : joined.end + 2;
  const known = joined.end - from;
  if (joined.text === '') joined.text = text;
  else if (known >= 0) joined.text += text.slice(known);
  else joined.text += (known < -1 ? '\n\n' : metadata.line > joined.line ? '\n' : ' ') + text;
  joined.end = typeof end === 'number' ? end : from + text.length;
  joined.line = metadata.line;
}
