// Lines → paragraphs: by the gaps between them, their indents, the size of their letters, and over the ends of pages.
import { isCodeLine, maxCodeGap } from './code.js';
import { isNumberedTitle } from './numbering.js';
import type { BodyText, Line } from './rows.js';

export interface Paragraph {
  kind: 'paragraph' | 'item';
  lines: Line[];
  /** 1-based page on which it starts. */
  page: number;
  /** Page on which it ends. */
  lastPage: number;
  /** 1-based line of its first page. */
  line: number;
  size: number;
  /** Turned text, fields and notes: never a heading, and nothing goes on after it. */
  isAside?: true;
}

export interface FlowPage {
  number: number;
  /** Parts whose lines follow each other. */
  flows: Line[][];
  /** What stands beside the text of the page, a paragraph each. */
  asides: string[];
}

/** A gap is this much larger than the usual distance of lines on the page. */
const gapFactor = 1.25;
/** The first line of a paragraph begins further right by so many letter heights. */
const minIndent = 0.8;
const maxIndent = 4;
const bulletStart = /^[•◦▪■●‣⁃∙–]\s/;
/** A line after this may be another paragraph's. */
const sentenceEnd = /[.!?:;。！？：؟…][)\]"'”’»）」]*$/;

/** @param body smaller letters at the end of a page are footnotes */
export function paragraphsOf(pages: readonly FlowPage[], body: BodyText): Paragraph[] {
  const all: Paragraph[] = [];
  for (const { number, flows, asides } of pages) {
    const usual = usualDistance(flows);
    let line = 0;
    for (const lines of flows) {
      const from = all.length;
      for (const [i, current] of lines.entries()) {
        line++;
        const above = lines[i - 1];
        const isItem = bulletStart.test(current.text);
        if (above && !isItem && goesOn(all.at(-1)!.lines, current, lines[i + 1], usual, body)) {
          all.at(-1)!.lines.push(current);
        } else all.push(startOf(current, isItem ? 'item' : 'paragraph', number, line));
      }
      for (let at = from; at < all.length; at++) all[at]!.size = sizeOf(all[at]!.lines);
      joinOver(all, from, body.size);
    }
    for (const text of asides) all.push(aside(text, number, ++line));
  }
  return all;
}

function startOf(first: Line, kind: Paragraph['kind'], page: number, line: number): Paragraph {
  return { kind, lines: [first], page, lastPage: page, line, size: first.size };
}

function aside(text: string, page: number, line: number): Paragraph {
  const only: Line = {
    text,
    size: 0,
    font: '',
    isFixedWidth: false,
    x: 0,
    right: 0,
    y: 0,
    isContents: false,
  };
  return { ...startOf(only, 'paragraph', page, line), isAside: true };
}

/** Distance of most lines from the one above, in heights of letters. */
function usualDistance(flows: readonly Line[][]): number {
  const distances: number[] = [];
  for (const lines of flows) {
    for (let i = 1; i < lines.length; i++) {
      const value = distance(lines[i - 1]!, lines[i]!);
      if (value > 0.5) distances.push(value);
    }
  }
  distances.sort((a, b) => a - b);
  return Math.max(1, distances[Math.floor(distances.length / 4)] ?? 0);
}

function distance(above: Line, line: Line): number {
  return (above.y - line.y) / Math.max(above.size, line.size, 1);
}

/** @param before the lines of the paragraph so far */
function goesOn(
  before: readonly Line[],
  line: Line,
  below: Line | undefined,
  usual: number,
  body: BodyText,
): boolean {
  const above = before.at(-1)!;
  if (above.font !== line.font && isLabel(above, body)) return false;
  const gap = distance(above, line);
  if (gap < 0) return false;
  const isCode = isCodeLine(line, body);
  if (isCode && isCodeLine(above, body)) return gap <= usual * maxCodeGap;
  // A line of code alone may be a part of a sentence.
  if (isCode && below && isCodeLine(below, body) && distance(line, below) <= usual * maxCodeGap) return false;
  if (!isCode && before.length > 1 && before.every((one) => isCodeLine(one, body))) return false;
  if (gap > usual * gapFactor) return false;
  if (Math.abs(above.size - line.size) > Math.max(0.75, 0.1 * above.size)) return false;
  const indent = (line.x - above.x) / line.size;
  const isIndented = indent > minIndent && indent < maxIndent && sentenceEnd.test(above.text);
  // Where the next line is as far right, it is a list, code or a table.
  return !(isIndented && below && Math.abs(below.x - above.x) < 0.3 * line.size);
}

/** The longest label, in characters. */
const maxLabelLength = 100;

/** A title in the size of the text: numbered, or in capital letters, in another font. */
export function isLabel({ text, font, size, isContents }: Line, body: BodyText): boolean {
  if (font === body.font || isContents || size < 0.95 * body.size || text.length > maxLabelLength)
    return false;
  if (/[.,;:]$/.test(text)) return false;
  return isNumberedTitle(text) || /^\p{Lu}(?=.*\p{Lu}{2})[\p{Lu}\p{N} '’&/,()-]+$/u.test(text);
}

/** Height of most letters. */
function sizeOf(lines: readonly Line[]): number {
  let best = lines[0]!;
  for (const line of lines) if (line.text.length > best.text.length) best = line;
  return best.size;
}

/**
 * Joins the first paragraph of a flow to the last one before it when a sentence goes on.
 * @param from index of the first paragraph of the flow
 */
function joinOver(all: Paragraph[], from: number, bodySize: number): void {
  const first = all[from];
  if (!first || first.kind === 'item') return;
  let at = from - 1;
  // Over the asides and the footnotes of the page before.
  while (at >= 0 && first.size > 0.93 * bodySize && isBelowText(all[at]!, bodySize)) at--;
  const last = all[at];
  if (!last || last.isAside || first.page - last.lastPage > 1) return;
  if (Math.abs(last.size - first.size) > 0.5 || !isCutAt(last.lines, first.lines[0]!)) return;
  for (const line of first.lines) last.lines.push(line);
  last.lastPage = first.lastPage;
  all.splice(from, 1);
}

function isBelowText({ isAside, size }: Paragraph, bodySize: number): boolean {
  return isAside === true || size < 0.93 * bodySize;
}

/** True when a sentence goes on from the last of these lines to the first one of the next page or column. */
function isCutAt(lines: readonly Line[], first: Line): boolean {
  const last = lines.at(-1)!;
  if (sentenceEnd.test(last.text) || last.isContents || first.isContents) return false;
  if (/[\p{L}\p{M}][-‐\u00ad]$/u.test(last.text) || /^\p{Ll}/u.test(first.text)) return true;
  // Letters that are neither small nor large say something only after others of their kind.
  if (/^\p{Lo}/u.test(first.text)) return /\p{Lo}/u.test(last.text);
  // A name or a number goes on a full line of a paragraph.
  let right = 0;
  for (const line of lines) right = Math.max(right, line.right);
  return (
    lines.length > 1 &&
    last.right > right - 2 * last.size &&
    /^[\p{L}\p{N}(]/u.test(first.text) &&
    !isNumberedTitle(first.text)
  );
}
