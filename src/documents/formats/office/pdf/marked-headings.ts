// Which paragraphs the bookmarks of a PDF name: by the page that they lead to, and their words there.
import type { Bookmark } from './bookmarks.js';
import { isNumberAlone, withoutNumber } from './numbering.js';
import type { Paragraph } from './paragraphs.js';
import type { Line } from './rows.js';

const maxTitleLines = 4;
/** Letters by which lines are told apart at first. */
const startLength = 4;
/** Longer titles aren't compared. */
const maxTitleLength = 600;

/** Paragraphs that bookmarks of their page name; a title that is a part of a paragraph becomes one of its own. */
export function markedHeadings(
  paragraphs: Paragraph[],
  bookmarks: ReadonlyMap<number, readonly Bookmark[]>,
): Map<Paragraph, number> {
  const marked = new Map<Paragraph, number>();
  const all: Paragraph[] = [];
  let page = 0;
  let open = titlesOf([]);
  let found = new Map<Bookmark, Paragraph>();
  for (const paragraph of paragraphs) {
    if (paragraph.page !== page) {
      page = paragraph.page;
      open = titlesOf(bookmarks.get(page) ?? []);
      found = new Map();
    }
    const parts = open.byLetters.size > 0 && !paragraph.isAside ? split(paragraph, open) : [{ paragraph }];
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

interface Titles {
  byLetters: Map<string, Bookmark>;
  /** The first letters of all. */
  starts: Set<string>;
}

function titlesOf(bookmarks: readonly Bookmark[]): Titles {
  const byLetters = new Map<string, Bookmark>();
  const starts = new Set<string>();
  for (const bookmark of bookmarks) {
    for (const title of [withoutNumber(bookmark.title), bookmark.title]) {
      const letters = lettersOf(title);
      if (letters === '') continue;
      byLetters.set(letters, bookmark);
      starts.add(letters.slice(0, startLength));
    }
  }
  return { byLetters, starts };
}

/** False for most lines, at little cost. */
function mayStart({ text, isContents }: Line, { starts }: Titles): boolean {
  if (isContents) return false;
  const start = text.slice(0, 40);
  return [start, withoutNumber(start)].some((words) => {
    const letters = lettersOf(words).slice(0, startLength);
    return letters.length < startLength || starts.has(letters);
  });
}

interface Part {
  paragraph: Paragraph;
  bookmark?: Bookmark;
}

/** A paragraph and the titles in it, in order. */
function split(paragraph: Paragraph, titles: Titles): Part[] {
  const parts: Part[] = [];
  const { lines } = paragraph;
  let from = 0;
  for (let at = 0; at < lines.length; at++) {
    if (!mayStart(lines[at]!, titles)) continue;
    for (let count = 1; count <= maxTitleLines && at + count <= lines.length; count++) {
      const bookmark = bookmarkFor(lines.slice(at, at + count), titles);
      if (!bookmark) continue;
      // `TWO` above the title is its number.
      const above = lines.slice(from, at).map(({ text }) => text);
      const start = isNumberAlone(above.join(' ')) ? from : at;
      if (start > from) parts.push({ paragraph: partOf(paragraph, from, start) });
      parts.push({ paragraph: { ...partOf(paragraph, start, at + count), kind: 'paragraph' }, bookmark });
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

function bookmarkFor(lines: readonly Line[], titles: Titles): Bookmark | undefined {
  let text = '';
  for (const line of lines) {
    if (line.isContents) return undefined;
    text += `${line.text} `;
  }
  if (text.length > maxTitleLength) return undefined;
  for (const title of [text, withoutNumber(text)]) {
    const letters = lettersOf(title);
    // A note may stand at its end: `Pumps³`.
    const found = titles.byLetters.get(letters) ?? titles.byLetters.get(letters.replace(/\d{1,2}$/, ''));
    if (found) return found;
  }
  return undefined;
}

const notLetters = /[^\p{L}\p{N}]+/gu;

function lettersOf(text: string): string {
  return text.slice(0, maxTitleLength).normalize('NFKC').replace(notLetters, '').toLowerCase();
}
