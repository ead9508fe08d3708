// The sums of rows: rows.sum holds 16 bytes for each, in the order of the lines. The first eight are of the row's line
// in chunks.jsonl without its embedding (id, text, metadata with context), the last eight of its vector as vectors.npy
// holds it, so they stay the same when `--format` changes. Each is an xxh64, little-endian.
// A document's sum is made of its rows'; where lines carry embeddings, of the sums of their digits, too. So each byte
// of a row is covered once. The sums find damage, not forgery: whoever can write the files can write the sums.
import { embeddingKey } from './chunk-line.js';
import { SumsKernel } from './kernel/kernel.js';

/** Bytes of a row in rows.sum. */
export const rowSumBytes = 16;
/** 32-bit words of a row in rows.sum, and of one xxh64. */
const rowWords = 4;
const sumWords = 2;

/** Sums of consecutive rows, as they are written or read. Lines and vectors are added independently of each other. */
export class RowSums {
  readonly #kernel: SumsKernel;
  readonly #withEmbeddings: boolean;
  #lines = 0;
  #vectors = 0;
  #rows = new Int32Array(64 * rowWords);
  #embeddings = new Int32Array(64 * sumWords);

  private constructor(kernel: SumsKernel, withEmbeddings: boolean) {
    this.#kernel = kernel;
    this.#withEmbeddings = withEmbeddings;
  }

  /** @param withEmbeddings whether lines carry their embedding */
  static async create(withEmbeddings: boolean): Promise<RowSums> {
    return new RowSums(await SumsKernel.create(withEmbeddings ? embeddingKey : undefined), withEmbeddings);
  }

  /** Lines so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Vectors so far. */
  get vectors(): number {
    return this.#vectors;
  }

  /**
   * @param block the next rows' whole lines, each with its newline
   * @param each called with the bytes of each line; `false` ends it
   * @returns false when `each` did
   */
  addLines(block: Uint8Array, each?: (length: number) => boolean): boolean {
    for (const { rows, sums, embeddings, lengths } of this.#kernel.lines(block)) {
      this.#reserve(this.#lines + rows);
      let to = this.#lines * rowWords;
      for (let from = 0; from < sums.length; from += sumWords, to += rowWords) {
        this.#rows[to] = sums[from] as number;
        this.#rows[to + 1] = sums[from + 1] as number;
      }
      if (this.#withEmbeddings) this.#embeddings.set(embeddings, this.#lines * sumWords);
      for (let row = 0; row < rows; row++) {
        this.#lines++;
        if (each !== undefined && !each(lengths[row] as number)) return false;
      }
    }
    return true;
  }

  /** @param block the next rows' vectors, as vectors.npy holds them @param rowBytes bytes of each */
  addVectors(block: Uint8Array, rowBytes: number): void {
    for (const { rows, sums } of this.#kernel.vectors(block, rowBytes)) {
      this.#reserve(this.#vectors + rows);
      let to = this.#vectors * rowWords + sumWords;
      for (let from = 0; from < sums.length; from += sumWords, to += rowWords) {
        this.#rows[to] = sums[from] as number;
        this.#rows[to + 1] = sums[from + 1] as number;
      }
      this.#vectors += rows;
    }
  }

  /** What rows.sum holds of these rows. The memory is overwritten after `clear`. */
  rows(from = 0, to = this.#lines): Buffer {
    return bytesOf(this.#rows.subarray(from * rowWords, to * rowWords));
  }

  /**
   * The sum of a document whose rows are `from` ≤ row < `to`, 16 hex digits.
   * @param rows its part of rows.sum, when that isn't what was added
   */
  ofDocument(from: number, to: number, rows: Buffer = this.rows(from, to)): string {
    // The sum of its embeddings' sums is the seed of the sum of its rows'.
    const embeddings = bytesOf(this.#embeddings.subarray(from * sumWords, to * sumWords));
    const seed = this.#withEmbeddings ? this.#kernel.sum(embeddings) : 0n;
    return this.#kernel.sum(rows, seed).toString(16).padStart(16, '0');
  }

  /** Begins again at row 0. */
  clear(): void {
    this.#lines = 0;
    this.#vectors = 0;
  }

  #reserve(rows: number): void {
    if (rows * rowWords <= this.#rows.length) return;
    const capacity = Math.max(rows, (2 * this.#rows.length) / rowWords);
    this.#rows = grown(this.#rows, capacity * rowWords);
    this.#embeddings = grown(this.#embeddings, capacity * sumWords);
  }
}

/** Tells whether a vector's bytes are those of a row, by its place in a part of rows.sum. */
export async function vectorChecker(): Promise<(vector: Uint8Array, sums: Buffer, place: number) => boolean> {
  const kernel = await SumsKernel.create(undefined);
  return (vector, sums, place) =>
    kernel.sum(vector) === sums.readBigUInt64LE(place * rowSumBytes + rowSumBytes / 2);
}

function grown(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(words);
  return larger;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
