// Rows by where they stand, for stores that are asked for all rows of a source: those of the wanted chunks, in their order.
import type { PlacedRow, RowPlace } from './destination.js';

export interface NumberedRow extends PlacedRow {
  /** 0-based place in its document. */
  chunk: number;
}

/** Rows of one source at most: a document has at most 1.5 million chunks. */
export const maxRowsOfSource = 2_000_000;

export function inPlace(rows: readonly NumberedRow[], place: RowPlace): PlacedRow[] {
  const { from = 0, to = Number.POSITIVE_INFINITY } = 'id' in place ? {} : place;
  const wanted = rows.filter(({ chunk }) => chunk >= from && chunk <= to);
  return wanted.sort((a, b) => a.chunk - b.chunk).map(({ chunk: _, ...row }) => row);
}
