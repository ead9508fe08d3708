// A table as text: a line for each row, cells between bars, so that each cell keeps its column. And its header row, which
// goes with the chunks of all other rows.

/** Longer cells are text, not names of columns. */
const maxNameLength = 80;
/** Tables of two columns are often lists of names and values: they need a sign that the first row names the columns. */
const minColumns = 3;
/** A number, an amount or a date. */
const numeric = /^[-+(]?[\p{Sc}\s]{0,3}\d[\d\s.,:/%)\p{Sc}-]*$/u;

export interface TableText {
  /** Rows without a word are left out. */
  text: string;
  /** The header row, in one line. */
  context?: string;
}

/**
 * @param rows cells without line breaks
 * @param headers how many rows at the top are marked as header; undefined: see by their content
 */
export function tableText(rows: readonly (readonly string[])[], headers?: number): TableText {
  const lines: string[] = [];
  const full: (readonly string[])[] = [];
  let marked = 0;
  for (const [i, cells] of rows.entries()) {
    const row = withoutBlankEnd(cells);
    if (row.length === 0) continue;
    lines.push(row.join(' | '));
    full.push(row);
    if (i < (headers ?? 0)) marked++;
  }
  const text = lines.join('\n');
  const count = headers === undefined ? Number(looksLikeHeader(full)) : marked;
  if (count === 0 || count >= lines.length) return { text };
  return { text, context: lines.slice(0, count).join(' / ').trim() };
}

function withoutBlankEnd(cells: readonly string[]): readonly string[] {
  let length = cells.length;
  while (length > 0 && cells[length - 1] === '') length--;
  return length === cells.length ? cells : cells.slice(0, length);
}

/** Whether the first row holds short names of all columns: of several, or of numbers. */
function looksLikeHeader(rows: readonly (readonly string[])[]): boolean {
  const first = rows[0];
  if (first === undefined || rows.length === 1) return false;
  let width = 0;
  for (const row of rows) width = Math.max(width, row.length);
  const names = first.filter((cell) => cell !== '');
  // The corner above the names of the rows is often blank.
  if (names.length < 2 || names.length < width - 1) return false;
  if (!names.every((name) => name.length <= maxNameLength && !numeric.test(name))) return false;
  return (
    names.length >= minColumns ||
    rows.some((row) => row.some((cell, column) => column > 0 && numeric.test(cell)))
  );
}
