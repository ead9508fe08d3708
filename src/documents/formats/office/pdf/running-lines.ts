// Running heads, running feet and page numbers: what stands at the same place on many pages, and is no text of them.
import type { Cell, CellPage } from './cells.js';
import { lineOf, rowsOf } from './rows.js';

/** The text of a page stands further away than its lines from each other, by this factor. */
const gapFactor = 1.3;
/** Rows at each end of a page that may be running. */
const maxRows = 4;
/** They stand in this share of the page, at each end. */
const zone = 0.16;
/** A page number alone stands in this one: that of LaTeX's articles on A4 has 0.165. */
const numberZone = 0.2;
/** Pages on which a line must be repeated; of a short document, the first page often has none. */
const minPages = 3;
const minOfFew = 2;
const fewPages = 4;
/** Feet may have larger letters than the text by this factor more than heads: no title stands below a page. */
const footFactor = 1.3;
/** A title is larger than the head that repeats it. */
const titleFactor = 1.1;
/** Left and right pages have heads of their own, and a page between may have none. */
const maxSkipped = 3;
/** The same place, in points. */
const samePlace = 3;
/** Longer lines are no titles. */
const maxTitle = 200;
/** Large letters are those of a head when they are on this share of all pages. */
const headingShare = 0.6;
/** Page numbers stand on this share of the pages from the first to the last that has one. */
const numberShare = 0.3;
/** So many numbers of a line may be that of its page. */
const maxNumbers = 4;

interface Candidate {
  page: CellPage;
  row: Cell[];
  text: string;
  y: number;
  size: number;
  isTop: boolean;
  isRunning: boolean;
}

/**
 * Takes the running lines out of all pages.
 * @param headingSize letters from this height on are those of headings, which may well say the same on some pages
 */
export function dropRunningLines(pages: readonly CellPage[], headingSize: number): void {
  const enough = Math.min(pages.length <= fewPages ? minOfFew : minPages, pages.length);
  const candidates = pages.flatMap(candidatesOf);
  // Numbers in large letters are those of chapters.
  for (const item of candidates) item.isRunning = !isLarge(item, headingSize) && isOwnNumber(item);
  markTitles(pages, candidates);
  if (enough > 1) markRunning(pages, candidates, headingSize, enough);
  const dropped = new Set<Cell>();
  for (const { isRunning, row } of candidates) if (isRunning) for (const cell of row) dropped.add(cell);
  const hasText = pages.some(({ cells }) => cells.some((cell) => !dropped.has(cell)));
  if (dropped.size === 0 || !hasText) return;
  for (const page of pages) {
    if (page.cells.some((cell) => dropped.has(cell))) {
      page.cells = page.cells.filter((cell) => !dropped.has(cell));
    }
  }
}

/** Marks heads with the title of a section, which stands in larger letters on the same page, or on one before it. */
function markTitles(pages: readonly CellPage[], candidates: readonly Candidate[]): void {
  const heads = candidates.filter(
    ({ isTop, isRunning, text }) => isTop && !isRunning && text.length <= maxTitle,
  );
  const wanted = new Map<string, { page: number; size: number }[]>(heads.map(({ text }) => [bare(text), []]));
  if (wanted.size === 0) return;
  for (const { cells, number } of pages) {
    for (const { text, size } of cells) wanted.get(bare(text))?.push({ page: number, size });
  }
  for (const head of heads) {
    const places = wanted.get(bare(head.text))!;
    head.isRunning = places.some(
      ({ page, size }) => page <= head.page.number && size >= titleFactor * head.size,
    );
  }
}

function bare(text: string): string {
  return text.slice(0, maxTitle).toLowerCase();
}

/** Marks what several pages have in common. */
function markRunning(
  pages: readonly CellPage[],
  candidates: readonly Candidate[],
  headingSize: number,
  enough: number,
): void {
  // Numbers in large letters are those of sections.
  markRepeated(
    candidates.filter((item) => !isLarge(item, headingSize)),
    keysOf,
    enough,
  );
  markRepeated(
    candidates.filter((item) => isLarge(item, headingSize)),
    ({ text }) => [text],
    Math.max(enough, pages.length * headingShare),
  );
  markNumbered(candidates, enough);
  if (pages.length > minPages) markPlaces(candidates);
  dropStamps(pages, enough);
}

/** True for what may be a heading by its letters. */
function isLarge({ size, isTop }: Candidate, headingSize: number): boolean {
  return size >= (isTop ? headingSize : headingSize * footFactor);
}

/** True for nothing but the number of this page: `3`, `– 3 –`, `Page 3 of 12`. One page is enough to know it. */
function isOwnNumber({ text, page }: Candidate): boolean {
  const [, number, total] = pageNumber.exec(text) ?? [];
  return Number(number) === page.number && (total === undefined || Number(total) >= page.number);
}

const pageNumber =
  /^(?:[-–—]\s?)?(?:(?:page|seite|página|pagina|side|sida|sivu|strona|страница|стр\.|第)\s*)?(\d{1,5})(?:\s*(?:ページ|页|頁))?(?:\s*(?:of|von|de|di|av|af|sur|van|z|из|\/)\s*(\d{1,5}))?(?:\s?[-–—])?$/iu;

