// Rows in the binary form of PostgreSQL's COPY: a number of fields, then each with its length. Numbers are big-endian.
import { readUuidText } from '../../text/hex-digits.js';
import type { DestinationRow, RowWithoutVector } from '../destination.js';

/** The columns, in the order of the fields. */
export const copiedColumns = [
  'index_name',
  'id',
  'source',
  'chunk',
  'text',
  'metadata',
  'sum',
  'embedding',
] as const;

/** What a COPY in binary begins with, both ways. */
export const copyStart = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const end = Buffer.from([0xff, 0xff]);

/** Pages of about so many bytes are made of the rows. */
const pageBytes = 256 * 1024;

/** Where a row of an update is: its columns but the vector, and its id until now. */
export const updatedColumns = ['from_id', ...copiedColumns.slice(1, -1)] as const;

/** The bytes of a COPY in binary, a page at a time. Its memory is used again for the next page: that must be asked for when this one is sent. */
export class CopyBytes {
  readonly #page = new Page(2 * pageBytes);
  /** How many fields a row has, and the first of them: the name of the index. */
  readonly #rowStart: Buffer;

  constructor(index: string) {
    const name = Buffer.from(index);
    const length = Buffer.alloc(4);
    length.writeInt32BE(name.length);
    this.#rowStart = Buffer.concat([Buffer.from([0, copiedColumns.length]), length, name]);
    this.#page.bytes(copyStart);
  }

  /** Whole rows. */
  *rows(rows: Iterable<DestinationRow>): Generator<Buffer> {
    const page = this.#page;
    for (const row of rows) {
      page.bytes(this.#rowStart);
      page.uuid(row.id);
      this.#plain(row);
      page.vector(row.vector);
      if (page.length >= pageBytes) yield page.take();
    }
  }

  /** Rows without their vectors, for an update. @param ids those that they have until now */
  *updates(rows: readonly RowWithoutVector[], ids: readonly string[]): Generator<Buffer> {
    const page = this.#page;
    for (const [at, row] of rows.entries()) {
      page.int16(updatedColumns.length);
      page.uuid(ids[at]!);
      page.uuid(row.id);
      this.#plain(row);
      if (page.length >= pageBytes) yield page.take();
    }
  }

  end(): Buffer {
    this.#page.bytes(end);
    return this.#page.take();
  }

  #plain(row: RowWithoutVector): void {
    const page = this.#page;
    page.text(row.source);
    page.int32(4);
    page.int32(row.chunk);
    page.text(row.textBytes ?? row.text);
    // jsonb begins with its version.
    page.text(row.metadataBytes ?? row.metadata, 1);
    page.text(row.sum);
  }
}

/** All bytes of a COPY of these rows. */
export function* copyBytes(index: string, rows: readonly DestinationRow[]): Generator<Buffer> {
  const bytes = new CopyBytes(index);
  for (const page of bytes.rows(rows)) yield Buffer.from(page);
  yield bytes.end();
}

/** A vector in pgvector's binary form. */
export function vectorBytes(values: Float32Array): Buffer {
  const page = new Page(8 + 4 * values.length);
  page.vector(values);
  return page.take().subarray(4);
}

/** Bytes that grow. */
class Page {
  #buffer: Buffer;
  #end = 0;
  readonly #id = new Uint8Array(16);

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafe(bytes);
  }

  get length(): number {
    return this.#end;
  }

  int16(value: number): void {
    this.#room(2);
    this.#end = this.#buffer.writeInt16BE(value, this.#end);
  }

  int32(value: number): void {
    this.#room(4);
    this.#end = this.#buffer.writeInt32BE(value, this.#end);
  }

  bytes(value: Buffer): void {
    this.#room(value.length);
    this.#end += value.copy(this.#buffer, this.#end);
  }

  /** A field of text, with its length in bytes before it. @param version a byte before the text */
  text(value: string | Uint8Array, version?: number): void {
    // No character takes more bytes than three for each of its units.
    this.#room(5 + value.length * (typeof value === 'string' ? 3 : 1));
    const buffer = this.#buffer;
    const start = this.#end;
    let at = start + 4;
    if (version !== undefined) buffer[at++] = version;
    if (typeof value === 'string') at += buffer.write(value, at);
    else {
      buffer.set(value, at);
      at += value.length;
    }
    buffer.writeInt32BE(at - start - 4, start);
    this.#end = at;
  }

  uuid(value: string): void {
    this.int32(16);
    this.#room(16);
    if (!readUuidText(value, this.#id)) throw new Error('expected a UUID');
    this.#buffer.set(this.#id, this.#end);
    this.#end += 16;
  }

  /** pgvector's form: dimensions, an unused number, and the floats. */
  vector(values: Float32Array): void {
    const bytes = 4 + values.length * 4;
    this.int32(bytes);
    this.int16(values.length);
    this.int16(0);
    this.#room(bytes);
    const floats = this.#buffer.subarray(this.#end, this.#end + values.length * 4);
    floats.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    // The floats in memory are little-endian.
    floats.swap32();
    this.#end += floats.length;
  }

  /** What was written; the page begins anew, in the same memory. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#end);
    this.#end = 0;
    return taken;
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + bytes));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}
