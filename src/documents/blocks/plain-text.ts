// Plain text → blocks: paragraphs, headings that are underlined or numbered, lines of contents lists.
import type { Block } from '../../types/document.js';
import { lineEnd, skipWhite, trimWhite } from './lines.js';
import { cleanTitle } from './titles.js';

/** Longer lines are sentences. */
const maxHeading = 90;
const underline = /^(?:={3,}|-{3,}|~{3,}|\*{3,}|#{3,})$/;
const numbered =
  /^(?:Appendix\s+)?(\d{1,3}(?:\.\d{1,3}){0,5}|[A-Z](?:\.\d{1,3}){1,5}|Appendix [A-Z])[.:)]?\s{1,6}(?:\p{Lu}|\p{Lo})/u;
/** "II. Scope", "§ 3 Terms", "Chapter 2: Water", "Article 5". */
const named =
  /^(?:(part|book|teil|partie|parte)|(chapter|kapitel|chapitre|capítulo|annex|appendix|[IVX]{1,5}(?=\. ))|(section|article|artikel|§))(?:\s{0,2}(?:\d{1,3}[a-z]?|[IVXLC]{1,6}|[A-Z])|\.)(?=[.:)–—-]?(?:\s|$))/i;
/** A line of capitals, by itself at the margin. */
const minCapitals = 4;
const maxCapitals = 60;
const sentenceEnd = /[.,;:!?。、，]$/;
/** "Introduction ........ 3", "Introduction . . . . 3" */
const contentsLine = /(?:\.{3,}|(?:\. ){3,}\.?)\s*[\divxlc]{1,5}$/i;
/** Share of lines with an indent from which on lines without one are headings, as in RFCs; and how many lines that takes. */
const minIndented = 0.6;
const minLines = 20;

interface Line {
  start: number;
  /** Of what isn't white space; the same as `end` for a blank line. */
  first: number;
  end: number;
}

/** @param fileLine the line of the file for each line of the text, when they differ */
export function plainTextBlocks(text: string, fileLine: readonly number[] = []): Block[] {
  const lines = linesOf(text);
  const headings = findHeadings(text, lines);
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (let i = 0; i < lines.length; i++) {
    const { start, first, end } = lines[i]!;
    const line = fileLine[i] ?? i + 1;
    if (first === end) {
      open = undefined;
      continue;
    }
    const heading = headings.get(i);
    if (heading) {
      const last = lines[heading.last]!;
      blocks.push({
        kind: 'heading',
        start: first,
        end: last.end,
        line,
        level: heading.level,
        title: cleanTitle(text.slice(first, end)),
      });
      i = heading.last;
      open = undefined;
    } else if (
      end - first < 200 &&
      text.charCodeAt(end - 1) < 0x80 &&
      contentsLine.test(text.slice(first, end))
    ) {
      blocks.push({ kind: 'item', start: first, end, line });
      open = undefined;
    } else if (open) {
      open.end = end;
    } else {
      open = {
        kind: 'paragraph',
        start: blocks.length === 0 ? first : skipWhite(text, start, end),
        end,
        line,
      };
      blocks.push(open);
    }
  }
  return blocks;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    const eol = lineEnd(text, start);
    const first = skipWhite(text, start, eol);
    lines.push({ start, first, end: trimWhite(text, first, eol) });
    start = eol + 1;
  }
  return lines;
}

interface Heading {
  level: number;
  /** Index of its last line: the underline. */
  last: number;
}

function findHeadings(text: string, lines: readonly Line[]): Map<number, Heading> {
  const headings = new Map<number, Heading>();
  const numbers: number[] = [];
  const capitals: number[] = [];
  const outdented = isIndented(lines);
  const isBlank = (i: number): boolean => lines[i] === undefined || lines[i]!.first === lines[i]!.end;
  for (const [i, { start, first, end }] of lines.entries()) {
    if (end === first || end - first > maxHeading || !isBlank(i - 1)) continue;
    const words = text.slice(first, end);
    const next = lines[i + 1];
    if (
      next &&
      isUnderline(text, next, end - first) &&
      /[\p{L}\p{N}]/u.test(words) &&
      !underline.test(words)
    ) {
      headings.set(i, { level: '=*#'.includes(text[next.first]!) ? 1 : 2, last: i + 1 });
    } else if (first === start && isBlank(i + 1) && !sentenceEnd.test(words) && !contentsLine.test(words)) {
      const found = numbered.exec(words);
      if (found) {
        headings.set(i, { level: Math.min(found[1]!.split('.').length, 6), last: i });
        numbers.push(i);
      } else if (named.test(words)) {
        headings.set(i, { level: namedLevel(words), last: i });
      } else if (isCapitals(words)) {
        capitals.push(i);
      } else if (outdented && i > 0 && !/ {3,}/.test(words) && /^\p{Lu}/u.test(words)) {
        headings.set(i, { level: 1, last: i });
      }
    }
  }
  // One alone may be a warning, or the name of a file.
  if (capitals.length > 1) for (const at of capitals) headings.set(at, { level: 1, last: at });
  // Numbered lines without text below each are a list.
  const bare = numbers.filter((at, i) => {
    const after = numbers[i + 1];
    return (
      after !== undefined &&
      headings.get(after)!.level === headings.get(at)!.level &&
      onlyBlank(lines, at + 1, after)
    );
  });
  if (bare.length * 2 > numbers.length) for (const at of numbers) headings.delete(at);
  return headings;
}

function namedLevel(words: string): number {
  const [, part, chapter] = named.exec(words) ?? [];
  return part !== undefined ? 1 : chapter !== undefined ? 2 : 3;
}

/** Whether a line is in capitals, and mostly letters. */
function isCapitals(words: string): boolean {
  if (words.length > maxCapitals || /\p{Ll}| {3,}/u.test(words)) return false;
  const letters = words.match(/\p{Lu}/gu)?.length ?? 0;
  return letters >= minCapitals && letters * 2 > words.length;
}

function isUnderline(text: string, { first, end }: Line, width: number): boolean {
  const length = end - first;
  return (
    length >= 3 &&
    length <= maxHeading * 2 &&
    Math.abs(length - width) <= Math.max(2, width / 3) &&
    underline.test(text.slice(first, end))
  );
}

/** Whether the body has an indent, so that lines at the margin stand out. */
function isIndented(lines: readonly Line[]): boolean {
  let full = 0;
  let indented = 0;
  for (const { start, first, end } of lines) {
    if (first === end) continue;
    full++;
    if (first - start >= 2) indented++;
  }
  return full >= minLines && indented > full * minIndented;
}

function onlyBlank(lines: readonly Line[], from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (lines[i]!.first !== lines[i]!.end) return false;
  return true;
}