function candidatesOf(page: CellPage): Candidate[] {
  const height = page.top - page.bottom;
  const rows = rowsOf(page.cells);
  const distances = rows.slice(1).map((row, i) => rows[i]![0]!.y - row[0]!.y);
  const usual = [...distances].sort((a, b) => a - b)[Math.floor(distances.length / 4)] ?? 0;
  const head = edgeRows(rows, usual).map((row) => candidate(page, row, true));
  const foot = edgeRows(rows.reverse(), usual).map((row) => candidate(page, row, false));
  return [...head, ...foot].filter((item) => {
    const depth = item.isTop ? page.top - item.row[0]!.y : item.row[0]!.y - page.bottom;
    return item.text !== '' && depth < height * (isOwnNumber(item) ? numberZone : zone);
  });
}

/** The rows at one end of a page, up to the gap in front of its text; without a gap only the first. */
function edgeRows(rows: readonly Cell[][], usual: number): Cell[][] {
  for (let i = 1; i < rows.length && i <= maxRows; i++) {
    if (Math.abs(rows[i - 1]![0]!.y - rows[i]![0]!.y) > usual * gapFactor) return rows.slice(0, i);
  }
  return rows.slice(0, 1);
}

function candidate(page: CellPage, row: Cell[], isTop: boolean): Candidate {
  const line = lineOf(row);
  return {
    page,
    row,
    text: line?.text ?? '',
    y: line?.y ?? 0,
    size: line?.size ?? 0,
    isTop,
    isRunning: false,
  };
}

/** Marks lines with the same words on pages near each other, also where a number in them counts the pages. */
function markRepeated(
  candidates: readonly Candidate[],
  keys: (item: Candidate) => string[],
  enough: number,
): void {
  const chains = new Map<string, Candidate[]>();
  for (const item of candidates) {
    for (const key of keys(item)) {
      const chain = chains.get(key) ?? [];
      const last = chain.at(-1);
      if (last && !follows(last, item)) {
        mark(chain, enough);
        chain.length = 0;
      }
      chain.push(item);
      chains.set(key, chain);
    }
  }
  for (const chain of chains.values()) mark(chain, enough);
}

function mark(chain: readonly Candidate[], enough: number): void {
  if (new Set(chain.map(({ page }) => page)).size < enough) return;
  for (const item of chain) item.isRunning = true;
}

function follows(last: Candidate, item: Candidate): boolean {
  return item.page.number - last.page.number <= maxSkipped && Math.abs(item.y - last.y) <= samePlace;
}

/** The words of a line, and the same with one of its numbers as its distance from the number of the page. */
function keysOf({ text, page, isTop }: Candidate): string[] {
  const end = isTop ? 'top' : 'bottom';
  const keys = [`${end} ${text}`];
  for (const match of [...text.matchAll(numbers)].slice(0, maxNumbers)) {
    const before = text.slice(0, match.index);
    const after = text.slice(match.index + match[0].length);
    keys.push(`${end} ${before}#${numberOf(match[0]) - page.number}#${after}`);
  }
  return keys;
}

const numbers = /\d{1,6}|(?<![\p{L}\d])[ivxlc]{1,9}(?![\p{L}\d])/gu;
const romans: { readonly [letter: string]: number } = { i: 1, v: 5, x: 10, l: 50, c: 100 };

function numberOf(digits: string): number {
  const first = romans[digits[0]!];
  if (first === undefined) return Number(digits);
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const value = romans[digits[i]!]!;
    sum += value < (romans[digits[i + 1]!] ?? 0) ? -value : value;
  }
  return sum;
}

/** Marks lines with the number of the page in a cell of its own: `3 <gap> Pumps`, whatever the words are. */
function markNumbered(candidates: readonly Candidate[], enough: number): void {
  const byPlace = new Map<string, Candidate[]>();
  for (const item of candidates) {
    const cells = [...item.row].sort((a, b) => a.x - b.x);
    for (const cell of new Set([cells[0]!, cells.at(-1)!])) {
      if (!onlyNumber.test(cell.text)) continue;
      const key = `${item.isTop} ${numberOf(cell.text) - item.page.number}`;
      const items = byPlace.get(key) ?? [];
      items.push(item);
      byPlace.set(key, items);
    }
  }
  for (const items of byPlace.values()) {
    const level = items.filter(({ y }) => Math.abs(y - items[0]!.y) <= samePlace);
    const pages = level.at(-1)!.page.number - level[0]!.page.number + 1;
    mark(level, Math.max(enough, numberShare * pages));
  }
}

const onlyNumber = /^(?:\d{1,6}|[ivxlc]{1,9})$/;

/** Marks what stands where heads were found on most pages that have anything there. */
function markPlaces(candidates: readonly Candidate[]): void {
  const places = new Map<string, { running: number; all: number }>();
  const placeOf = ({ isTop, y, size }: Candidate): string => `${isTop} ${Math.round(y / samePlace)} ${size}`;
  for (const item of candidates) {
    const place = places.get(placeOf(item)) ?? { running: 0, all: 0 };
    place.all++;
    if (item.isRunning) place.running++;
    places.set(placeOf(item), place);
  }
  for (const item of candidates) {
    const { running, all } = places.get(placeOf(item))!;
    if (running >= minPages && running >= 0.5 * all) item.isRunning = true;
  }
}

/** Turned text that stands on several pages is a stamp of all of them. */
function dropStamps(pages: readonly CellPage[], enough: number): void {
  const counts = new Map<string, number>();
  for (const { turned } of pages) {
    for (const text of new Set(turned.map((cell) => cell.text)))
      counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  for (const page of pages) {
    page.turned = page.turned.filter((cell) => (counts.get(cell.text) ?? 0) < enough);
  }
}
