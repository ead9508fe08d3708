// What row groups and columns that we wrote are like: a file that somebody changed may be otherwise.
import type { RowGroup } from 'hyparquet';
import { vectorColumn } from './file-writer.js';

/** Rows of a row group, and values of one of its columns: a group is written when it has a million. */
const maxGroupValues = 2_000_000n;

export function isOfOurSize({ num_rows, columns }: RowGroup): boolean {
  const counts = [num_rows, ...columns.map((column) => column.meta_data?.num_values ?? 0n)];
  return counts.every((count) => count >= 0n && count <= maxGroupValues);
}

/** Texts, of vectors their numbers; a file that somebody changed may have other columns of these names. */
export function isOfColumn(value: unknown, column: string): boolean {
  if (textColumns.has(column)) return typeof value === 'string';
  return column !== vectorColumn || (Array.isArray(value) && value.every((one) => typeof one === 'number'));
}

const textColumns: ReadonlySet<string> = new Set(['id', 'sum', 'source', 'text', 'metadata']);
