// Cells → the lines that they stand on.
import { oneLine } from '../../../../text/one-line.js';
import { type Cell, mostOf, spaceGap } from './cells.js';
import { isApart, joinedLetters, withBrackets, withoutLeaders } from './letters.js';

export interface Line {
  text: string;
  /** Height of most of its letters in points, to half a point. */
  size: number;
  font: string;
  isFixedWidth: boolean;
  x: number;
  right: number;
  y: number;
  /** The title of a section and its page, in a list of contents. */
  isContents: boolean;
}

/** What most letters of a document are like. */
export interface BodyText {
  size: number;
  font: string;
  isFixedWidth: boolean;
}

/** Cells by their heights, highest first; those on one base line together. */
export function rowsOf(cells: readonly Cell[]): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let largest: Cell | undefined;
  for (const cell of [...cells].sort((a, b) => b.y - a.y || a.order - b.order)) {
    if (largest && largest.y - cell.y < 0.4 * Math.min(largest.size, cell.size) + 0.5) {
      row.push(cell);
      if (cell.size > largest.size) largest = cell;
    } else {
      row = [cell];
      rows.push(row);
      largest = cell;
    }
  }
  return rows;
}

/** The line of a row, without dots that lead to page numbers; undefined when nothing else is on it. */
export function lineOf(row: readonly Cell[]): Line | undefined {
  const cells = inReadingOrder(row);
  const areApart = cells.length > 1 && cells.every((cell) => isApart(cell.text) || cell.text.length === 1);
  let text = '';
  let last: Cell | undefined;
  for (const cell of cells) {
    if (last && needsSpace(last, cell)) text += ' ';
    text += areApart ? cell.text.replaceAll(' ', '') : joinedLetters(cell.text);
    last = cell;
  }
  const plain = withoutLeaders(text);
  const isContents = plain !== text || endsInPage(cells);
  text = oneLine(cells.some((cell) => cell.isRightToLeft) ? withBrackets(plain) : plain);
  if (text === '') return undefined;
  const [first] = cells;
  const sizes = new Map<number, number>();
  const fonts = new Map<string, number>();
  let x = first!.x;
  let right = first!.right;
  for (const cell of cells) {
    sizes.set(cell.size, (sizes.get(cell.size) ?? 0) + cell.text.length);
    fonts.set(cell.font, (fonts.get(cell.font) ?? 0) + cell.text.length);
    x = Math.min(x, cell.x);
    right = Math.max(right, cell.right);
  }
  const font = mostOf(fonts)!;
  const isFixedWidth = cells.some((cell) => cell.isFixedWidth && cell.font === font);
  return { text, size: mostOf(sizes)!, font, isFixedWidth, x, right, y: first!.y, isContents };
}

/** True when a number stands by itself at the end of a line. */
function endsInPage(cells: readonly Cell[]): boolean {
  const last = cells.at(-1)!;
  const before = cells.at(-2);
  return (
    before !== undefined &&
    last.x - before.right > 2 * last.size &&
    /^(?:\d{1,5}|[ivxlc]{1,7})$/.test(last.text)
  );
}

function inReadingOrder(row: readonly Cell[]): Cell[] {
  if (row.length === 1) return [...row];
  return isRightToLeft(row) ? [...row].sort((a, b) => b.right - a.right) : [...row].sort((a, b) => a.x - b.x);
}

/** True when most letters are of scripts that are written from right to left. */
export function isRightToLeft(cells: readonly Cell[]): boolean {
  let balance = 0;
  for (const cell of cells) balance += cell.isRightToLeft ? cell.text.length : -cell.text.length;
  return balance > 0;
}

function needsSpace(a: Cell, b: Cell): boolean {
  const gap = b.x >= a.x ? b.x - a.right : a.x - b.right;
  return gap > spaceGap * Math.min(a.size, b.size);
}
