// A table of AsciiDoc: cells begin with a bar, and rows end where the columns are full.
import { type TableText, tableText } from '../../../blocks/table-text.js';
import { type Attributes, shown } from './inline.js';

/** Max columns and repeats of a cell. */
const maxColumns = 200;
/** A cell's own settings stand before its bar: `2+|`, `.3+^.>s|`, `3*|`. */
const cellSpec = /\s(?:(\d{1,3})(?:\.\d{1,3})?([+*])|\.\d{1,3}\+)?[<^>]?(?:\.[<^>])?[adehlmsv]?$/;
const columns = /\bcols\s*=\s*"?([^"\]]{1,2000})/;
const header = /%header|\boptions\s*=\s*"?[^"\]]*header|\bopts\s*=\s*"?[^"\]]*header/;

/**
 * @param lines between the signs of the table
 * @param settings the line of settings before it; '' for none
 */
export function asciidocTable(lines: readonly string[], settings: string, attributes: Attributes): TableText {
  const cells: string[] = [];
  let firstRow = 0;
  let isHeadedByBlank = false;
  let hasBegun = false;
  let open: string[] = [];
  let repeats = 1;
  const end = () => {
    if (!hasBegun) return;
    const cell = shown(open.join(' ').trim(), attributes).replace(/\s+/g, ' ');
    for (let i = 0; i < repeats; i++) cells.push(cell);
    open = [];
    repeats = 1;
  };
  for (const [i, line] of lines.entries()) {
    const parts = line.replaceAll('\\|', '\u0000').split('|');
    for (const [place, part] of parts.entries()) {
      const text = part.replaceAll('\u0000', '|');
      if (place === 0) {
        open.push(parts.length > 1 ? withoutSpec(text, true).text : text);
      } else {
        end();
        hasBegun = true;
        repeats = withoutSpec(parts[place - 1]!, place === 1).repeats;
        open = [place < parts.length - 1 ? withoutSpec(text).text : text];
      }
    }
    if (firstRow === 0 && parts.length > 1) {
      firstRow = cells.length + 1;
      isHeadedByBlank = lines[i + 1]?.trim() === '' && lines.slice(0, i).every((one) => one.trim() === '');
    }
  }
  end();
  const width = columnsOf(settings) ?? Math.max(1, firstRow);
  const rows: string[][] = [];
  for (let at = 0; at < cells.length; at += width) rows.push(cells.slice(at, at + width));
  const isHeaded = header.test(settings) || (isHeadedByBlank && firstRow === width);
  return tableText(rows, isHeaded ? 1 : undefined);
}

/** The text before a bar without the settings of the cell after it; a cell over two columns counts twice. */
function withoutSpec(whole: string, isStart = false): { text: string; repeats: number } {
  const before = isStart ? ` ${whole}` : whole;
  const start = Math.max(0, before.length - 20);
  const spec = cellSpec.exec(before.slice(start));
  if (!spec || spec[0].trim() === '') return { text: before, repeats: 1 };
  const repeats = Math.min(maxColumns, Number(spec[1] ?? 1));
  // Only the copies of `3*|` repeat its words.
  return { text: before.slice(0, start + spec.index), repeats: Math.max(1, repeats) };
}

function columnsOf(settings: string): number | undefined {
  const value = columns.exec(settings)?.[1]?.trim();
  if (value === undefined) return undefined;
  let count = 0;
  for (const column of value.split(/[,;]/)) {
    const copies = /^\s*(\d{1,3})\*/.exec(column);
    count += copies ? Number(copies[1]) : 1;
  }
  return count > 0 && count <= maxColumns ? count : undefined;
}
