// The four staged files that grow row by row: lines, vectors, their sums, and the manifest's documents. New rows are
// added one by one. The rows of unchanged documents are copied as bytes of the old output, checked on the way.
import { join } from 'node:path';
import type { Chunk } from '../../types/document.js';
import type { VectorSpace } from '../../types/space.js';
import type { Vector } from '../../types/vector.js';
import { checkDiskSpace } from '../files/disk-errors.js';
import { lineParts, withEmbedding } from '../format/chunk-line.js';
import { type Dtype, vectorBytes } from '../format/dtype.js';
import { type DocumentEntry, documentLine, marked } from '../format/manifest.js';
import { npyHeader } from '../format/npy-header.js';
import { chunksName, entriesName, manifestName, sumsName, vectorsName } from '../format/owned-names.js';
import { readyLine } from '../format/ready-line.js';
import { RowSums, rowSumBytes } from '../format/row-sum.js';
import { checkedRows, type Part } from '../read/checked-rows.js';
import type { Output } from '../read/output.js';
import { NewRows } from './new-rows.js';
import type { RenamedRow } from './renamed-rows.js';
import { StagedFile } from './staged-file.js';

/** Max bytes written between two checks of the free space. */
const spaceStep = 32 * 1024 * 1024;

export interface RowsOptions {
  /** The output folder. */
  dir: string;
  space: VectorSpace;
  /** The numbers of vectors.npy. */
  dtype: Dtype;
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

interface CurrentDocument extends DocumentStart {
  firstRow: number;
  /** Of its lines. */
  firstByte: number;
  firstVectorByte: number;
  lastChunk: number;
}

interface Files {
  lines: StagedFile;
  vectors: StagedFile;
  sums: StagedFile;
  entries: StagedFile;
}

export class StagedRows {
  rows = 0;
  documents = 0;
  /** The folder of the staged files. */
  readonly #stage: string;
  readonly #options: RowsOptions;
  readonly #lines: StagedFile;
  readonly #vectors: StagedFile;
  readonly #sums: StagedFile;
  readonly #entries: StagedFile;
  /** Of a document of which new rows or lines are written. */
  readonly #rowSums: RowSums;
  readonly #newRows: NewRows;
  #current: CurrentDocument | undefined;
  /** Of copied rows. */
  #copied: { hasEmbeddings: boolean; sums: RowSums } | undefined;
  #spaceChecked = 0;

  private constructor(stage: string, options: RowsOptions, files: Files, rowSums: RowSums) {
    this.#stage = stage;
    this.#options = options;
    this.#lines = files.lines;
    this.#vectors = files.vectors;
    this.#sums = files.sums;
    this.#entries = files.entries;
    this.#rowSums = rowSums;
    this.#newRows = new NewRows({ ...options, lines: this.#lines, vectors: this.#vectors, sums: rowSums });
    this.#vectors.add(this.#header());
  }

  /** @param stage must exist */
  static async create(stage: string, options: RowsOptions): Promise<StagedRows> {
    const create = (name: string, replaced = name) =>
      StagedFile.create(join(stage, name), { hashed: false, replaces: join(options.dir, replaced) });
    const files = {
      lines: await create(chunksName),
      vectors: await create(vectorsName),
      sums: await create(sumsName),
      entries: await create(entriesName, manifestName),
    };
    return new StagedRows(stage, options, files, await RowSums.create(options.embeddings));
  }

  get dtype(): Dtype {
    return this.#options.dtype;
  }

  /** Whether lines carry their embedding. */
  get hasEmbeddings(): boolean {
    return this.#options.embeddings;
  }

  begin(document: DocumentStart): void {
    this.#betweenDocuments();
    this.#newRows.begin();
    const firstByte = this.#lines.bytes;
    const firstVectorByte = this.#vectors.bytes;
    this.#current = { ...document, firstRow: this.rows, firstByte, firstVectorByte, lastChunk: -1 };
  }

  row(chunk: Chunk, vector: Vector): Promise<void> | undefined {
    const current = this.#current;
    if (current?.source !== chunk.source) throw new Error(`expected rows of ${current?.source}`);
    if (chunk.index <= current.lastChunk) throw new Error(`expected the chunks of ${chunk.source} in order`);
    current.lastChunk = chunk.index;
    this.#newRows.add(readyLine(chunk) ?? lineParts(chunk), vector, chunk.key);
    this.rows++;
    return this.#drained();
  }

  /** Adds a row of a document that was begun with another name. */
  renamed({ line, vector, key }: RenamedRow): Promise<void> | undefined {
    this.#newRows.add(line, vector, key);
    this.rows++;
    return this.#drained();
  }

