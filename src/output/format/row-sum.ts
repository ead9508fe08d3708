// The sums of rows: rows.sum holds 16 bytes for each, in the order of the lines. The first eight are of the row's line
// in chunks.jsonl without its embedding (id, text, metadata with context), the last eight of its vector as vectors.npy
// holds it, so they stay the same when `--format` changes. Each is an xxh64, little-endian.
// A document's sum is made of its rows'; where lines carry embeddings, of the sums of their digits, too. So each byte
// of a row is covered once. The sums find damage, not forgery: whoever can write the files can write the sums.
import xxhash, { type XXHashAPI } from 'xxhash-wasm';
import type { Vector } from '../../types/vector.js';
import { embeddingIn } from './chunk-line.js';

/** Bytes of a row in rows.sum. */
export const rowSumBytes = 16;
/** Bytes of one xxh64. */
const sumBytes = 8;

let loaded: Promise<XXHashAPI> | undefined;

/** Sums of consecutive rows, as they are written or read. Lines and vectors are added independently of each other. */
export class RowSums {
  readonly #hash: XXHashAPI['h64Raw'];
  readonly #withEmbeddings: boolean;
  #lines = 0;
  #vectors = 0;
  #rows: Buffer = Buffer.alloc(64 * rowSumBytes);
  #embeddings: Buffer = Buffer.alloc(64 * sumBytes);
  #scratch: Buffer = Buffer.alloc(4096);

  private constructor({ h64Raw }: XXHashAPI, withEmbeddings: boolean) {
    this.#hash = h64Raw;
    this.#withEmbeddings = withEmbeddings;
  }

  /** @param withEmbeddings whether lines carry their embedding */
  static async create(withEmbeddings: boolean): Promise<RowSums> {
    loaded ??= xxhash();
    return new RowSums(await loaded, withEmbeddings);
  }

  /** Lines so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Vectors so far. */
  get vectors(): number {
    return this.#vectors;
  }

  /** @param line the next row's, with its newline */
  addLine(line: Uint8Array): void {
    const row = this.#lines++;
    this.#reserve(row);
    let rest = line;
    if (this.#withEmbeddings) {
      const { start, end } = embeddingIn(line);
      this.#embeddings.writeBigUInt64LE(this.#hash(line.subarray(start, end)), row * sumBytes);
      rest = this.#without(line, start, end);
    }
    this.#rows.writeBigUInt64LE(this.#hash(rest), row * rowSumBytes);
  }

  /** @param vector the next row's, as vectors.npy holds it */
  addVector(vector: Uint8Array): void {
    const row = this.#vectors++;
    this.#reserve(row);
    this.#rows.writeBigUInt64LE(this.#hash(vector), row * rowSumBytes + sumBytes);
  }

  /** What rows.sum holds of these rows. The memory is overwritten after `clear`. */
  rows(from = 0, to = this.#lines): Buffer {
    return this.#rows.subarray(from * rowSumBytes, to * rowSumBytes);
  }

  /**
   * The sum of a document whose rows are `from` ≤ row < `to`, 16 hex digits.
   * @param rows its part of rows.sum, when that isn't what was added
   */
  ofDocument(from: number, to: number, rows: Buffer = this.rows(from, to)): string {
    // The sums of its embeddings are the seed of the sum of its rows.
    const seed = this.#withEmbeddings
      ? this.#hash(this.#embeddings.subarray(from * sumBytes, to * sumBytes))
      : 0n;
    return this.#hash(rows, seed).toString(16).padStart(16, '0');
  }

  /** Begins again at row 0. */
  clear(): void {
    this.#lines = 0;
    this.#vectors = 0;
  }

  #without(line: Uint8Array, start: number, end: number): Uint8Array {
    const length = line.length - (end - start);
    if (this.#scratch.length < length) this.#scratch = Buffer.alloc(2 * length);
    this.#scratch.set(line.subarray(0, start));
    this.#scratch.set(line.subarray(end), start);
    return this.#scratch.subarray(0, length);
  }

  #reserve(row: number): void {
    if ((row + 1) * rowSumBytes <= this.#rows.length) return;
    this.#rows = Buffer.concat([this.#rows, Buffer.alloc(this.#rows.length)]);
    this.#embeddings = Buffer.concat([this.#embeddings, Buffer.alloc(this.#embeddings.length)]);
  }
}

/** Tells whether a vector is that of a row, by its place in a part of rows.sum. */
export async function vectorChecker(): Promise<(vector: Vector, sums: Buffer, place: number) => boolean> {
  loaded ??= xxhash();
  const { h64Raw } = await loaded;
  return ({ buffer, byteOffset, byteLength }, sums, place) =>
    h64Raw(new Uint8Array(buffer, byteOffset, byteLength)) ===
    sums.readBigUInt64LE(place * rowSumBytes + sumBytes);
}
