// Rows in the binary form of PostgreSQL's COPY: a number of fields, then each with its length. Numbers are big-endian.
import type { DestinationRow } from '../destination.js';

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

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const end = Buffer.from([0xff, 0xff]);

/** Pages of about so many bytes are made of the rows. */
const pageBytes = 256 * 1024;

/** All bytes of a COPY of these rows, a page at a time. */
export function* copyBytes(index: string, rows: readonly DestinationRow[]): Generator<Buffer> {
  const page = new Page();
  page.bytes(signature);
  for (const row of rows) {
    page.int16(copiedColumns.length);
    page.text(index);
    page.uuid(row.id);
    page.text(row.source);
    page.int32(4);
    page.int32(row.chunk);
    page.text(row.text);
    // jsonb begins with its version.
    page.text(`\x01${row.metadata}`);
    page.text(row.sum);
    page.vector(row.vector);
    if (page.length >= pageBytes) yield page.take();
  }
  page.bytes(end);
  yield page.take();
}

/** Bytes that grow. */
class Page {
  #buffer = Buffer.allocUnsafe(2 * pageBytes);
  #end = 0;

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

  /** A field of text, with its length in bytes before it. */
  text(value: string): void {
    // No character takes more bytes than three for each of its units.
    this.#room(4 + value.length * 3);
    const length = this.#buffer.write(value, this.#end + 4);
    this.#buffer.writeInt32BE(length, this.#end);
    this.#end += 4 + length;
  }

  uuid(value: string): void {
    this.int32(16);
    this.#room(16);
    this.#end += this.#buffer.write(value.replaceAll('-', ''), this.#end, 'hex');
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

  /** What was written; the page begins anew. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#end);
    this.#buffer = Buffer.allocUnsafe(2 * pageBytes);
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
