// Which paragraphs of a PDF are headings, and of which level: by its bookmarks, else by the size of their letters, their
// numbers and their font.
import type { Bookmark } from './bookmarks.js';
import { mostOf } from './cells.js';
import { markedHeadings } from './marked-headings.js';
import { depthOf, isNumberAlone } from './numbering.js';
import { isLabel, type Paragraph } from './paragraphs.js';
import type { BodyText } from './rows.js';

/** Letters of headings are larger than those of the text by this factor. */
export const headingFactor = 1.15;
/** Longer paragraphs in large letters are text. */
const maxHeadingLength = 150;
const maxHeadingLines = 4;
const maxLevel = 6;
/** From so many pages on, each level of headings is on several. */
const minBookPages = 5;
/** A word of two letters at least, or a sign that is one. */
const hasWord = /\p{L}\p{M}*\p{L}|\p{Lo}/u;

/**
 * The levels of the headings, 1 = outermost.
 * @param paragraphs a heading that is part of one is made one of its own
 */
export function headingsOf(
  paragraphs: Paragraph[],
  bookmarks: ReadonlyMap<number, readonly Bookmark[]>,
  body: BodyText,
): Map<Paragraph, number> {
  joinNumbers(paragraphs, body);
  const marked = bookmarks.size > 0 ? markedHeadings(paragraphs, bookmarks) : new Map<Paragraph, number>();
  const large = paragraphs.filter((paragraph) => !marked.has(paragraph) && isLarge(paragraph, body));
  const levels =
    marked.size > 0 ? levelsByMarks(paragraphs, marked, large) : levelsBySize(paragraphs, large, body);
  for (const [paragraph, level] of levels) if (level > maxLevel) levels.set(paragraph, maxLevel);
  return levels;
}

/** Joins `Chapter 3` to the title below it. */
function joinNumbers(paragraphs: Paragraph[], body: BodyText): void {
  const joined: Paragraph[] = [];
  for (const paragraph of paragraphs) {
    const above = joined.at(-1);
    const isBelow = above?.page === paragraph.page && above.lines.length < 3 && isLarge(paragraph, body);
    const isNumber = isBelow && (isNumberAlone(titleOf(above)) || isLargeNumber(above, body));
    if (isNumber) {
      joined[joined.length - 1] = {
        ...paragraph,
        line: above.line,
        lines: [...above.lines, ...paragraph.lines],
      };
    } else {
      joined.push(paragraph);
    }
  }
  paragraphs.length = 0;
  for (const paragraph of joined) paragraphs.push(paragraph);
}

/** The number of a chapter, in large letters above its title. */
function isLargeNumber({ size, lines }: Paragraph, body: BodyText): boolean {
  return size > headingFactor * body.size && /^(?:\d{1,3}|[IVX]{1,6}|[A-Z])$/.test(lines[0]!.text);
}

function isLarge(paragraph: Paragraph, body: BodyText): boolean {
  return paragraph.size > headingFactor * body.size && isShort(paragraph);
}

/** True for one or few lines with a word, that aren't of a list of contents. */
function isShort({ kind, isAside, lines }: Paragraph): boolean {
  if (kind === 'item' || isAside || lines.length > maxHeadingLines) return false;
  let length = 0;
  for (const line of lines) {
    if (line.isContents) return false;
    length += line.text.length;
  }
  return length <= maxHeadingLength && lines.some((line) => hasWord.test(line.text));
}

/** Levels of the bookmarks, and what their sizes say of other large lines. A title on top of all moves them down. */
function levelsByMarks(
  paragraphs: readonly Paragraph[],
  marked: ReadonlyMap<Paragraph, number>,
  large: readonly Paragraph[],
): Map<Paragraph, number> {
  const sizes = levelsOfSizes(marked);
  const title = titleAbove(paragraphs, marked, large);
  const down = title ? 1 : 0;
  const levels = new Map<Paragraph, number>();
  const largeOnes = new Set(large);
  const first = paragraphs[0]?.page;
  let hasText = false;
  for (const paragraph of paragraphs) {
    const level = marked.get(paragraph);
    const isLargeOne = largeOnes.has(paragraph);
    // Large lines above all text are authors and dates.
    hasText ||= paragraph.page !== first || (level === undefined && !isLargeOne);
    if (paragraph === title) levels.set(paragraph, 1);
    else if (level !== undefined) levels.set(paragraph, level + down);
    else if (isLargeOne && hasText) {
      const bySize = levelOfSize(paragraph.size, sizes);
      if (bySize !== undefined) levels.set(paragraph, bySize + down);
    }
  }
  return levels;
}

/** The level that most headings of a size have. */
function levelsOfSizes(marked: ReadonlyMap<Paragraph, number>): Map<number, number> {
  const counts = new Map<number, Map<number, number>>();
  for (const [{ size }, level] of marked) {
    const ofSize = counts.get(size) ?? new Map<number, number>();
    ofSize.set(level, (ofSize.get(level) ?? 0) + 1);
    counts.set(size, ofSize);
  }
  return new Map([...counts].map(([size, levels]) => [size, mostOf(levels)!]));
}

