// Which paragraphs of a PDF are headings, and of which level: by its bookmarks, else by the size of their letters.
import { cleanTitle } from '../../../blocks/titles.js';
import type { Bookmark } from './bookmarks.js';
import { mostOf } from './cells.js';
import type { Paragraph } from './paragraphs.js';
import type { Line } from './rows.js';

export interface Heading {
  level: number;
  title: string;
}

/** Letters of headings are larger than those of the text by this factor. */
export const headingFactor = 1.15;
/** Longer paragraphs in large letters are text. */
const maxHeadingLength = 150;
const maxHeadingLines = 3;
const maxLevel = 6;
/** A word of two letters at least, or a sign that is one. */
const hasWord = /\p{L}\p{M}*\p{L}|\p{Lo}/u;
/** `1.2`, `Chapter 3:`, `IV.`, `A.1` in front of a title. */
const numbering =
  /^(?:(?:chapter|section|appendix|part|kapitel|abschnitt|anhang|teil|chapitre|annexe|partie|cap[ií]tulo|secci[oó]n)\s+)?(?:(?:\d{1,4}|[A-Z])(?:\.\d{1,4}){0,6}|[IVXLC]{1,8})[.:)]?\s+/i;

/** @param bodySize height of most letters of the document */
export function headingsOf(
  paragraphs: Paragraph[],
  bookmarks: ReadonlyMap<number, readonly Bookmark[]>,
  bodySize: number,
): Map<Paragraph, Heading> {
  const marked = bookmarks.size > 0 ? markedHeadings(paragraphs, bookmarks) : new Map<Paragraph, number>();
  const large = paragraphs.filter((paragraph) => !marked.has(paragraph) && isLarge(paragraph, bodySize));
  const levels = marked.size > 0 ? levelsByMarks(paragraphs, marked, large) : levelsBySize(paragraphs, large);
  const headings = new Map<Paragraph, Heading>();
  for (const [paragraph, level] of levels) {
    const title = cleanTitle(paragraph.lines.map((line) => line.text).join(' '));
    headings.set(paragraph, { level: Math.min(level, maxLevel), title });
  }
  return headings;
}

function isLarge({ kind, isAside, lines, size }: Paragraph, bodySize: number): boolean {
  if (kind === 'item' || isAside || lines.length > maxHeadingLines || size <= headingFactor * bodySize)
    return false;
  let length = 0;
  for (const line of lines) length += line.text.length;
  return length <= maxHeadingLength && lines.some((line) => hasWord.test(line.text));
}

/** Paragraphs that bookmarks of their page name; a title that is a part of a paragraph becomes one of its own. */
function markedHeadings(
  paragraphs: Paragraph[],
  bookmarks: ReadonlyMap<number, readonly Bookmark[]>,
): Map<Paragraph, number> {
  const marked = new Map<Paragraph, number>();
  const all: Paragraph[] = [];
  let page = 0;
  let open = new Map<string, Bookmark>();
  let found = new Map<Bookmark, Paragraph>();
  for (const paragraph of paragraphs) {
    if (paragraph.page !== page) {
      page = paragraph.page;
      open = byTitle(bookmarks.get(page) ?? []);
      found = new Map();
    }
    const parts = open.size > 0 && !paragraph.isAside ? split(paragraph, open) : [{ paragraph }];
    for (const { paragraph: part, bookmark } of parts) {
      all.push(part);
      if (!bookmark) continue;
      // Of two with the same words, the larger is the title.
      const other = found.get(bookmark);
      if (other && other.size >= part.size) continue;
      if (other) marked.delete(other);
      found.set(bookmark, part);
      marked.set(part, bookmark.level);
    }
  }
  paragraphs.splice(0, paragraphs.length);
  for (const paragraph of all) paragraphs.push(paragraph);
  return marked;
}

function byTitle(bookmarks: readonly Bookmark[]): Map<string, Bookmark> {
  const titles = new Map<string, Bookmark>();
  for (const bookmark of bookmarks) {
    for (const title of [bookmark.title.replace(numbering, ''), bookmark.title]) {
      const letters = lettersOf(title);
      if (letters !== '') titles.set(letters, bookmark);
    }
  }
  return titles;
}