  end(failed: number): Promise<void> | undefined {
    const current = this.#current;
    if (current === undefined) throw new Error('expected the beginning of a document first');
    const rows = this.rows - current.firstRow;
    const chunks = this.#newRows.end();
    const { source, root, hash } = current;
    const bytes = this.#lines.bytes - current.firstByte;
    const entry = { source, root, hash, rows, bytes, sum: this.#rowSums.ofDocument(0, rows), chunks, failed };
    this.#addEntry(marked(entry, this.#options.outdated));
    this.#sums.add(this.#rowSums.rows());
    this.#current = undefined;
    return this.#drained();
  }

  /** Takes back what was begun, with its rows. */
  async abandon(): Promise<void> {
    const current = this.#current;
    if (current === undefined) throw new Error('expected the beginning of a document first');
    await this.#lines.rewind(current.firstByte);
    await this.#vectors.rewind(current.firstVectorByte);
    this.rows = current.firstRow;
    this.#current = undefined;
  }

  /**
   * Copies the documents `from` ≤ index < `to` of another output, whose space must be the same.
   * @throws {DamagedOutputError} when their rows aren't what was written
   */
  async keep(previous: Output, from: number, to: number): Promise<void> {
    this.#betweenDocuments();
    const kept = previous.documents().slice(from, to);
    const first = kept[0];
    const last = kept.at(-1);
    if (first === undefined || last === undefined) return;
    const rows = last.firstRow + last.rows - first.firstRow;
    const lineBytes = last.firstByte + last.bytes - first.firstByte;
    const bytes = lineBytes + rows * (vectorBytes(this.#options) + rowSumBytes);
    // Fewer are checked together with the next ones.
    if (bytes > spaceStep) await checkDiskSpace(this.#stage, bytes);
    const hasEmbeddings = previous.manifest.formats.includes('jsonl');
    if (this.#copied?.hasEmbeddings !== hasEmbeddings) {
      this.#copied = { hasEmbeddings, sums: await RowSums.create(hasEmbeddings) };
    }
    const same = hasEmbeddings === this.#options.embeddings;
    const into = (file: StagedFile) => (block: Buffer) => {
      file.add(block);
      return file.drained();
    };
    const parts = checkedRows(previous.rowFiles, {
      from,
      to,
      lines: same ? into(this.#lines) : undefined,
      vectors: into(this.#vectors),
      sums: this.#copied.sums,
    });
    for await (const part of parts) {
      this.#sums.add(part.sums.rows());
      this.rows += part.sums.lines;
      if (same) await this.#keepEntries(part);
      else await this.#rewriteLines(previous, part);
    }
  }

  /** The manifest's lines of all documents, without the comma after the last; for copying. */
  async entries(): Promise<StagedFile> {
    await this.#entries.flush();
    return this.#entries;
  }

  /** Writes the buffers and the number of rows. @returns the sizes of both files */
  async sizes(): Promise<{ lines: number; vectors: number }> {
    this.#betweenDocuments();
    await this.#vectors.patch(this.#header(), 0);
    await this.#lines.flush();
    return { lines: this.#lines.bytes, vectors: this.#vectors.bytes };
  }

  #header(): Buffer {
    const { space, dtype } = this.#options;
    return npyHeader({ rows: this.rows, dimensions: space.dimensions, dtype });
  }

  /** The sums of all rows, for reading. */
  async sums(): Promise<StagedFile> {
    await this.#sums.flush();
    return this.#sums;
  }

  /** Makes the files of these names durable, removes the others. */
  async finish(names: ReadonlySet<string>): Promise<void> {
    await this.#entries.discard();
    await (names.has(chunksName) ? this.#lines.finish() : this.#lines.discard());
    await (names.has(vectorsName) ? this.#vectors.finish() : this.#vectors.discard());
    await (names.has(sumsName) ? this.#sums.finish() : this.#sums.discard());
  }

  async discard(): Promise<void> {
    const files = [this.#lines, this.#vectors, this.#sums, this.#entries];
    await Promise.all(files.map((file) => file.discard()));
  }

  #betweenDocuments(): void {
    if (this.#current !== undefined) throw new Error(`expected the end of ${this.#current.source} first`);
  }

  async #keepEntries({ documents, sums }: Part): Promise<void> {
    const first = documents[0]!.firstRow;
    for (const entry of documents) {
      const from = entry.firstRow - first;
      // An output of format 1 has no sums, so they come from the bytes.
      const sum = entry.sum ?? sums.ofDocument(from, from + entry.rows);
      this.#addEntry({ ...marked(entry, this.#options.outdated), sum });
      await this.#drained();
    }
  }

  /** Writes lines with embeddings, or without, where the old output has them the other way. */
  async #rewriteLines(previous: Output, { documents, sums }: Part): Promise<void> {
    const first = documents[0]!.firstRow;
    for (const document of documents) {
      const rows = Array.from({ length: document.rows }, (_, i) => document.firstRow + i);
      const vectors = this.#options.embeddings ? await previous.vectors(rows) : [];
      const before = this.#lines.bytes;
      this.#rowSums.clear();
      for await (const line of document.rows === 0 ? [] : previous.lines(document)) {
        const written = withEmbedding(line, vectors[this.#rowSums.lines]);
        this.#lines.add(written);
        this.#rowSums.addLines(written);
        await this.#drained();
      }
      const bytes = this.#lines.bytes - before;
      const entry = { ...marked(document, this.#options.outdated), bytes };
      const from = document.firstRow - first;
      const kept = sums.rows(from, from + document.rows);
      this.#addEntry({ ...entry, sum: this.#rowSums.ofDocument(0, document.rows, kept) });
      await this.#drained();
    }
  }

  #addEntry(entry: DocumentEntry): void {
    const line = documentLine(entry, this.#options.rootPlaces);
    this.#entries.addText(this.documents === 0 ? `\n${line}` : `,\n${line}`);
    this.documents++;
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
