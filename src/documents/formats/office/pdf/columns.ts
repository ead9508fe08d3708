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
/** Max titles that are looked for in one run of rows, as each costs a look at all above it. */
const maxTitles = 40;
/** A gutter with this share of all cells beside it needs no comparison. */
const clearShare = 0.7;

/**
 * Splits cells into bands from top to bottom, if some of them are columns of text.
 * @param sorted cells by height, highest first
 */
export function bandsOf(sorted: readonly Cell[]): Band[] | undefined {
  let best: Band[] | undefined;
  let most = 0;
  for (const x of gutters(sorted)) {
    const bands: Band[] = [];
    let inColumns = 0;
    for (const run of runsAt(sorted, x)) {
      for (const cells of run.isFree ? sectionsOf(run.cells, x) : [run.cells]) {
        const columns = run.isFree ? columnsOf(cells, x) : undefined;
        if (columns) inColumns += cells.length;
        bands.push(columns ? { cells, columns } : { cells });
      }
    }
    // A gap that a few lines happen to have in common is no gutter of the page.
    if (inColumns > most) {
      best = bands;
      most = inColumns;
    }
    if (most > clearShare * sorted.length) break;
  }
  return best;
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
  const scored: { x: number; score: number; crossing: number }[] = [];
  for (let place = 8; place < places - 8; place++) {
    const x = min + place * step;
    const { score, crossing } = scoreAt(sorted, x);
    if (score >= minLines) scored.push({ x, score, crossing });
  }
  scored.sort((a, b) => b.score - a.score || a.crossing - b.crossing || a.x - b.x);
  const best: number[] = [];
  for (const { x } of scored) {
    if (best.length === maxTries) break;
    if (best.every((other) => Math.abs(other - x) > 4 * step)) best.push(x);
  }
  return best;
}

/** How many cells stand on the emptier side of a place, over all runs of cells that don't cross it, and how many do. */
function scoreAt(sorted: readonly Cell[], x: number): { score: number; crossing: number } {
  let score = 0;
  let crossing = 0;
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
      crossing++;
    }
  }
  const count = Math.min(left, right);
  return { score: count >= minLines ? score + count : score, crossing };
}

/** Rows that leave a place free, and those that cross it: of three columns, all of a row cross with the middle one. */
function runsAt(sorted: readonly Cell[], x: number): { isFree: boolean; cells: Cell[] }[] {
  const runs: { isFree: boolean; cells: Cell[] }[] = [];
  for (const row of rowsOf(sorted)) {
    const isFree = row.every((cell) => cell.right <= x || cell.x >= x);
    const last = runs.at(-1);
    if (last?.isFree === isFree) for (const cell of row) last.cells.push(cell);
    else runs.push({ isFree, cells: [...row] });
  }
  return runs;
}

/**
 * Splits cells at titles that belong to both columns below them: they stand on the side that is drawn first, nothing is
 * beside them, and all above them is drawn before them, all below them after.
 */
function sectionsOf(cells: readonly Cell[], x: number): Cell[][] {
  const rows = rowsOf(cells);
  const isLeft = (cell: Cell): boolean => cell.right <= x;
  /** The least order from each row on. */
  const firsts = new Array<number>(rows.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let i = rows.length - 1; i >= 0; i--) {
    firsts[i] = Math.min(firsts[i + 1]!, ...rows[i]!.map(({ order }) => order));
  }
  const sections: Cell[][] = [[]];
  let drawn = -1;
  let tries = 0;
  for (const [i, row] of rows.entries()) {
    const isOneSided = row.every(isLeft) || !row.some(isLeft);
    const isBetween = drawn < firsts[i]! && Math.max(...row.map(({ order }) => order)) < firsts[i + 1]!;
    const above = sections.at(-1)!;
    const mayBeTitle = isOneSided && isBetween && ++tries <= maxTitles;
    if (mayBeTitle && isBelowColumns(above, x, isLeft(row[0]!))) sections.push([...row]);
    else for (const cell of row) above.push(cell);
    for (const { order } of row) drawn = Math.max(drawn, order);
  }
  return sections;
}

/** True when both sides have lines, and those of this side are drawn before the others. */
function isBelowColumns(cells: readonly Cell[], x: number, isLeft: boolean): boolean {
  const side = cells.filter((cell) => cell.right <= x === isLeft);
  const isEnough = side.length >= minLines && cells.length - side.length >= minLines;
  if (!isEnough || !areDrawnApart(cells, x)) return false;
  const first = cells.reduce((least, cell) => (cell.order < least.order ? cell : least));
  return side.includes(first);
}

/** True when one side is drawn after the other. */
function areDrawnApart(cells: readonly Cell[], x: number): boolean {
  const left = cells.reduce((count, cell) => count + (cell.right <= x ? 1 : 0), 0);
  return switches(cells, x) <= 1 + Math.min(left, cells.length - left) / 8;
}

function columnsOf(cells: readonly Cell[], x: number): Band['columns'] {
  const left = cells.filter((cell) => cell.right <= x);
  const right = cells.filter((cell) => cell.x >= x);
  if (left.length < minLines || right.length < minLines) return undefined;
  const sides = [sideOf(left), sideOf(right)] as const;
  if (sides.some((side) => side.rows.length < minLines)) return undefined;
  if (gutterWidth(left, right) < minGutter * usualSize(cells)) return undefined;
  if (sharedRows(sides[0], sides[1]) < minLines - 1) return undefined;
  if (areDrawnApart(cells, x)) {
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
  /** Share of the rows that take most of the width. */
  full: number;
}

function sideOf(cells: readonly Cell[]): Side {
  const rows = rowsOf(cells);
  let words = 0;
  let open = 0;
  for (const row of rows) {
    for (const cell of row) words += wordsIn(cell.text);
    if (startsLow.test(row[0]!.text)) open++;
  }
  const left = Math.min(...cells.map(({ x }) => x));
  const width = Math.max(...cells.map(({ right }) => right)) - left;
  const full = rows.filter((row) => Math.max(...row.map(({ right }) => right)) - left > fullLine * width);
  return { rows, words: words / rows.length, goesOn: open / rows.length, full: full.length / rows.length };
}

/** Lines of text reach the end of their column, but for the last ones of paragraphs. */
const fullLine = 0.75;
const startsLow = /^[\p{Ll}\p{Lo}]/u;
const wide = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/g;

/** Words, or two characters each where there are no spaces. */
function wordsIn(text: string): number {
  return Math.max(text.split(' ').length, (text.match(wide)?.length ?? 0) / 2);
}

/** Lines of text, not the cells of a table. */
function isText({ words, goesOn, full }: Side): boolean {
  return words >= 3 && goesOn >= 0.25 && full >= 0.5;
}

/** Between most lines: some are too long for their column. */
function gutterWidth(left: readonly Cell[], right: readonly Cell[]): number {
  const ends = left.map((cell) => cell.right).sort((a, b) => b - a);
  const starts = right.map((cell) => cell.x).sort((a, b) => a - b);
  return starts[Math.floor(starts.length * overlong)]! - ends[Math.floor(ends.length * overlong)]!;
}

/** Titles are larger. */
function usualSize(cells: readonly Cell[]): number {
  return cells.map(({ size }) => size).sort((a, b) => a - b)[Math.floor(cells.length / 2)]!;
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
