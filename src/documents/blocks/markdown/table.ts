// The header row of a table in Markdown.
import { lineEnd } from '../lines.js';
import { markdownTitle } from './title.js';

/** Names of more or longer columns are no help. */
const maxRowLength = 4000;
/** Bars between cells; those in code or behind a backslash belong to a cell. */
const cellOrBar = /`[^`]{0,400}`|\\.|\|/g;

/** The cells of the table's first line as they are printed, in one line; '' if none has a word. */
export function headerRow(text: string, start: number, end: number): string {
  const row = text.slice(start, Math.min(lineEnd(text, start), end, start + maxRowLength)).trim();
  const cells: string[] = [];
  let from = row.startsWith('|') ? 1 : 0;
  for (const { 0: found, index } of row.matchAll(cellOrBar)) {
    if (found !== '|' || index < from) continue;
    cells.push(row.slice(from, index));
    from = index + 1;
  }
  if (from < row.length) cells.push(row.slice(from));
  const names = cells.map(markdownTitle);
  return names.some((name) => name !== '') ? names.join(' | ').trim() : '';
}
