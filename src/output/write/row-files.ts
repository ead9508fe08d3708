// The three staged files that grow row by row: lines, vectors, and the manifest's documents. New rows are added
// one by one. The rows of unchanged documents are copied as byte ranges of the old output.
import { join } from 'node:path';
import type { Chunk } from '../../types/document.js';
import type { Vector } from '../../types/vector.js';
import { checkDiskSpace } from '../files/disk-errors.js';
import { lineParts, maxLineBytes, withEmbedding, writeLine } from '../format/chunk-line.js';
import { chunksName, entriesName, manifestName, vectorsName } from '../format/layout.js';
import { type DocumentEntry, documentLine, marked } from '../format/manifest.js';
import { npyHeader, npyHeaderBytes } from '../format/npy-header.js';
import { keyBytes } from '../read/hash-index.js';
import type { Output } from '../read/output.js';
import { type FileSum, StagedFile } from './staged-file.js';

/** Max bytes written between two checks of the free space. */
const spaceStep = 32 * 1024 * 1024;

export interface RowsOptions {
  /** The output folder. */
  dir: string;
  dimensions: number;
  /** Whether lines carry their embedding. */
  embeddings: boolean;
  rootPlaces: ReadonlyMap<string, number>;
  /** Sources of kept documents to mark. It grows while rows are added. */
  outdated: ReadonlySet<string>;
}

export interface DocumentStart {
  source: string;
  root: string;
  hash: string;
  /** The file whose record it is. */
  recordOf?: string | undefined;
}

export class StagedRows {
  rows = 0;
  documents = 0;
  /** The folder of the staged files. */
  readonly #stage: string;
  readonly #options: RowsOptions;
  readonly #lines: StagedFile;
  readonly #vectors: StagedFile;
  readonly #entries: StagedFile;
  #current: (DocumentStart & { firstRow: number; firstByte: number; lastChunk: number }) | undefined;
  #hashes = Buffer.alloc(64 * keyBytes);
  #spaceChecked = 0;

