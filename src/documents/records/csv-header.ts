// Which row of a table holds the names of its columns: the first, one below a title, or none.
import type { CsvRow } from './csv-rows.js';

/** Rows at the top that are looked at. */
export const headRows = 20;

export interface Head {
  /** Rows above the table: a title, blank rows. */
  above: number;
  /** Whether the row after them names the columns. */
  hasNames: boolean;
}

const number = /^[-+(]?\p{Sc}?\s?\d[\d.,' ]*\s?[%)\p{Sc}]?$/u;
const year = /^(?:1[89]|20|21)\d\d$/;
/** A day, a time, an address: data, never the name of a column. */
const datum =
  /^(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*|\d{1,2}:\d{2}\b.*|[^\s@]+@[^\s@]+\.\w+|https?:\/\/\S+)$/;
/** Values that are repeated are data; one character is often both. */
const minRepeated = 2;

/** @param rows the first rows */
export function findHead(rows: readonly CsvRow[]): Head {
  const width = Math.max(0, ...rows.map((row) => filled(row).length));
  let above = 0;
  while (width > 1 && above + 1 < rows.length && filled(rows[above]!).length <= 1) above++;
  // Where no row below has more, it is a table with one full column.
  if (above + 1 >= rows.length) above = 0;
  const [first, ...rest] = rows.slice(above);
  return { above, hasNames: first === undefined || !isData(first.fields, rest) };
}

function isData(first: readonly string[], rest: readonly CsvRow[]): boolean {
  let years = 0;
  let numbers = 0;
  for (const [i, field] of first.entries()) {
    const value = field.trim();
    const below = rest.map((row) => (row.fields[i] ?? '').trim()).filter((other) => other !== '');
    if (datum.test(value) && (below.length === 0 || below.some((other) => datum.test(other)))) return true;
    if (value.length >= minRepeated && below.includes(value) && !/^[a-z_ ]+$/i.test(value)) return true;
    if (!number.test(value)) continue;
    // Years are names of columns, unless years stand below.
    if (year.test(value) && !below.every((other) => year.test(other))) years++;
    else if (below.every((other) => number.test(other) || other === '')) numbers++;
  }
  return numbers > 0 && years === 0;
}

export function filled({ fields }: CsvRow): string[] {
  return fields.filter((field) => field.trim() !== '');
}
