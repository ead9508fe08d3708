// What row groups and columns that we wrote are like: a file that somebody changed may be otherwise.
import type { ColumnChunk, FileMetaData, RowGroup } from 'hyparquet';
import { maxGroupRows, plainColumns, schema, vectorColumn } from './file-writer.js';
import { broken } from './packed-numbers.js';
import { type ColumnPart, checkPages, type Unpack } from './pages.js';

/** Values of a column of a row group: a group is written when its vectors have a million. */
const maxGroupValues = 2_000_000;
/** Bytes of a row group when unpacked. */
const maxGroupBytes = 512 * 1024 * 1024;

const paths = [...plainColumns, `${vectorColumn}.list.element`];
const compared = [
  'name',
  'type',
  'repetition_type',
  'num_children',
  'converted_type',
  'logical_type',
] as const;

/** @throws {RangeError} when our writer writes no such file */
export function checkMetadata(
  { schema: found, row_groups, num_rows }: FileMetaData,
  fileBytes: number,
): void {
  const isOurs = (element: object | undefined, ours: object) =>
    compared.every((key) => element?.[key as never] === ours[key as never]);
  if (found.length !== schema.length || !schema.every((ours, at) => isOurs(found[at], ours))) throw broken();
  let rows = 0n;
  let end = 0;
  for (const group of row_groups) {
    rows += group.num_rows;
    end = checkGroup(group, end);
  }
  if (rows !== num_rows || end > fileBytes) throw broken();
}

/** @param from no byte before belongs to it. @returns where it ends */
function checkGroup({ num_rows, columns }: RowGroup, from: number): number {
  let unpacked = 0;
  let end = from;
  if (num_rows < 1n || num_rows > maxGroupRows || columns.length !== paths.length) throw broken();
  for (const [at, column] of columns.entries()) {
    const { start, end: next } = rangeOf(column);
    const { path_in_schema, num_values, codec, type } = column.meta_data!;
    const isVector = at === paths.length - 1;
    // Each row takes some bytes of the file, so that a small file has few.
    const least = isVector ? 4 * Number(num_values) : 1;
    const count = isVector ? num_values >= num_rows : num_values === num_rows;
    const isPacked = isVector ? codec === 'UNCOMPRESSED' : codec === 'SNAPPY';
    const isOurs = path_in_schema.join('.') === paths[at] && type === typeOf(at) && isPacked && count;
    if (!isOurs || num_values > maxGroupValues || start < end || next - start < least) throw broken();
    unpacked += unpackedOf(column);
    end = next;
  }
  if (unpacked > maxGroupBytes) throw broken();
  return end;
}

function typeOf(at: number): string | undefined {
  return schema.filter(({ type }) => type !== undefined)[at]?.type;
}

/** The bytes of a column in the file. */
function rangeOf({ meta_data, file_path }: ColumnChunk): { start: number; end: number } {
  if (!meta_data || file_path) throw broken();
  const { data_page_offset, dictionary_page_offset, total_compressed_size } = meta_data;
  const start = Number(dictionary_page_offset || data_page_offset);
  const end = start + Number(total_compressed_size);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) throw broken();
  return { start, end };
}

function unpackedOf({ meta_data }: ColumnChunk): number {
  const bytes = Number(meta_data!.total_uncompressed_size);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw broken();
  return bytes;
}

/**
 * Checks what was read of a row group.
 * @param bytes a part of the file
 * @param how where it begins in the file, and what unpacks a page
 * @throws {RangeError} when a column isn't whole, or its pages aren't as our writer writes them
 */
export function checkColumns(
  { num_rows, columns }: RowGroup,
  bytes: Uint8Array,
  how: { start: number; unpack: Unpack },
): void {
  const { start, unpack } = how;
  for (const column of columns) {
    const range = rangeOf(column);
    const [from, to] = [range.start - start, range.end - start];
    if (to <= 0 || from >= bytes.length) continue;
    if (from < 0 || to > bytes.length) throw broken();
    const { num_values, codec, path_in_schema } = column.meta_data!;
    const part: ColumnPart = {
      rows: Number(num_rows),
      values: Number(num_values),
      unpacked: unpackedOf(column),
      isPacked: codec !== 'UNCOMPRESSED',
      hasLists: path_in_schema.length > 1,
    };
    checkPages(bytes.subarray(from, to), part, unpack);
  }
}

/** Texts, of vectors their numbers; a file that somebody changed may have other columns of these names. */
export function isOfColumn(value: unknown, column: string): boolean {
  if (textColumns.has(column)) return typeof value === 'string';
  return column !== vectorColumn || (Array.isArray(value) && value.every((one) => typeof one === 'number'));
}

const textColumns: ReadonlySet<string> = new Set(['id', 'sum', 'source', 'text', 'metadata']);