  private constructor(stage: string, options: RowsOptions, files: [StagedFile, StagedFile, StagedFile]) {
    this.#stage = stage;
    this.#options = options;
    [this.#lines, this.#vectors, this.#entries] = files;
    this.#vectors.add(npyHeader({ rows: 0, dimensions: options.dimensions }));
  }

  /** @param stage must exist */
  static async create(stage: string, options: RowsOptions): Promise<StagedRows> {
    const create = (name: string, hashed: boolean, replaced = name) =>
      StagedFile.create(join(stage, name), { hashed, replaces: join(options.dir, replaced) });
    const lines = await create(chunksName, true);
    const vectors = await create(vectorsName, false);
    const entries = await create(entriesName, false, manifestName);
    return new StagedRows(stage, options, [lines, vectors, entries]);
  }

  begin(document: DocumentStart): void {
    this.#betweenDocuments();
    this.#current = { ...document, firstRow: this.rows, firstByte: this.#lines.bytes, lastChunk: -1 };
  }

  row(chunk: Chunk, vector: Vector): Promise<void> | undefined {
    const current = this.#current;
    if (current?.source !== chunk.source) throw new Error(`expected rows of ${current?.source}`);
    if (chunk.index <= current.lastChunk) throw new Error(`expected the chunks of ${chunk.source} in order`);
    if (vector.length !== this.#options.dimensions) {
      throw new Error(`expected ${this.#options.dimensions} dimensions, got ${vector.length}`);
    }
    current.lastChunk = chunk.index;
    const parts = lineParts(chunk);
    const embedding = this.#options.embeddings ? vector : undefined;
    const { buffer, position } = this.#lines.room(maxLineBytes(parts, embedding));
    this.#lines.advance(writeLine(buffer, position, parts, embedding));
    this.#vectors.add(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    this.#addHash(chunk.key, this.rows - current.firstRow);
    this.rows++;
    return this.#drained();
  }

  end(failed: number): Promise<void> | undefined {
    const current = this.#current;
    if (current === undefined) throw new Error('expected the beginning of a document first');
    const rows = this.rows - current.firstRow;
    this.#addEntry({
      source: current.source,
      root: current.root,
      hash: current.hash,
      rows,
      bytes: this.#lines.bytes - current.firstByte,
      chunks: this.#hashes.toString('base64url', 0, rows * keyBytes),
      failed,
    });
    this.#current = undefined;
    return this.#drained();
  }

  /** Copies the documents `from` ≤ index < `to` of another output, whose space must be the same. */
  async keep(previous: Output, from: number, to: number): Promise<void> {
    this.#betweenDocuments();
    const kept = previous.documents().slice(from, to);
    const first = kept[0];
    const last = kept.at(-1);
    if (first === undefined || last === undefined) return;
    const rowBytes = this.#options.dimensions * 4;
    const rows = last.firstRow + last.rows - first.firstRow;
    const lineBytes = last.firstByte + last.bytes - first.firstByte;
    await checkDiskSpace(this.#stage, lineBytes + rows * rowBytes);
    if (previous.manifest.formats.includes('jsonl') === this.#options.embeddings) {
      await this.#lines.copyFrom(previous.chunksFile, first.firstByte, lineBytes);
      for (const entry of kept) {
        this.#addEntry(marked(entry, this.#options.outdated));
        await this.#drained();
      }
    } else {
      for (const entry of kept) {
        const bytes = await this.#rewriteLines(previous, entry.source);
        this.#addEntry({ ...marked(entry, this.#options.outdated), bytes });
        await this.#drained();
      }
    }
    await this.#vectors.copyFrom(
      previous.vectorsFile,
      npyHeaderBytes + first.firstRow * rowBytes,
      rows * rowBytes,
    );
    this.rows += rows;
  }

  /** The manifest's lines of all documents, without the comma after the last; for copying. */
  async entries(): Promise<StagedFile> {
    await this.#entries.flush();
    return this.#entries;
  }

  /** Writes the buffers and the number of rows. */
  async sums(): Promise<{ lines: FileSum; vectors: FileSum }> {
    this.#betweenDocuments();
    const shape = { rows: this.rows, dimensions: this.#options.dimensions };
    await this.#vectors.patch(npyHeader(shape), 0);
    return { lines: await this.#lines.sum(), vectors: await this.#vectors.sum() };
  }

  /** Makes the files of these names durable, removes the others. */
  async finish(names: ReadonlySet<string>): Promise<void> {
    await this.#entries.discard();
    await (names.has(chunksName) ? this.#lines.finish() : this.#lines.discard());
    await (names.has(vectorsName) ? this.#vectors.finish() : this.#vectors.discard());
  }

  async discard(): Promise<void> {
    await Promise.all([this.#lines.discard(), this.#vectors.discard(), this.#entries.discard()]);
  }

  #betweenDocuments(): void {
    if (this.#current !== undefined) throw new Error(`expected the end of ${this.#current.source} first`);
  }

  async #rewriteLines(previous: Output, source: string): Promise<number> {
    const document = previous.document(source);
    if (document === undefined || document.rows === 0) return 0;
    const rows = Array.from({ length: document.rows }, (_, i) => document.firstRow + i);
    const vectors = this.#options.embeddings ? await previous.vectors(rows) : [];
    const before = this.#lines.bytes;
    let row = 0;
    for await (const line of previous.lines(document)) {
      this.#lines.add(withEmbedding(line, vectors[row++]));
      await this.#drained();
    }
    return this.#lines.bytes - before;
  }

  #addEntry(entry: DocumentEntry): void {
    const line = documentLine(entry, this.#options.rootPlaces);
    this.#entries.addText(this.documents === 0 ? `\n${line}` : `,\n${line}`);
    this.documents++;
  }

  #addHash(hash: string, row: number): void {
    if ((row + 1) * keyBytes > this.#hashes.length) {
      this.#hashes = Buffer.concat([this.#hashes, Buffer.alloc(this.#hashes.length)]);
    }
    this.#hashes.write(hash, row * keyBytes, keyBytes, 'hex');
  }

  /** A promise when the disk is slower than the caller, or when the free space must be checked. */
  #drained(): Promise<void> | undefined {
    const lines = this.#lines.drained();
    const vectors = this.#vectors.drained();
    const entries = this.#entries.drained();
    const written = this.#lines.bytes + this.#vectors.bytes;
    const check = written - this.#spaceChecked > spaceStep;
    if (check) this.#spaceChecked = written;
    if (!check && lines === undefined && vectors === undefined && entries === undefined) return undefined;
    return this.#wait([lines, vectors, entries, check ? checkDiskSpace(this.#stage, 0) : undefined]);
  }

  async #wait(promises: (Promise<void> | undefined)[]): Promise<void> {
    await Promise.all(promises);
  }
}