interface Part {
  paragraph: Paragraph;
  bookmark?: Bookmark;
}

/** A paragraph and the titles in it, in order. */
function split(paragraph: Paragraph, titles: ReadonlyMap<string, Bookmark>): Part[] {
  const parts: Part[] = [];
  const { lines } = paragraph;
  let from = 0;
  for (let at = 0; at < lines.length; at++) {
    for (let count = 1; count <= maxHeadingLines && at + count <= lines.length; count++) {
      const bookmark = bookmarkFor(lines.slice(at, at + count), titles);
      if (!bookmark) continue;
      if (at > from) parts.push({ paragraph: partOf(paragraph, from, at) });
      parts.push({ paragraph: { ...partOf(paragraph, at, at + count), kind: 'paragraph' }, bookmark });
      from = at + count;
      at = from - 1;
      break;
    }
  }
  if (from < lines.length)
    parts.push({ paragraph: from === 0 ? paragraph : partOf(paragraph, from, lines.length) });
  return parts;
}

function partOf(paragraph: Paragraph, from: number, to: number): Paragraph {
  const lines = paragraph.lines.slice(from, to);
  return { ...paragraph, lines, line: paragraph.line + from, size: lines[0]!.size };
}

function bookmarkFor(lines: readonly Line[], titles: ReadonlyMap<string, Bookmark>): Bookmark | undefined {
  let text = '';
  for (const line of lines) text += `${line.text} `;
  if (text.length > 4 * maxHeadingLength) return undefined;
  return titles.get(lettersOf(text)) ?? titles.get(lettersOf(text.replace(numbering, '')));
}

const notLetters = /[^\p{L}\p{N}]+/gu;

function lettersOf(text: string): string {
  return text
    .slice(0, 4 * maxHeadingLength)
    .normalize('NFKC')
    .replace(notLetters, '')
    .toLowerCase();
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
  const isLarge = new Set(large);
  const levels = new Map<Paragraph, number>();
  for (const paragraph of paragraphs) {
    const level = marked.get(paragraph);
    if (paragraph === title) levels.set(paragraph, 1);
    else if (level !== undefined) levels.set(paragraph, level + down);
    else if (isLarge.has(paragraph)) {
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

/** The title of the document: on its first page with text, larger than all headings, and none of them. */
function titleAbove(
  paragraphs: readonly Paragraph[],
  marked: ReadonlyMap<Paragraph, number>,
  large: readonly Paragraph[],
): Paragraph | undefined {
  const first = paragraphs[0]?.page;
  let roots = 0;
  let max = 0;
  for (const [{ size }, level] of marked) {
    if (level === 1) roots++;
    max = Math.max(max, size);
  }
  const title = largest(large.filter(({ page }) => page === first));
  return roots > 1 && title && title.size > max ? title : undefined;
}

function largest(paragraphs: readonly Paragraph[]): Paragraph | undefined {
  let best: Paragraph | undefined;
  for (const paragraph of paragraphs) if (!best || paragraph.size > best.size) best = paragraph;
  return best;
}

/** A level for each size. Sizes that only a cover has make none, but for the largest, which is the title. */
function levelsBySize(paragraphs: readonly Paragraph[], large: readonly Paragraph[]): Map<Paragraph, number> {
  const cover = coverOf(paragraphs, large);
  const title = largest(cover);
  const isCover = new Set(cover);
  const inside = new Set(large.filter((paragraph) => !isCover.has(paragraph)).map(({ size }) => size));
  const kept = large.filter((item) => item === title || inside.has(item.size));
  const sizes = [...new Set(kept.map(({ size }) => size))].sort((a, b) => b - a);
  return new Map(kept.map((paragraph) => [paragraph, sizes.indexOf(paragraph.size) + 1]));
}

/** Large lines that follow each other at the very start, before any text. */
function coverOf(paragraphs: readonly Paragraph[], large: readonly Paragraph[]): Paragraph[] {
  const isLarge = new Set(large);
  const [first] = paragraphs;
  const cover: Paragraph[] = [];
  for (const paragraph of paragraphs) {
    if (paragraph.page !== first!.page || !isLarge.has(paragraph)) break;
    cover.push(paragraph);
  }
  return cover;
}
