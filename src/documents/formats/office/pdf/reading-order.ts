// In which order the cells of a page are read: as they are drawn, where that goes down the page line by line; else by
// their places: what goes across the page, the columns of text one after the other, the rows of tables as rows.
import type { Cell } from './cells.js';
import { bandsOf } from './columns.js';
import { isRightToLeft, type Line, lineOf, rowsOf } from './rows.js';
import { rowsOfStacks } from './stacks.js';

/** Pages of more cells are read row by row. */
const maxCells = 5000;
/** Columns in columns: more of them is no text. */
const maxDepth = 4;

/** Parts of a page whose lines follow each other. */
export function flowsOf(cells: readonly Cell[]): Line[][] {
  if (cells.length === 0) return [];
  if (isSimple(cells)) return [linesOf(cells.map((cell) => [cell]))];
  const sorted = [...cells].sort((a, b) => b.y - a.y || a.order - b.order);
  return flows(sorted, 0);
}

/** True when each cell is drawn below the one before it, and not beside it. */
function isSimple(cells: readonly Cell[]): boolean {
  return cells.every((cell, i) => {
    const above = cells[i - 1];
    if (!above) return true;
    const isBelow = above.y - cell.y > 0.4 * Math.min(above.size, cell.size) + 0.5;
    return isBelow && cell.x < above.right && cell.right > above.x;
  });
}

function flows(sorted: readonly Cell[], depth: number): Line[][] {
  if (sorted.length === 0) return [];
  const bands = depth < maxDepth && sorted.length <= maxCells ? bandsOf(sorted) : undefined;
  if (!bands) return [linesOf(sorted.length <= maxCells ? rowsOfStacks(sorted) : rowsOf(sorted))];
  const all: Line[][] = [];
  let waiting: Cell[] = [];
  for (const { cells, columns } of bands) {
    if (!columns) {
      waiting.push(...cells);
      continue;
    }
    all.push(...flows(waiting, depth + 1));
    waiting = [];
    const sides = [columns.left, columns.right];
    if (isRightToLeft(cells)) sides.reverse();
    for (const side of sides) all.push(...flows(side, depth + 1));
  }
  all.push(...flows(waiting, depth + 1));
  return all;
}

function linesOf(rows: readonly Cell[][]): Line[] {
  const lines: Line[] = [];
  for (const row of rows) {
    const line = lineOf(row);
    if (line) lines.push(line);
  }
  return lines;
}
