// A line of chunks.jsonl as a row for destinations. Nearly all lines are taken as they are, without being parsed: text and
// metadata are parts of their bytes. The others hold what stores refuse, or much metadata.
import { join } from 'node:path';
import type { DestinationRow } from '../destinations/destination.js';
import { partsOf, withEmbedding } from '../output/format/chunk-line.js';
import { damaged } from '../output/format/damage.js';
import type { OutputDocument } from '../output/format/manifest-reader.js';
import { chunksName } from '../output/format/owned-names.js';
import type { Output } from '../output/read/output.js';
import { jsonLine } from '../text/json-line.js';
import { isPlain } from '../text/plain-json.js';
import { storable } from '../text/storable.js';
import type { Vector } from '../types/vector.js';

/** A row whose vector is read later. */
export interface LineRow extends DestinationRow {
  vector: Vector;
  /** A character was replaced that stores refuse. */
  readonly isReplaced: boolean;
}

const idStart = 7;
const idEnd = idStart + 36;
const beforeId = Buffer.from('{"id":"');
const beforeText = Buffer.from('","text":"');
const textStart = idEnd + beforeText.length;
/** Metadata of more bytes are parsed, so that nothing that nests deep is handed on. */
const maxPlainBytes = 4096;
const noVector = new Float32Array(0);
const [backslash, quote, closingBrace] = [0x5c, 0x22, 0x7d];
const unicodeEscape = Buffer.from('\\u');
const beforeMetadata = ',"metadata":';

/** Reads the lines of one document. */
export class LineReader {
  readonly #output: Output;
  readonly #source: string;
  /** What the metadata of a line begins with. */
  readonly #beforeChunk: Buffer;
  readonly #hasEmbedding: boolean;

  constructor(output: Output, { source }: OutputDocument) {
    this.#output = output;
    this.#source = source;
    this.#beforeChunk = Buffer.from(`${beforeMetadata}{"source":${jsonLine(source)},"chunk":`);
    this.#hasEmbedding = output.manifest.formats.includes('jsonl');
  }

  /**
   * @param line with its newline; its memory may be overwritten afterwards
   * @param row its place in the output @param sum 32 hex digits
   * @throws {DamagedOutputError} when it isn't one that was written there
   */
  read(line: Buffer, row: number, sum: string): LineRow {
    return this.#plain(line, sum) ?? this.#parsed(line, row, sum);
  }

  /** Undefined for a line that must be parsed. */
  #plain(line: Buffer, sum: string): LineRow | undefined {
    if (!startsAt(line, 0, beforeId) || !startsAt(line, idEnd, beforeText)) return undefined;
    const escapeAt = line.indexOf(backslash, textStart);
    if (escapeAt >= 0 && line.includes(unicodeEscape, escapeAt)) return undefined;
    const hasEscapes = escapeAt >= 0 && escapeAt < line.indexOf(quote, textStart);
    const { headEnd, tailStart } =
      hasEscapes || this.#hasEmbedding ? partsOf(line) : plainParts(line.indexOf(quote, textStart) + 1);
    const metadataStart = tailStart + beforeMetadata.length;
    const metadataEnd = line.length - 2;
    if (metadataEnd - metadataStart > maxPlainBytes || line[metadataEnd] !== closingBrace) return undefined;
    if (
      line.compare(
        this.#beforeChunk,
        0,
        this.#beforeChunk.length,
        tailStart,
        tailStart + this.#beforeChunk.length,
      ) !== 0
    )
      return undefined;
    const chunk = numberAt(line, tailStart + this.#beforeChunk.length);
    if (chunk === undefined) return undefined;
    const id = line.toString('latin1', idStart, idEnd);
    const source = this.#source;
    if (!hasEscapes) {
      const bytes = Buffer.allocUnsafe(headEnd - 1 - textStart + metadataEnd - metadataStart);
      const length = line.copy(bytes, 0, textStart, headEnd - 1);
      line.copy(bytes, length, metadataStart, metadataEnd);
      return new PlainRow(
        { id, source, chunk, sum, textBytes: bytes.subarray(0, length) },
        bytes.subarray(length),
      );
    }
    let text: string;
    try {
      text = JSON.parse(line.toString('utf8', textStart - 1, headEnd));
    } catch {
      return undefined;
    }
    return new PlainRow(
      { id, source, chunk, sum, text },
      Buffer.from(line.subarray(metadataStart, metadataEnd)),
    );
  }

