// Cells of a table that have several lines: drawn one after the other, the lines of one below each other. They are read as a
// whole, where row by row would mix them with the cells beside them.
import type { Cell } from './cells.js';
import { isRightToLeft, rowsOf } from './rows.js';

/** Lines of one cell are no further from each other, in letter heights. */
const maxDistance = 2.1;
/** They begin or have their middle at the same place, to so many letter heights. */
const samePlace = 0.3;
/** What is longer is a text of its own, after which a new line begins. */
const maxCellLines = 6;
/** More cells beside each other are no row of a table. */
const maxBand = 100;

interface Stack {
  cells: Cell[];
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The lines of a part of a page without columns. */
export function rowsOfStacks(cells: readonly Cell[]): Cell[][] {
  const stacks = stacksOf(cells);
  if (stacks.length === cells.length) return rowsOf(cells);
  return bandsOf(stacks).flatMap((band) =>
    isByRow(band) || !standApart(band) ? rowsOf(band.flatMap((one) => one.cells)) : linesOf(band),
  );
}

/** Cells that are drawn one after the other and stand below each other. */
function stacksOf(cells: readonly Cell[]): Stack[] {
  const stacks: Stack[] = [];
  let last: Cell | undefined;
  for (const cell of [...cells].sort((a, b) => a.order - b.order)) {
    const bottom = cell.y - 0.2 * cell.size;
    const stack = stacks.at(-1);
    if (stack && last && isBelow(last, cell)) {
      stack.cells.push(cell);
      stack.left = Math.min(stack.left, cell.x);
      stack.right = Math.max(stack.right, cell.right);
      stack.bottom = bottom;
    } else {
      stacks.push({ cells: [cell], left: cell.x, right: cell.right, top: cell.y + 0.7 * cell.size, bottom });
    }
    last = cell;
  }
  return stacks;
}

function isBelow(above: Cell, cell: Cell): boolean {
  const size = Math.max(above.size, cell.size);
  const distance = above.y - cell.y;
  if (cell.order !== above.order + 1 || distance < 0.6 * size || distance > maxDistance * size) return false;
  const left = cell.x - above.x;
  const middle = (left + cell.right - above.right) / 2;
  return Math.abs(left) < samePlace * size || Math.abs(middle) < samePlace * size;
}

/** Stacks that stand beside each other, from top to bottom. */
function bandsOf(stacks: readonly Stack[]): Stack[][] {
  const bands: Stack[][] = [];
  let bottom = Number.POSITIVE_INFINITY;
  for (const stack of [...stacks].sort((a, b) => b.top - a.top)) {
    if (stack.top > bottom) bands.at(-1)!.push(stack);
    else bands.push([stack]);
    bottom = Math.min(bottom, stack.bottom);
  }
  return bands;
}

/** True when all lines stand in rows, as those of a table that is drawn column by column. */
function isByRow(band: readonly Stack[]): boolean {
  const [first] = band;
  return band.every(
    ({ cells }) =>
      cells.length === first!.cells.length &&
      cells.every((cell, i) => Math.abs(cell.y - first!.cells[i]!.y) < 0.4 * cell.size),
  );
}

/** True when none of them reaches over another: the lines of a text with wide gaps do. */
function standApart(band: readonly Stack[]): boolean {
  if (band.length > maxBand) return false;
  return band.every((one, i) =>
    band.every(
      (other, j) =>
        j <= i ||
        one.right <= other.left ||
        other.right <= one.left ||
        one.bottom >= other.top ||
        other.bottom >= one.top,
    ),
  );
}

/** The lines of each cell in order; the next cell begins on the last line of the one before it. */
function linesOf(band: readonly Stack[]): Cell[][] {
  const isFromRight = isRightToLeft(band.flatMap(({ cells }) => cells));
  const start = (stack: Stack): number => (isFromRight ? -stack.right : stack.left);
  const lines: Cell[][] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const stack of [...band].sort((a, b) => start(a) - start(b) || b.top - a.top)) {
    const goesOn = start(stack) >= end;
    for (const [i, cell] of stack.cells.entries()) {
      if (i === 0 && goesOn) lines.at(-1)!.push(cell);
      else lines.push([cell]);
    }
    end = isFromRight ? -stack.left : stack.right;
    if (stack.cells.length > maxCellLines) end = Number.POSITIVE_INFINITY;
  }
  return level(lines, band);
}

/** The lines as if they stood below each other in the height of the band. */
function level(lines: readonly Cell[][], band: readonly Stack[]): Cell[][] {
  const all = band.flatMap(({ cells }) => cells);
  const top = all.reduce((max, { y }) => Math.max(max, y), Number.NEGATIVE_INFINITY);
  const bottom = all.reduce((min, { y }) => Math.min(min, y), Number.POSITIVE_INFINITY);
  const step = lines.length > 1 ? (top - bottom) / (lines.length - 1) : 0;
  return lines.map((line, i) => line.map((cell) => ({ ...cell, y: top - i * step })));
}
