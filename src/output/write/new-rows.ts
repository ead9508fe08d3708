// The new rows of one document: their lines and vectors go into the staged files, their sums and keys are kept for its entry in
// the manifest. Rows are summed in blocks, as they stand in the buffers of the files: one call of the kernel costs as much as
// the sum of a row.
import type { VectorSpace } from '../../types/space.js';
import type { Vector } from '../../types/vector.js';
import { fromFloat16, toFloat16 } from '../../vectors/float16.js';
import { type LineParts, maxLineBytes, type ReadyLine, writeLine } from '../format/chunk-line.js';
import { type Dtype, vectorBytes } from '../format/dtype.js';
import type { RowSums } from '../format/row-sum.js';
import { keyBytes } from '../read/hash-index.js';
import type { StagedFile } from './staged-file.js';

/** Rows of more bytes are summed before the next one, so that the kernel needs little memory. */
const mostBytes = 256 * 1024;

export interface NewRowsOptions {
  lines: StagedFile;
  vectors: StagedFile;
  /** Gets the sums of the rows. */
  sums: RowSums;
  /** Whether lines carry their embedding. */
  embeddings: boolean;
  space: VectorSpace;
  /** The numbers of vectors.npy. */
  dtype: Dtype;
}

export class NewRows {
  readonly #options: NewRowsOptions;
  readonly #newLines: Block;
  readonly #newVectors: Block;
  #keys = Buffer.alloc(64 * keyBytes);
  #count = 0;

  constructor(options: NewRowsOptions) {
    const { sums } = options;
    const rowBytes = vectorBytes(options);
    this.#options = options;
    this.#newLines = new Block((rows) => sums.addLines(rows));
    this.#newVectors = new Block((rows) => sums.addVectors(rows, rowBytes));
  }

  /** Forgets the rows before, and begins a document. */
  begin(): void {
    this.#options.sums.clear();
    this.#newLines.drop();
    this.#newVectors.drop();
    this.#count = 0;
  }

  /** @param parts of its line @param key of its chunk, lower-case hex */
  add(parts: LineParts | ReadyLine, vector: Vector, key: string): void {
    const { lines, vectors, embeddings, space, dtype } = this.#options;
    const { dimensions } = space;
    if (vector.length !== dimensions) {
      throw new Error(`expected ${dimensions} dimensions, got ${vector.length}`);
    }
    const { values, bytes } = dtype === 'float16' ? asFloat16(vector) : asFloat32(vector);
    const embedding = embeddings ? values : undefined;
    const line = lines.room(maxLineBytes(parts, embedding));
    const lineEnd = writeLine(line.buffer, line.position, parts, embedding);
    lines.advance(lineEnd);
    this.#newLines.add(line.buffer, line.position, lineEnd);
    const { buffer, position } = vectors.room(bytes.length);
    const vectorEnd = position + bytes.length;
    buffer.set(bytes, position);
    vectors.advance(vectorEnd);
    this.#newVectors.add(buffer, position, vectorEnd);
    this.#addKey(key);
  }

  /** Completes the sums. @returns the keys of all rows of the document, in base64url */
  end(): string {
    this.#newLines.finish();
    this.#newVectors.finish();
    return this.#keys.toString('base64url', 0, this.#count * keyBytes);
  }

  #addKey(key: string): void {
    const at = this.#count++ * keyBytes;
    if (at + keyBytes > this.#keys.length) {
      this.#keys = Buffer.concat([this.#keys, Buffer.alloc(this.#keys.length)]);
    }
    this.#keys.write(key, at, keyBytes, 'hex');
  }
}

/** Rows that stand next to each other in the buffer of a staged file. */
class Block {
  readonly #sum: (rows: Uint8Array) => void;
  #buffer: Uint8Array | undefined;
  #from = 0;
  #to = 0;

  constructor(sum: (rows: Uint8Array) => void) {
    this.#sum = sum;
  }

  /** Adds a row. A buffer that was left for another one is still as it was: its write has only begun. */
  add(buffer: Uint8Array, from: number, to: number): void {
    if (buffer !== this.#buffer || from !== this.#to || to - this.#from > mostBytes) {
      this.finish();
      this.#buffer = buffer;
      this.#from = from;
    }
    this.#to = to;
  }

  /** Sums the rows that aren't summed yet. */
  finish(): void {
    if (this.#to > this.#from) this.#sum(this.#buffer!.subarray(this.#from, this.#to));
    this.drop();
  }

  drop(): void {
    this.#buffer = undefined;
    this.#from = this.#to = 0;
  }
}

/** A vector as it is stored: its values, for the line, and its bytes. */
interface StoredVector {
  values: Vector;
  bytes: Uint8Array;
}

function asFloat32(vector: Vector): StoredVector {
  return { values: vector, bytes: new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength) };
}

/** Rounded, so that the line says what vectors.npy holds. */
function asFloat16(vector: Vector): StoredVector {
  const halves = toFloat16(vector);
  const values = new Float32Array(vector.length);
  fromFloat16(halves, values);
  return { values, bytes: new Uint8Array(halves.buffer) };
}