  #parsed(line: Buffer, row: number, sum: string): LineRow {
    const place = join(this.#output.dir, chunksName);
    let json: Partial<Record<'id' | 'text' | 'metadata', unknown>>;
    const written = (this.#hasEmbedding ? withEmbedding(line, undefined) : line).toString('utf8');
    try {
      json = JSON.parse(written);
    } catch (cause) {
      throw damaged(place, `row ${row} is no JSON`, cause);
    }
    if (!isPlain(json, bounds)) throw damaged(place, `row ${row} is nested too deeply`);
    // What stores refuse is always written as an escape.
    const cleaned = /\\u(?:0000|d[89a-f])/i.test(written) ? clean(json) : { value: json, isReplaced: false };
    const { id, text, metadata } = cleaned.value as typeof json;
    const { source, chunk } = (metadata ?? {}) as Record<string, unknown>;
    if (
      typeof id !== 'string' ||
      typeof text !== 'string' ||
      typeof source !== 'string' ||
      typeof chunk !== 'number'
    ) {
      throw damaged(place, `row ${row} is not a row's JSON`);
    }
    const { isReplaced } = cleaned;
    return { id, source, chunk, text, metadata: JSON.stringify(metadata), sum, vector: noVector, isReplaced };
  }
}

interface Plain {
  id: string;
  source: string;
  chunk: number;
  sum: string;
  /** One of both. */
  text?: string;
  textBytes?: Uint8Array;
}

/** Text and metadata become texts when a store asks for them. */
class PlainRow implements LineRow {
  readonly id: string;
  readonly source: string;
  readonly chunk: number;
  readonly sum: string;
  readonly textBytes: Uint8Array | undefined;
  readonly metadataBytes: Buffer;
  readonly isReplaced = false;
  vector: Vector = noVector;
  #text: string | undefined;

  constructor({ id, source, chunk, sum, text, textBytes }: Plain, metadata: Buffer) {
    this.id = id;
    this.source = source;
    this.chunk = chunk;
    this.sum = sum;
    this.#text = text;
    this.textBytes = textBytes;
    this.metadataBytes = metadata;
  }

  get text(): string {
    this.#text ??= Buffer.from(this.textBytes!).toString('utf8');
    return this.#text;
  }

  get metadata(): string {
    return this.metadataBytes.toString('utf8');
  }
}

/** For a few bytes: a call of `compare` costs more. */
function startsAt(line: Buffer, at: number, bytes: Buffer): boolean {
  for (let byte = 0; byte < bytes.length; byte++) if (line[at + byte] !== bytes[byte]) return false;
  return true;
}

/** As `partsOf`, of a line without an embedding. */
function plainParts(textEnd: number): ReturnType<typeof partsOf> {
  return { headEnd: textEnd, tailStart: textEnd };
}

/** The whole number whose digits stand there, before a comma. */
function numberAt(line: Buffer, at: number): number | undefined {
  let value = 0;
  let end = at;
  for (; end < at + 9; end++) {
    const digit = line[end]! - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  return end > at && line[end] === 0x2c ? value : undefined;
}

/** Of a row: a record brings metadata of its own along. */
const bounds = { levels: 66, parts: 1_000_000 };

/** The value with all its texts and keys as stores take them. */
function clean(value: unknown): { value: unknown; isReplaced: boolean } {
  let isReplaced = false;
  const text = (one: string): string => {
    const stored = storable(one);
    if (stored !== one) isReplaced = true;
    return stored;
  };
  const cleaned = (one: unknown): unknown => {
    if (typeof one === 'string') return text(one);
    if (Array.isArray(one)) return one.map(cleaned);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [text(key), cleaned(inner)]));
  };
  return { value: cleaned(value), isReplaced };
}