/** Undefined for sizes above all bookmarks: they are of a cover. */
function levelOfSize(size: number, sizes: ReadonlyMap<number, number>): number | undefined {
  const level = sizes.get(size);
  if (level !== undefined) return level;
  let deepest: number | undefined;
  for (const [other, value] of sizes) if (other > size) deepest = Math.max(deepest ?? 0, value);
  return deepest === undefined ? undefined : deepest + 1;
}

/** The title of the document: the largest line of its first page with text, where that is larger than all headings on it. */
function titleAbove(
  paragraphs: readonly Paragraph[],
  marked: ReadonlyMap<Paragraph, number>,
  large: readonly Paragraph[],
): Paragraph | undefined {
  const first = paragraphs[0]?.page;
  let roots = 0;
  let max = 0;
  for (const [{ size, page }, level] of marked) {
    if (level === 1) roots++;
    if (page === first) max = Math.max(max, size);
  }
  const title = largest(large.filter(({ page }) => page === first));
  return roots > 1 && title && title.size > max ? title : undefined;
}

function largest(paragraphs: readonly Paragraph[]): Paragraph | undefined {
  let best: Paragraph | undefined;
  for (const paragraph of paragraphs) if (!best || paragraph.size > best.size) best = paragraph;
  return best;
}

/**
 * A level for each size, and for each depth of numbers in one. Sizes that only a cover has make none, but for the largest,
 * which is the title. Below them come labels in the size of the text.
 */
function levelsBySize(
  paragraphs: readonly Paragraph[],
  large: readonly Paragraph[],
  body: BodyText,
): Map<Paragraph, number> {
  const levels = new Map<Paragraph, number>();
  let base = 0;
  for (const group of groupsBySize(withoutCover(paragraphs, large))) base = addLevels(levels, group, base);
  const labels = paragraphs.filter(
    (paragraph) => !levels.has(paragraph) && isShort(paragraph) && isLabelled(paragraph, body),
  );
  // Smaller ones among them are words of the text.
  const size = largest(labels)?.size;
  addLevels(
    levels,
    labels.filter((label) => label.size === size),
    base,
  );
  return levels;
}

/** Headings of one size each, the largest first. Sizes of a single page, as in a figure, go with the next smaller one. */
function groupsBySize(headings: readonly Paragraph[]): Paragraph[][] {
  const pages = new Map<number, Set<number>>();
  for (const { size, page } of headings) pages.set(size, (pages.get(size) ?? new Set()).add(page));
  const isBook = (headings.at(-1)?.page ?? 0) >= minBookPages;
  const groups: Paragraph[][] = [];
  let isOpen = false;
  for (const size of [...pages.keys()].sort((a, b) => b - a)) {
    const group = headings.filter((heading) => heading.size === size);
    if (isOpen) groups.at(-1)!.push(...group);
    else groups.push(group);
    // The largest of all is the title.
    isOpen = isBook && groups.length > 1 && pages.get(size)!.size === 1;
  }
  return groups;
}

function isLabelled({ lines, size }: Paragraph, body: BodyText): boolean {
  return (
    size <= headingFactor * body.size &&
    isLabel(lines[0]!, body) &&
    lines.every((line) => line.font === lines[0]!.font)
  );
}

/** @returns the deepest level */
function addLevels(levels: Map<Paragraph, number>, paragraphs: readonly Paragraph[], base: number): number {
  const depths = paragraphs.map((paragraph) => depthOf(titleOf(paragraph)));
  const least = Math.max(
    1,
    depths.reduce((min, depth) => (depth > 0 && depth < min ? depth : min), maxLevel),
  );
  let deepest = base;
  for (const [i, paragraph] of paragraphs.entries()) {
    const level = base + 1 + Math.max(0, depths[i]! - least);
    levels.set(paragraph, level);
    deepest = Math.max(deepest, level);
  }
  return deepest;
}

function titleOf({ lines }: Paragraph): string {
  return lines.map((line) => line.text).join(' ');
}

/** Without large lines that follow each other at the very start, but for the title and what text may follow. */
function withoutCover(paragraphs: readonly Paragraph[], large: readonly Paragraph[]): Paragraph[] {
  const isLarge = new Set(large);
  const cover: Paragraph[] = [];
  for (const paragraph of paragraphs) {
    if (paragraph.page !== paragraphs[0]!.page || !isLarge.has(paragraph)) break;
    cover.push(paragraph);
  }
  const title = largest(cover);
  const last = cover.at(-1);
  const isCover = new Set(cover);
  const inside = new Set(large.filter((item) => !isCover.has(item)).map(({ size }) => size));
  return large.filter((item) => {
    if (item === title || !isCover.has(item)) return true;
    return inside.has(item.size) && (item === last || depthOf(titleOf(item)) > 0);
  });
}
