// Two texts side by side: where the gutter between them runs, and whether they are columns of text or of a table.
import type { Cell } from './cells.js';
import { rowsOf } from './rows.js';

/** Cells of a page between two heights. */
export interface Band {
  cells: Cell[];
  /** Both sides of the gutter, where they are columns of text. */
  columns?: { left: Cell[]; right: Cell[] };
}

/** Fewer lines side by side aren't columns. */
const minLines = 3;
/** A gutter is so many letter heights wide. */
const minGutter = 0.8;
/** The share of lines that may reach into the gutter. */
const overlong = 0.1;
/** Places of a page at which a gutter is looked for. */
const places = 160;
/** Max places that are looked at closely. */
const maxTries = 4;

/**
 * Splits cells into bands from top to bottom, if some of them are columns of text.
 * @param sorted cells by height, highest first
 */
export function bandsOf(sorted: readonly Cell[]): Band[] | undefined {
  for (const x of gutters(sorted)) {
    const bands: Band[] = [];
    let hasColumns = false;
    for (const run of runsAt(sorted, x)) {
      const columns = run.isFree ? columnsOf(run.cells, x) : undefined;
      hasColumns ||= columns !== undefined;
      bands.push(columns ? { cells: run.cells, columns } : { cells: run.cells });
    }
    if (hasColumns) return bands;
  }
  return undefined;
}

/** Places that many cells are left and right of, the best first. */
function gutters(sorted: readonly Cell[]): number[] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { x, right } of sorted) {
    min = Math.min(min, x);
    max = Math.max(max, right);
  }
  const step = (max - min) / places;
  if (!(step > 0)) return [];
  const scored: { x: number; score: number }[] = [];
  for (let place = 8; place < places - 8; place++) {
    const x = min + place * step;
    const score = scoreAt(sorted, x);
    if (score >= minLines) scored.push({ x, score });
  }
  scored.sort((a, b) => b.score - a.score || a.x - b.x);
  const best: number[] = [];
  for (const { x } of scored) {
    if (best.length === maxTries) break;
    if (best.every((other) => Math.abs(other - x) > 4 * step)) best.push(x);
  }
  return best;
}

/** How many cells stand on the emptier side of a place, over all runs of cells that don't cross it. */
function scoreAt(sorted: readonly Cell[], x: number): number {
  let score = 0;
  let left = 0;
  let right = 0;
  for (const cell of sorted) {
    if (cell.right <= x) left++;
    else if (cell.x >= x) right++;
    else {
      const count = Math.min(left, right);
      if (count >= minLines) score += count;
      left = 0;
      right = 0;
    }
  }
  const count = Math.min(left, right);
  return count >= minLines ? score + count : score;
}

function runsAt(sorted: readonly Cell[], x: number): { isFree: boolean; cells: Cell[] }[] {
  const runs: { isFree: boolean; cells: Cell[] }[] = [];
  for (const cell of sorted) {
    const isFree = cell.right <= x || cell.x >= x;
    const last = runs.at(-1);
    if (last?.isFree === isFree) last.cells.push(cell);
    else runs.push({ isFree, cells: [cell] });
  }
  return runs;
}

function columnsOf(cells: readonly Cell[], x: number): Band['columns'] {
  const left = cells.filter((cell) => cell.right <= x);
  const right = cells.filter((cell) => cell.x >= x);
  if (left.length < minLines || right.length < minLines) return undefined;
  const sides = [sideOf(left), sideOf(right)] as const;
  if (sides.some((side) => side.rows.length < minLines)) return undefined;
  if (gutterWidth(left, right) < minGutter * Math.max(left[0]!.size, right[0]!.size)) return undefined;
  if (sharedRows(sides[0], sides[1]) < minLines - 1) return undefined;
  if (switches(cells, x) <= 1 + Math.min(left.length, right.length) / 8) {
    // Drawn one after the other. Only single words at the same heights look like a table.
    const isTable = sides.some((side) => side.words < 2) && areLevel(sides[0], sides[1]);
    return isTable ? undefined : { left, right };
  }
  return sides.every(isText) ? { left, right } : undefined;
}

interface Side {
  rows: Cell[][];
  /** Words of a row on the average. */
  words: number;
  /** Share of the rows that go on with a lower-case letter on the next. */
  goesOn: number;
}

function sideOf(cells: readonly Cell[]): Side {
  const rows = rowsOf(cells);
  let words = 0;
  let open = 0;
  for (const row of rows) {
    for (const cell of row) words += wordsIn(cell.text);
    if (startsLow.test(row[0]!.text)) open++;
  }
  return { rows, words: words / rows.length, goesOn: open / rows.length };
}

const startsLow = /^[\p{Ll}\p{Lo}]/u;
const wide = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/g;

/** Words, or two characters each where there are no spaces. */
function wordsIn(text: string): number {
  return Math.max(text.split(' ').length, (text.match(wide)?.length ?? 0) / 2);
}

/** Lines of text, not the cells of a table. */
function isText({ words, goesOn }: Side): boolean {
  return words >= 3 && goesOn >= 0.25;
}

/** Between most lines: some are too long for their column. */
function gutterWidth(left: readonly Cell[], right: readonly Cell[]): number {
  const ends = left.map((cell) => cell.right).sort((a, b) => b - a);
  const starts = right.map((cell) => cell.x).sort((a, b) => a - b);
  return starts[Math.floor(starts.length * overlong)]! - ends[Math.floor(ends.length * overlong)]!;
}

/** How often the drawing goes from one side to the other. */
function switches(cells: readonly Cell[], x: number): number {
  let count = 0;
  let wasLeft: boolean | undefined;
  for (const cell of [...cells].sort((a, b) => a.order - b.order)) {
    const isLeft = cell.right <= x;
    if (wasLeft !== undefined && wasLeft !== isLeft) count++;
    wasLeft = isLeft;
  }
  return count;
}

/** Rows of the side with fewer that stand between the highest and the lowest of the other one. */
function sharedRows(a: Side, b: Side): number {
  const top = Math.min(a.rows[0]![0]!.y, b.rows[0]![0]!.y) + 1;
  const bottom = Math.max(a.rows.at(-1)![0]!.y, b.rows.at(-1)![0]!.y) - 1;
  const within = ({ rows }: Side) => rows.filter((row) => row[0]!.y <= top && row[0]!.y >= bottom).length;
  return Math.min(within(a), within(b));
}

/** True when most rows of the shorter side have one at the same height on the other. */
function areLevel(a: Side, b: Side): boolean {
  const [fewer, more] = a.rows.length <= b.rows.length ? [a, b] : [b, a];
  const heights = new Set<number>();
  for (const row of more.rows) {
    const y = Math.round(row[0]!.y);
    heights
      .add(y - 1)
      .add(y)
      .add(y + 1);
  }
  const level = fewer.rows.filter((row) => heights.has(Math.round(row[0]!.y))).length;
  return level >= 0.8 * fewer.rows.length;
}
