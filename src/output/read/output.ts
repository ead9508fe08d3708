// src/output/read: a committed output, opened for reading.
//
// In: a folder. Out: an `Output`: documents by source, rows by the hash of a text, vectors and lines by row.
// What must hold: a reader sees one whole output, the old or the new one, even while a commit replaces the files
// (snapshot.ts); files changed after the commit are noticed (seal.ts); damage is a DamagedOutputError, not a crash.
// `checked-rows.ts` reads all rows and checks them; `row-list.ts` lists their sums; `hash-index.ts` finds rows by text.
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { debug, told } from '../../debug.js';
import type { KeptFailure } from '../../types/failure.js';
import type { VectorSpace } from '../../types/space.js';
import type { Vector } from '../../types/vector.js';
import { fromFloat16 } from '../../vectors/float16.js';
import { damaged } from '../format/damage.js';
import { vectorBytes } from '../format/dtype.js';
import { readFailures } from '../format/failures-file.js';
import type { RecordFile } from '../format/manifest.js';
import { type Manifest, type OutputDocument, readManifest } from '../format/manifest-reader.js';
import { npyHeaderBytes } from '../format/npy-header.js';
import { manifestName, vectorsName } from '../format/owned-names.js';
import { RecordFiles } from '../format/record-sources.js';
import { vectorChecker } from '../format/row-sum.js';
import { hashFile } from '../write/staged-file.js';
import { checkSizes } from './check-sizes.js';
import { type RowFiles, readSums } from './checked-rows.js';
import { DocumentLines } from './document-lines.js';
import { HashIndex, keyBytes } from './hash-index.js';
import { readWhole } from './read-whole.js';
import { checkSums } from './seal.js';
import { closeFiles, type OpenFiles, openFiles } from './snapshot.js';

/** Consecutive rows that were read together. */
export interface VectorBlock {
  /** The row of the first vector. */
  first: number;
  rows: number;
  /** `rows` times `dimensions` floats; overwritten by the next block. */
  floats: Float32Array;
}

const blockBytes = 4 * 1024 * 1024;
/** Rows at most this many bytes apart are read in one call. */
const gapBytes = 16 * 1024;

export interface OpenOptions {
  /** Check the sums of files that were touched since the commit. @default true */
  sums?: boolean;
  signal?: AbortSignal;
}

/**
 * @returns undefined when the folder holds no output
 * @throws {DamagedOutputError} when its files contradict each other
 * @throws {NewerOutputError} when a newer version made it
 */
export async function openOutput(dir: string, options: OpenOptions = {}): Promise<Output | undefined> {
  const files = await openFiles(dir);
  if (files === undefined) {
    debug.output?.(`${dir}: none yet`);
    return undefined;
  }
  try {
    const manifest = await readManifest(files.manifest, join(dir, manifestName));
    await checkSizes(dir, files, manifest);
    if (options.sums ?? true) await checkSums(dir, files, manifest, options.signal);
    const { space, documents, rows } = manifest;
    const made = `made by ${space.embedder} with ${space.model} in the vector space ${space.id}`;
    debug.output?.(`${dir}: documents ${documents.length}, rows ${rows}, ${made}`);
    return new Output(dir, files, manifest);
  } catch (error) {
    debug.output?.(`${dir}: ${told(error)}`);
    await closeFiles(files);
    throw error;
  }
}

export class Output {
  readonly dir: string;
  readonly manifest: Manifest;
  #files: OpenFiles;
  #sources: Map<string, OutputDocument> | undefined;
  #recordFiles: RecordFiles | undefined;
  #texts: HashIndex | undefined;
  #held: Float32Array | undefined;
  #failures: Promise<KeptFailure[]> | undefined;
  readonly #lines: DocumentLines;

  constructor(dir: string, files: OpenFiles, manifest: Manifest) {
    this.dir = dir;
    this.manifest = manifest;
    this.#files = files;
    this.#lines = new DocumentLines(dir, files.chunks);
  }

  get space(): VectorSpace {
    return this.manifest.space;
  }

  get rows(): number {
    return this.manifest.rows;
  }

  /** In the order of their rows. */
  documents(): readonly OutputDocument[] {
    return this.manifest.documents;
  }

  document(source: string): OutputDocument | undefined {
    this.#sources ??= new Map(this.manifest.documents.map((document) => [document.source, document]));
    return this.#sources.get(source);
  }

