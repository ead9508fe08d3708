// Tables of reStructuredText: drawn with signs, as lists, or as CSV → rows of cells, each in one line.

import { oneLine } from '../../../../text/one-line.js';
import { tableText } from '../../../blocks/table-text.js';
import { csvRows } from '../../../records/csv-rows.js';
import type { Piece } from './pieces.js';

export interface Rows {
  cells: string[][];
  /** Rows at the top that name the columns. */
  headers: number;
}

const gridRule = /^[+|].*\+[-=]+\+|^\+[-=+]+\+$/;
const simpleRule = /^=+(?:\s+=+)*$/;
const underline = /^-+(?:\s+-+)*$/;
const maxColumns = 1000;

/** @param lines from the first border to the last */
export function gridRows(lines: readonly string[]): Rows {
  const stops = stopsOf(lines);
  const cells: string[][] = [];
  let row: string[] = [];
  let headers = 0;
  const end = () => {
    if (row.some((cell) => cell !== '')) cells.push(Array.from(row, (cell) => oneLine(cell ?? '')));
    row = [];
  };
  for (const line of lines) {
    if (gridRule.test(line)) {
      end();
      if (line.includes('=') && headers === 0) headers = cells.length;
      if (!/[^-=+|\s]/.test(line)) continue;
    }
    let column = 0;
    for (let i = 0; i + 1 < stops.length; i++) {
      const from = stops[i]!;
      if (i > 0 && !'|+'.includes(line[from] ?? '|')) continue;
      let last = i + 1;
      while (last + 1 < stops.length && !'|+'.includes(line[stops[last]!] ?? '|')) last++;
      column = i;
      const words = line.slice(from + 1, stops[last]!).trim();
      if (!/^[-=+]*$/.test(words)) row[column] = `${row[column] ?? ''} ${words}`;
      else row[column] ??= '';
    }
  }
  end();
  return { cells, headers: headers >= cells.length ? 0 : headers };
}

/** Where the columns of a grid begin and end, over all of its borders. */
function stopsOf(lines: readonly string[]): number[] {
  const stops = new Set<number>();
  for (const line of lines) {
    if (!line.startsWith('+')) continue;
    for (let at = line.indexOf('+'); at !== -1 && stops.size < maxColumns; at = line.indexOf('+', at + 1))
      stops.add(at);
  }
  return [...stops].sort((a, b) => a - b);
}

/** @param lines from the first border to the last */
export function simpleRows(lines: readonly string[]): Rows {
  const columns = [...lines[0]!.matchAll(/=+/g)].map(({ index }) => index);
  const cells: string[][] = [];
  const borders = lines.filter((line) => simpleRule.test(line.trim())).length;
  let headers = 0;
  let isAfterBlank = false;
  for (const line of lines.slice(1)) {
    const trimmed = line.trim();
    if (simpleRule.test(trimmed) && trimmed.includes('=')) {
      if (headers === 0 && borders > 2) headers = cells.length;
      isAfterBlank = true;
      continue;
    }
    if (trimmed === '') {
      isAfterBlank = true;
      continue;
    }
    if (underline.test(trimmed) && trimmed.length > 1 && /\s/.test(trimmed)) continue;
    const parts = partsOf(line, columns);
    const goesOn = parts[0] === '' && cells.length > 0 && !(isAfterBlank && columns.length === 1);
    if (goesOn) {
      const row = cells.at(-1)!;
      for (const [i, part] of parts.entries()) if (part !== '') row[i] = `${row[i] ?? ''} ${part}`.trim();
    } else cells.push(parts);
    isAfterBlank = false;
  }
  return { cells: cells.map((row) => row.map(oneLine)), headers: headers >= cells.length ? 0 : headers };
}

function partsOf(line: string, columns: readonly number[]): string[] {
  const parts: string[] = [];
  for (let i = 0; i < columns.length; i++) {
    const from = columns[i]!;
    // Words over the border of two columns are one cell.
    if (i > 0 && line[from - 1] !== undefined && line[from - 1] !== ' ' && parts[i - 1] !== '') {
      parts.push('');
      continue;
    }
    let last = i + 1;
    while (last < columns.length && /\S/.test(line[columns[last]! - 1] ?? ' ')) last++;
    parts.push(line.slice(from, last < columns.length ? columns[last] : undefined).trim());
  }
  return parts;
}

const rowStart = /^[*+-][ \t]+(?:[*+-](?:[ \t]+|$))?(.*)$/;

/** `* - a` begins a row, `- b` under it a further cell. */
export function listRows(lines: readonly string[], headers: number): Rows {
  const cells: string[][] = [];
  let inner = -1;
  for (const line of lines) {
    const indent = line.length - line.trimStart().length;
    const start = indent === 0 ? rowStart.exec(line) : null;
    if (start) {
      cells.push([start[1]!.trim()]);
      inner = line.search(/(?<=^[*+-][ \t]+)[*+-](?:[ \t]|$)/);
    } else if (cells.length > 0 && indent === inner && /^[*+-](?:\s|$)/.test(line.trimStart())) {
      cells.at(-1)!.push(line.trimStart().slice(1).trim());
    } else if (cells.length > 0 && line.trim() !== '') {
      const row = cells.at(-1)!;
      row[row.length - 1] = `${row.at(-1)} ${line.trim()}`.trim();
    }
  }
  return { cells, headers: Math.min(headers, Math.max(cells.length - 1, 0)) };
}

/** @param header the names of the columns, as a row of CSV */
export function csvTable(header: string, content: string, headers: number): Rows {
  const cells = [header, content].flatMap((csv) =>
    // A blank after the comma doesn't count.
    [...csvRows(csv.replace(/,[ \t]+(?=")/g, ','), { delimiter: ',' })].map(({ fields }) =>
      fields.map(oneLine),
    ),
  );
  return {
    cells,
    headers: Math.min(headers + (header.trim() === '' ? 0 : 1), Math.max(cells.length - 1, 0)),
  };
}

/** @param shown words of a cell as they are shown */
export function tablePieces(
  { cells, headers }: Rows,
  line: number,
  shown: (text: string) => string,
): Piece[] {
  const shownCells = cells.map((row) => Array.from(row, (cell) => oneLine(shown(cell ?? ''))));
  const { text, context } = tableText(shownCells, headers);
  if (text === '') return [];
  return [{ kind: 'table', text, line, ...(context !== undefined && { context }) }];
}
