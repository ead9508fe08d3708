// The column of vectors in a row group. Its pages are made of the floats as they are in memory: the library would take each
// value as a number of its own, with two more numbers for its place in the list, which is thirty times the memory.
import type { ColumnChunk, OffsetIndex } from 'hyparquet';
import type { ParquetWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import type { Vector } from '../../types/vector.js';

/** Bytes of a page, as the library has it. */
const pageBytes = 1024 * 1024;
/** What is repeated at least so often is a run of its own. */
const runLength = 8;

/**
 * Adds the vectors of the last row group that was written; nothing of it may have been flushed since.
 * @param path of the values in the schema @param vectors one for each of its rows, all of the same size
 */
export function addVectors(writer: ParquetWriter, path: string[], vectors: readonly Vector[]): void {
  const group = writer.row_groups.at(-1)!;
  const { writer: bytes } = writer;
  const dimensions = vectors[0]!.length;
  const rowsPerPage = Math.max(1, Math.ceil((pageBytes - 4) / (4 * dimensions)));
  const start = bytes.offset;
  const pages: OffsetIndex['page_locations'] = [];
  for (let row = 0; row < vectors.length; row += rowsPerPage) {
    const offset = bytes.offset;
    addPage(writer, vectors.slice(row, row + rowsPerPage));
    pages.push({
      offset: BigInt(offset),
      compressed_page_size: bytes.offset - offset,
      first_row_index: BigInt(row),
    });
  }
  const size = BigInt(bytes.offset - start);
  const chunk: ColumnChunk = {
    meta_data: {
      type: 'FLOAT',
      encodings: ['PLAIN'],
      path_in_schema: path,
      codec: 'UNCOMPRESSED',
      num_values: BigInt(vectors.length * dimensions),
      total_compressed_size: size,
      total_uncompressed_size: size,
      data_page_offset: BigInt(start),
    },
    file_offset: BigInt(start),
  };
  group.columns.push(chunk);
  group.total_byte_size += size;
  group.total_compressed_size = (group.total_compressed_size ?? 0n) + size;
  if (pages.length > 1) writer.pendingIndexes.push({ chunk, offsetIndex: { page_locations: pages } });
}

function addPage({ writer }: ParquetWriter, vectors: readonly Vector[]): void {
  const dimensions = vectors[0]!.length;
  const values = vectors.length * dimensions;
  const repetitions = repetitionLevels(values, dimensions);
  const definitions = new Levels();
  definitions.run(1, values);
  const definitionBytes = definitions.bytes();
  const size = repetitions.length + definitionBytes.length + values * 4;
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: size,
    compressed_page_size: size,
    data_page_header_v2: {
      num_values: values,
      num_nulls: 0,
      num_rows: vectors.length,
      encoding: 'PLAIN',
      definition_levels_byte_length: definitionBytes.length,
      repetition_levels_byte_length: repetitions.length,
      is_compressed: true,
    },
  });
  writer.appendBytes(repetitions);
  writer.appendBytes(definitionBytes);
  for (const { buffer, byteOffset, byteLength } of vectors) {
    writer.appendBytes(new Uint8Array(buffer, byteOffset, byteLength));
  }
}

/** 0 for the first value of each vector, 1 for all others. */
function repetitionLevels(values: number, dimensions: number): Uint8Array {
  const levels = new Levels();
  if (dimensions === 1) levels.run(0, values);
  else {
    for (let at = 0; at < values; ) {
      const place = at % dimensions;
      const length = place === 0 ? 1 : dimensions - place;
      if (length >= runLength) {
        levels.run(1, length);
        at += length;
      } else {
        let byte = 0;
        for (let bit = 0; bit < 8; bit++)
          if (at + bit < values && (at + bit) % dimensions !== 0) byte |= 1 << bit;
        levels.group(byte);
        at += 8;
      }
    }
  }
  return levels.bytes();
}

/** Levels of one bit: runs of one that is repeated, and groups of eight. */
class Levels {
  readonly #bytes: number[] = [];
  #groups: number[] = [];

  group(byte: number): void {
    this.#groups.push(byte);
  }

  run(level: 0 | 1, length: number): void {
    this.#endGroups();
    this.#number(length * 2);
    this.#bytes.push(level);
  }

  bytes(): Uint8Array {
    this.#endGroups();
    return Uint8Array.from(this.#bytes);
  }

  #endGroups(): void {
    if (this.#groups.length === 0) return;
    this.#number(this.#groups.length * 2 + 1);
    for (const byte of this.#groups) this.#bytes.push(byte);
    this.#groups = [];
  }

  /** Seven bits a byte. */
  #number(value: number): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#bytes.push((rest & 127) | 128);
    this.#bytes.push(rest);
  }
}
