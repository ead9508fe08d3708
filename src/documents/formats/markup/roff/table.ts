// Tables of tbl → rows of cells.
import { oneLine } from '../../../../text/one-line.js';
import { type TableText, tableText } from '../../../blocks/table-text.js';

/** @param shown a cell without its escapes */
export function roffTable(lines: readonly string[], shown: (cell: string) => string): TableText {
  let at = 0;
  let separator = '\t';
  if (/;\s*$/.test(lines[0] ?? '')) {
    separator = /\btab\s*\((.)\)/.exec(lines[0]!)?.[1] ?? '\t';
    at = 1;
  }
  // The layout ends with a line that ends in a dot.
  while (at < lines.length && !/\.\s*$/.test(lines[at]!)) at++;
  const rows: string[][] = [];
  /** A layout of the rows below it begins with `.T&`, and ends as the first one. */
  let isLayout = false;
  let row: string[] = [];
  let isOpen = false;
  const push = (cell: string) => row.push(oneLine(shown(cell)));
  let open: string[] = [];
  for (const line of lines.slice(at + 1)) {
    if (!isOpen && line.startsWith('.T&')) isLayout = true;
    if (isLayout) {
      isLayout = !/\.\s*$/.test(line);
      continue;
    }
    // Rules, comments, and requests that set a row.
    if (!isOpen && (/^[_=\s]*$/.test(line) || /^[.'](?:[a-zA-Z]|\\")/.test(line))) continue;
    if (isOpen && /^[.'][a-zA-Z]/.test(line)) {
      open.push(line.replace(/^.\S+\s*/, ''));
      continue;
    }
    for (const [i, cell] of line.split(separator).entries()) {
      if (isOpen && i === 0) {
        if (!cell.startsWith('T}')) {
          open.push(line);
          break;
        }
        push(open.join(' '));
        isOpen = false;
      } else if (cell.trim() === 'T{') {
        isOpen = true;
        open = [];
      } else push(cell);
    }
    if (isOpen) continue;
    rows.push(row);
    row = [];
  }
  if (isOpen) push(open.join(' '));
  if (row.length > 0) rows.push(row);
  return tableText(rows);
}
