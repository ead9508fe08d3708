// src/output/format/kernel: the sums of many rows in one call of WebAssembly. A call and its memory cost as much as the sum of
// a row, so blocks of rows go in, not rows. sums.as is the source, compiled.ts what it became.
import { webAssembly } from '../../../web-assembly.js';
import { compiled } from './compiled.js';

interface Exports {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  xxh64(at: number, end: number, seed: bigint): bigint;
  lines(
    at: number,
    end: number,
    key: number,
    keyLength: number,
    scratch: number,
    sums: number,
    embeddings: number,
    lengths: number,
    most: number,
  ): number;
  vectors(at: number, count: number, rowBytes: number, sums: number): void;
}

/** Rows of one call. */
const mostRows = 4096;
/** Addresses: what an embedding begins with, what a call gives, and the input, with its slack behind it. */
const keyAt = 0;
const sumsAt = 1024;
const embeddingsAt = sumsAt + mostRows * 8;
const lengthsAt = embeddingsAt + mostRows * 8;
const inputAt = lengthsAt + mostRows * 4;
const slack = 64;
const pageBytes = 65_536;

let loaded: Promise<object> | undefined;

/** What one call gave, as 32-bit words; overwritten by the next call. */
export interface Sums {
  rows: number;
  /** Two words a row. */
  sums: Int32Array;
  /** Two words a row: of the bytes of its embedding. */
  embeddings: Int32Array;
  /** Bytes of each line. */
  lengths: Uint32Array;
}

export class SumsKernel {
  readonly #exports: Exports;
  readonly #keyLength: number;
  #bytes = new Uint8Array(0);

  private constructor(exports: Exports, embeddingKey: Uint8Array | undefined) {
    this.#exports = exports;
    this.#keyLength = embeddingKey?.length ?? 0;
    this.#reserve(pageBytes);
    if (embeddingKey !== undefined) this.#bytes.set(embeddingKey, keyAt);
  }

  /** @param embeddingKey what an embedding begins with, a comma first, at least 8 bytes; undefined for lines without */
  static async create(embeddingKey: Uint8Array | undefined): Promise<SumsKernel> {
    loaded ??= webAssembly.compile(Buffer.from(compiled, 'base64'));
    const { exports } = await webAssembly.instantiate(await loaded, {});
    return new SumsKernel(exports as Exports, embeddingKey);
  }

  /** The sums of whole lines. @param block the last line may lack its newline */
  *lines(block: Uint8Array): Generator<Sums> {
    const end = this.#take(block, block.length);
    for (let at = inputAt; at < end; ) {
      const key = [keyAt, this.#keyLength, end + slack] as const;
      const rows = this.#exports.lines(at, end, ...key, sumsAt, embeddingsAt, lengthsAt, mostRows);
      const sums = this.#sums(rows);
      yield sums;
      for (const length of sums.lengths) at += length;
    }
  }

  /** The sums of whole vectors. */
  *vectors(block: Uint8Array, rowBytes: number): Generator<Sums> {
    const end = this.#take(block, 0);
    for (let at = inputAt; at < end; ) {
      const rows = Math.min(mostRows, (end - at) / rowBytes);
      this.#exports.vectors(at, rows, rowBytes, sumsAt);
      yield this.#sums(rows);
      at += rows * rowBytes;
    }
  }

  /** The sum of some bytes. */
  sum(bytes: Uint8Array, seed = 0n): bigint {
    const end = this.#take(bytes, 0);
    return BigInt.asUintN(64, this.#exports.xxh64(inputAt, end, seed));
  }

  /** @returns the address behind the copied bytes */
  #take(bytes: Uint8Array, scratch: number): number {
    this.#reserve(inputAt + bytes.length + scratch + 2 * slack);
    this.#bytes.set(bytes, inputAt);
    return inputAt + bytes.length;
  }

  #reserve(bytes: number): void {
    const { memory } = this.#exports;
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    if (this.#bytes.buffer !== memory.buffer) this.#bytes = new Uint8Array(memory.buffer);
  }

  #sums(rows: number): Sums {
    const { buffer } = this.#exports.memory;
    return {
      rows,
      sums: new Int32Array(buffer, sumsAt, 2 * rows),
      embeddings: new Int32Array(buffer, embeddingsAt, 2 * rows),
      lengths: new Uint32Array(buffer, lengthsAt, rows),
    };
  }
}