  /** The document that a row belongs to. */
  documentOf(row: number): OutputDocument {
    const { documents } = this.manifest;
    let low = 0;
    let high = documents.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((documents[middle] as OutputDocument).firstRow <= row) low = middle;
      else high = middle;
    }
    // A document without rows has the same first row as the next one: the last of them owns the row.
    const document = documents[low];
    if (document === undefined || row < document.firstRow || row >= document.firstRow + document.rows) {
      throw new RangeError(`expected a row below ${this.rows}, got ${row}`);
    }
    return document;
  }

  recordFile(source: string): RecordFile | undefined {
    this.#recordFiles ??= new RecordFiles(this.manifest.recordFiles);
    return this.#recordFiles.get(source);
  }

  /** The file whose record a document is; undefined for a file of its own. */
  recordFileOf(source: string): string | undefined {
    if (!source.includes('#')) return undefined;
    this.#recordFiles ??= new RecordFiles(this.manifest.recordFiles);
    return this.#recordFiles.fileOf(source);
  }

  /** The first row whose chunk has this key (lower-case hex). */
  findRow(key: string): number | undefined {
    this.#texts ??= indexTexts(this.manifest);
    return this.#texts.find(key);
  }

  /**
   * Vectors in the order of `rows`. They may share memory with each other.
   * @throws {DamagedOutputError} when one isn't what was written
   */
  async vectors(rows: readonly number[]): Promise<Vector[]> {
    const { dimensions } = this.space;
    const rowBytes = vectorBytes(this.manifest);
    const order = rows.map((_, i) => i).sort((a, b) => (rows[a] as number) - (rows[b] as number));
    const found = new Array<Vector>(rows.length);
    const check = await vectorChecker();
    for (let from = 0; from < order.length; ) {
      const first = rows[order[from] as number] as number;
      let last = first;
      let to = from + 1;
      for (; to < order.length; to++) {
        const row = rows[order[to] as number] as number;
        if ((row - last - 1) * rowBytes > gapBytes || (row - first + 1) * rowBytes > blockBytes) break;
        last = row;
      }
      const floats = new Float32Array((last - first + 1) * dimensions);
      const stored = await this.#readVectors(first, floats);
      const sums = this.#files.sums && (await readSums(this.rowFiles, first, last - first + 1));
      for (; from < to; from++) {
        const place = order[from] as number;
        const at = (rows[place] as number) - first;
        const bytes = stored.subarray(at * rowBytes, (at + 1) * rowBytes);
        if (sums !== undefined && !check(bytes, sums, at)) {
          throw damaged(join(this.dir, vectorsName), `row ${first + at} is not as it was written`);
        }
        found[place] = floats.subarray(at * dimensions, (at + 1) * dimensions);
      }
    }
    return found;
  }

  /** All vectors in order, a few megabytes at a time. */
  async *blocks(): AsyncGenerator<VectorBlock> {
    const { dimensions } = this.space;
    const held = this.#held;
    const rowsPerBlock = Math.max(1, Math.floor(blockBytes / (dimensions * 4)));
    const memory = held ?? new Float32Array(Math.min(rowsPerBlock, this.rows) * dimensions);
    for (let first = 0; first < this.rows; first += rowsPerBlock) {
      const rows = Math.min(rowsPerBlock, this.rows - first);
      const start = held === undefined ? 0 : first * dimensions;
      const floats = memory.subarray(start, start + rows * dimensions);
      // Reading lets others go on; blocks from memory must not keep them waiting.
      await (held === undefined ? this.#readVectors(first, floats) : setImmediate());
      yield { first, rows, floats };
    }
  }

  /** Reads all vectors into memory, once for all later calls of {@link blocks}. */
  async hold(): Promise<void> {
    const held = new Float32Array(this.rows * this.space.dimensions);
    for await (const { first, floats } of this.blocks()) held.set(floats, first * this.space.dimensions);
    this.#held = held;
  }

  /**
   * The lines of chunks.jsonl of a document, or of all from the first to the last, one per row, each with its newline. The next line overwrites the memory of
   * this one. In a damaged file there may be more or fewer lines than rows.
   * @throws {DamagedOutputError} when they hold bytes that embed never writes, or end too soon
   */
  lines(first: OutputDocument, last = first): AsyncGenerator<Buffer> {
    return this.#lines.of(first, last);
  }

  /**
   * The line of one row.
   * @throws {DamagedOutputError} when there is none
   */
  async line(row: number): Promise<string> {
    return await this.#lines.ofRow(this.documentOf(row), row);
  }

  /**
   * The documents and chunks that the last run could not embed. What they depend on is told only when the file is the one
   * of the manifest: a document must not be left out because somebody wrote into a report.
   */
  failures(): Promise<KeptFailure[]> {
    // The survey of a run asks for them, and its report.
    this.#failures ??= this.#readFailures();
    return this.#failures;
  }

  async #readFailures(): Promise<KeptFailure[]> {
    const handle = this.#files.failures;
    if (handle === undefined) return [];
    const failures = await readFailures(handle);
    const { failures: sum } = this.manifest;
    if (sum !== undefined && (await hashFile(handle)) === sum) return failures;
    return failures.map(({ lasting, ...failure }) => failure);
  }

  /** The open files, for passing all rows of some documents. */
  get rowFiles(): RowFiles {
    const { chunks, vectors, sums } = this.#files;
    return { dir: this.dir, manifest: this.manifest, chunks, vectors, sums };
  }

  get manifestFile(): FileHandle {
    return this.#files.manifest;
  }

  async close(): Promise<void> {
    await closeFiles(this.#files);
  }

  /** @returns their bytes as they are stored; those of float32 share the memory of `floats` */
  async #readVectors(first: number, floats: Float32Array): Promise<Buffer> {
    const rowBytes = vectorBytes(this.manifest);
    const isFloat16 = this.manifest.dtype === 'float16';
    const bytes = isFloat16
      ? Buffer.from(new ArrayBuffer((floats.length / this.space.dimensions) * rowBytes))
      : Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
    await this.#read(vectorsName, this.#files.vectors, npyHeaderBytes + first * rowBytes, bytes);
    if (isFloat16) fromFloat16(new Uint16Array(bytes.buffer), floats);
    return bytes;
  }

  async #read(name: string, handle: FileHandle, position: number, into: Buffer): Promise<Buffer> {
    if (!(await readWhole(handle, position, into))) throw damaged(join(this.dir, name), 'it ends too soon');
    return into;
  }
}

function indexTexts(manifest: Manifest): HashIndex {
  const index = new HashIndex(manifest.rows);
  for (const { chunks } of manifest.documents) {
    const hashes = Buffer.from(chunks, 'base64url');
    for (let at = 0; at < hashes.length; at += keyBytes) index.add(hashes, at);
  }
  return index;
}
