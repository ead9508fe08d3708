// JSON Lines of hundreds of megabytes, as from standard input. Each line is parsed twice: once for its source and hash,
// and again at its turn. Only the bytes and the offsets of lines are in memory.
import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { Document } from '../../types/document.js';
import type { Failure } from '../../types/failure.js';
import { isBinary } from '../binary.js';
import { maxRecords, tooManyRecords } from '../formats/format.js';
import { hashOf, type LazyDocument, type Reading } from '../reading.js';
import { JsonLineReader } from './json-lines.js';

/** Max bytes of a line; a parsed longer one may take many times its size. */
const maxLineBytes = 1_000_000;
/** Bytes between two turns of the event loop. */
const bytesPerTurn = 1_000_000;
const newline = 10;
const markBytes = 3;

/**
 * @param source of the file
 * @returns undefined for bytes that aren't UTF-8 or have a line of more than a megabyte: the reader's process reads those
 * @throws {DocumentError} `too-large` for more records than one file may hold
 * @throws the signal's reason when it aborts
 */
export async function largeLines(
  bytes: Buffer,
  source: string,
  signal?: AbortSignal,
): Promise<Reading | undefined> {
  if (isBinary(bytes) || !isUtf8(bytes)) return undefined;
  const reading: Reading = { documents: [], failures: [] };
  const reader = new JsonLineReader(source);
  const first = bytes.indexOf('\ufeff') === 0 ? markBytes : 0;
  let turn = bytesPerTurn;
  for (let from = first, line = 0; from < bytes.length; line++) {
    const found = bytes.indexOf(newline, from);
    const to = found === -1 ? bytes.length : found;
    if (to - from > maxLineBytes) return undefined;
    const item = reader.read(bytes.toString('utf8', from, to));
    if (item !== undefined && 'code' in item) reading.failures.push(item);
    else if (item !== undefined) reading.documents.push(new Line(bytes, source, from, to, line, item));
    if (reading.documents.length + reading.failures.length > maxRecords) throw tooManyRecords();
    from = to + 1;
    if (from < turn) continue;
    turn = from + bytesPerTurn;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return reading;
}

class Line implements LazyDocument {
  readonly source: string;
  readonly #hash: string;
  readonly #bytes: Buffer;
  readonly #file: string;
  readonly #from: number;
  readonly #to: number;
  /** Lines before it. */
  readonly #before: number;

  constructor(bytes: Buffer, file: string, from: number, to: number, before: number, document: Document) {
    this.#bytes = bytes;
    this.#file = file;
    this.#from = from;
    this.#to = to;
    this.#before = before;
    this.source = document.source;
    this.#hash = hashOf(document);
  }

  hash(): string {
    return this.#hash;
  }

  open(): Document {
    const text = this.#bytes.toString('utf8', this.#from, this.#to);
    const item: Document | Failure | undefined = new JsonLineReader(this.#file, this.#before).read(text);
    if (item === undefined || 'code' in item) throw new Error(`expected ${this.source} to be what it was`);
    // A repeated id has its suffix only among the others.
    return { ...item, source: this.source };
  }
}
