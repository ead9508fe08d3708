// Writes a Parquet file of rows, a row group at a time, so that memory doesn't grow with the rows.
import type { FileHandle } from 'node:fs/promises';
import type { SchemaElement } from 'hyparquet';
import type { ParquetWriter } from 'hyparquet-writer';
import type { DestinationRow } from '../destination.js';
import { arrowSchema } from './arrow-schema.js';
import type { addVectors } from './vector-column.js';

/** The columns but for the vector. */
export const plainColumns = ['id', 'source', 'chunk', 'text', 'metadata', 'sum'] as const;
export const vectorColumn = 'embedding';
const vectorPath = [vectorColumn, 'list', 'element'];

/** Values of the vectors in a row group: a reader takes it whole. */
const valuesPerGroup = 1_000_000;

/** Max rows of a row group, whatever its vectors are. */
export const maxGroupRows = 65_536;

export const schema: readonly SchemaElement[] = [
  { name: 'root', num_children: plainColumns.length + 1 },
  ...plainColumns.map(
    (name): SchemaElement =>
      name === 'chunk'
        ? { name, type: 'INT32', repetition_type: 'REQUIRED' }
        : { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  ),
  { name: vectorColumn, repetition_type: 'REQUIRED', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
];

interface Parts {
  writer: ParquetWriter;
  add: typeof addVectors;
  flush(): Promise<void>;
}

export class RowFile {
  readonly #writer: ParquetWriter;
  readonly #addVectors: typeof addVectors;
  /** Writes to the file what the writer has made. */
  readonly #flush: () => Promise<void>;
  readonly #rowsPerGroup: number;
  #waiting: DestinationRow[] = [];

  private constructor(parts: Parts, dimensions: number) {
    this.#writer = parts.writer;
    this.#addVectors = parts.add;
    this.#flush = parts.flush;
    this.#rowsPerGroup = Math.max(1, Math.min(maxGroupRows, Math.floor(valuesPerGroup / dimensions)));
  }

  /** @param keys more keys of the file's metadata, with their values */
  static async begin(
    file: FileHandle,
    dimensions: number,
    keys: Readonly<Record<string, string>>,
  ): Promise<RowFile> {
    const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
    const { addVectors: add } = await import('./vector-column.js');
    const bytes = new ByteWriter();
    const flush = async (): Promise<void> => {
      const part = bytes.getBytes();
      for (let done = 0; done < part.length; ) done += (await file.write(part, done)).bytesWritten;
      bytes.index = 0;
    };
    const kvMetadata = Object.entries({ 'ARROW:schema': arrowSchema(dimensions), ...keys }).map(
      ([key, value]) => ({ key, value }),
    );
    const writer = new ParquetWriter({
      writer: bytes,
      schema: [...schema],
      kvMetadata,
      createdBy: 'embed',
    });
    return new RowFile({ writer, add, flush }, dimensions);
  }

  async add(rows: readonly DestinationRow[]): Promise<void> {
    this.#waiting.push(...rows);
    while (this.#waiting.length >= this.#rowsPerGroup) {
      await this.#write(this.#waiting.splice(0, this.#rowsPerGroup));
    }
  }

  async finish(): Promise<void> {
    if (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0));
    this.#writer.finish();
    await this.#flush();
  }

  async #write(rows: readonly DestinationRow[]): Promise<void> {
    const plain = plainColumns.map((name) => ({ name, data: rows.map((row) => valueIn(row, name)) }));
    this.#writer.write({ columnData: plain, rowGroupSize: rows.length });
    keepBounds(this.#writer);
    // Digits of a vector hardly ever repeat: neither a dictionary nor bounds of its values help a reader.
    this.#addVectors(
      this.#writer,
      vectorPath,
      rows.map(({ vector }) => vector),
    );
    await this.#flush();
  }
}

/** Bytes where they are at hand: the library would make new ones of each text. */
function valueIn(row: DestinationRow, name: (typeof plainColumns)[number]): string | number | Uint8Array {
  if (name === 'text') return row.textBytes ?? Buffer.from(row.text);
  if (name === 'metadata') return row.metadataBytes ?? Buffer.from(row.metadata);
  return row[name];
}

/** The least and the greatest value of each column stay until the end of the file, and must not keep the memory around them. */
function keepBounds({ row_groups }: ParquetWriter): void {
  for (const { meta_data } of row_groups.at(-1)!.columns) {
    const { statistics } = meta_data!;
    for (const bound of ['min_value', 'max_value'] as const) {
      const value = statistics?.[bound];
      if (value instanceof Uint8Array) statistics![bound] = Uint8Array.from(value);
    }
  }
}
