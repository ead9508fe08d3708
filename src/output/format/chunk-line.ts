// One line of chunks.jsonl: a row as JSON, written straight into bytes. Also adds or removes the embedding of a
// line, for a run that changes `--format`.
import { jsonLine } from '../../text/json-line.js';
import type { Chunk } from '../../types/document.js';
import type { Json } from '../../types/json.js';
import type { Vector } from '../../types/vector.js';
import { maxFloatBytes } from '../../vectors/decimals.js';
import { digitsOf } from '../../vectors/digits.js';
import { decimalsKernel } from '../../vectors/kernel/kernel.js';
import { rowId } from './row-id.js';

/** Our own fields. A user's field with such a name goes into `user`, so that nothing is lost. */
const reserved = new Set([
  'source',
  'chunk',
  'start',
  'end',
  'line',
  'page',
  'heading',
  'context',
  'hash',
  'tokens',
  'user',
]);

/**
 * What an embedding begins with. No string of a line holds these bytes, as a quote in a string is escaped; so the first place
 * in a line that was written with an embedding is where it is.
 */
export const embeddingKey = Buffer.from(',"embedding":[');

/** Max bytes of a line that is read. In the longest lines nearly all is a record's own metadata. */
export const mostLineBytes = 64 * 1024 * 1024;

/** A line in parts that follow each other; the embedding belongs before `tail`. Joined, the text would be copied once more. */
export interface LineParts {
  head: string;
  text: string;
  tail: string;
}

/** JSON of what many rows in turn have: the source of a document, the titles of a section. */
const sources = lastJson<string>();
const headings = lastJson<readonly string[]>();

export function lineParts(chunk: Chunk): LineParts {
  const id = rowId(chunk.source, chunk.hash, chunk.occurrence);
  const page = chunk.page === undefined ? '' : `,"page":${chunk.page}`;
  const context = chunk.context === undefined ? '' : `,"context":${jsonLine(chunk.context)}`;
  return {
    head: `{"id":"${id}","text":`,
    text: jsonLine(chunk.text),
    tail:
      `,"metadata":{"source":${sources(chunk.source)},"chunk":${chunk.index},"start":${chunk.start},` +
      `"end":${chunk.end},"line":${chunk.line}${page},"heading":${headings(chunk.heading)}${context},` +
      `"hash":"${chunk.hash}","tokens":${chunk.tokens}${userFields(chunk.metadata)}}}\n`,
  };
}

/** `jsonLine`, which makes the JSON of the same value once as long as no other comes between. */
function lastJson<T extends string | readonly string[]>(): (value: T) => string {
  let last: T | undefined;
  let json = '';
  return (value) => {
    if (value !== last) {
      last = value;
      json = jsonLine(value);
    }
    return json;
  };
}

/** The text of a line, without parsing the rest; undefined when `text` is not where we write it. */
export function textOfLine(line: string): string | undefined {
  const start = /^\{"id":"[^"\\]{0,100}","text":(?=")/.exec(line)?.[0].length;
  if (start === undefined) return undefined;
  let end = line.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(line, end)) end = line.indexOf('"', end + 1);
  try {
    return JSON.parse(line.slice(start, end + 1));
  } catch {
    return undefined; // `verify` parses the whole line and reports it.
  }
}

function isEscaped(text: string, place: number): boolean {
  let first = place;
  while (text[first - 1] === '\\') first--;
  return (place - first) % 2 === 1;
}

/** A line without its embedding, which belongs at `middle`: `bytes[start, end)`. */
export interface ReadyLine {
  bytes: Uint8Array;
  start: number;
  middle: number;
  end: number;
}

/** Max bytes that `writeLine` can need. */
export function maxLineBytes(parts: LineParts | ReadyLine, vector: Vector | undefined): number {
  const floats = vector === undefined ? 0 : embeddingKey.length + 1 + vector.length * maxFloatBytes;
  if ('bytes' in parts) return parts.end - parts.start + floats;
  return (parts.head.length + parts.text.length + parts.tail.length) * 3 + floats;
}

/** @returns the position after the line's newline */
export function writeLine(
  out: Buffer,
  position: number,
  parts: LineParts | ReadyLine,
  vector: Vector | undefined,
): number {
  if ('bytes' in parts) return writeReady(out, position, parts, vector);
  let at = position + out.write(parts.head, position);
  at += out.write(parts.text, at);
  if (vector !== undefined) at = writeEmbedding(out, at, vector);
  return at + out.write(parts.tail, at);
}

function writeReady(
  out: Buffer,
  position: number,
  { bytes, start, middle, end }: ReadyLine,
  vector: Vector | undefined,
): number {
  out.set(bytes.subarray(start, middle), position);
  let at = position + middle - start;
  if (vector !== undefined) at = writeEmbedding(out, at, vector);
  out.set(bytes.subarray(middle, end), at);
  return at + end - middle;
}

/** A line (with its newline) with this embedding, or without one. All other bytes stay the same. */
export function withEmbedding(line: Buffer, vector: Vector | undefined): Buffer {
  const { headEnd, tailStart } = partsOf(line);
  if (vector === undefined) return Buffer.concat([line.subarray(0, headEnd), line.subarray(tailStart)]);
  const embedding = Buffer.allocUnsafe(embeddingKey.length + 1 + vector.length * maxFloatBytes);
  const length = writeEmbedding(embedding, 0, vector);
  return Buffer.concat([line.subarray(0, headEnd), embedding.subarray(0, length), line.subarray(tailStart)]);
}

function writeEmbedding(out: Buffer, position: number, vector: Vector): number {
  out.set(embeddingKey, position);
  const start = position + embeddingKey.length;
  const digits = digitsOf(vector);
  const end = digits === undefined ? decimalsKernel().print(out, start, vector) : start + digits.length;
  if (digits !== undefined) out.set(digits, start);
  out[end] = 0x5d;
  return end + 1;
}

/** Where the embedding of a line stands, or belongs: its head ends before it, its tail starts after it. */
export function partsOf(line: Buffer): { headEnd: number; tailStart: number } {
  const headEnd = textEnd(line);
  const has = line.subarray(headEnd, headEnd + embeddingKey.length).equals(embeddingKey);
  return { headEnd, tailStart: has ? line.indexOf(0x5d, headEnd) + 1 : headEnd };
}

/** Position after the closing quote of `text`: the first quote after its start that isn't escaped. */
function textEnd(line: Buffer): number {
  let at = line.indexOf('"text":"') + '"text":"'.length;
  for (;;) {
    at = line.indexOf(0x22, at);
    let slashes = 0;
    while (line[at - 1 - slashes] === 0x5c) slashes++;
    at++;
    if (slashes % 2 === 0) return at;
  }
}

function userFields(metadata: { [key: string]: Json } | undefined): string {
  if (metadata === undefined) return '';
  let fields = '';
  let collisions = '';
  for (const [key, value] of Object.entries(metadata)) {
    const field = `,${jsonLine(key)}:${jsonLine(value)}`;
    if (reserved.has(key)) collisions += field;
    else fields += field;
  }
  return collisions === '' ? fields : `${fields},"user":{${collisions.slice(1)}}`;
}
