// How many columns of a terminal a text takes, and lines that fit: a Chinese letter or an emoji takes two.
import stringWidth from 'string-width';
import { type Printable, part, say } from './printable.js';

/** Columns that it takes; escapes of a style take none. */
export function columnsOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Punctuation that no line begins with. */
const closing = /^[\p{Pe}\p{Pf}\u3001\u3002\uff01\uff0c\uff0e\uff1a\uff1b\uff1f]/u;

/**
 * Lines of at most `width` columns, broken at blanks and beside wide letters; a longer word is cut. A letter that is
 * wider than a line has one of its own.
 */
export function wrapped(text: Printable, width: number): Printable[] {
  return brokenLines(text, text, () => width);
}

/** What is there to be copied, or stands in quotes: it isn't broken. */
const unbroken = /`[^`]+`|"[^"]+"/g;
/** A label before what is said, as in `  documents  80 new`. */
const label = /^ *(?:\S+ ){1,2} +|^ */;

/**
 * The same for what is said: commands in it stay whole, and what follows a label stands beside it.
 * @returns the line alone where it fits
 */
export function sentenceLines(text: Printable, width: number): Printable[] {
  if (columnsOf(text) <= width) return [text];
  const indent = Math.min(columnsOf(label.exec(text)![0]), width >> 1);
  // As long, with blanks that don't break.
  const shape = text.replace(unbroken, (found) => found.replaceAll(' ', '\u00a0'));
  const [first = text, ...rest] = brokenLines(text, shape, (line) => (line === 0 ? width : width - indent));
  return [first, ...rest.map((line) => say`${blanks(indent)}${line}`)];
}

/** @param shape as long as the text: where its blanks are, the text may be broken */
function brokenLines(text: Printable, shape: string, widthOf: (line: number) => number): Printable[] {
  const lines: Printable[] = [];
  let start = 0;
  let columns = 0;
  /** Where the line may be broken: what comes before ends at `end`, what comes after begins at `next`. */
  let broken = { end: 0, next: 0, columns: 0 };
  let before = { end: 0, columns: 0 };
  let isStyle = false;
  for (const { segment, index } of graphemes.segment(shape)) {
    // Escapes of a style take no room.
    isStyle ||= segment === '\u001b';
    const own = isStyle ? 0 : columnsOf(segment);
    if (isStyle) isStyle = segment !== 'm';
    if (segment !== ' ') {
      const isBreak = index > before.end || ((own > 1 || before.columns > 1) && !closing.test(segment));
      if (isBreak) broken = { end: before.end, next: index, columns };
      if (columns + own > widthOf(lines.length) && index > start) {
        if (broken.next <= start) broken = { end: index, next: index, columns };
        lines.push(part(text, start, broken.end));
        start = broken.next;
        columns -= broken.columns;
        broken.columns = 0;
      }
      before = { end: index + segment.length, columns: own };
    }
    columns += own;
  }
  return [...lines, part(text, start, Math.max(start, before.end))];
}

/** The start of it that takes at most `width` columns; what is cut off is shown as …. */
export function cut(text: Printable, width: number): Printable {
  if (columnsOf(text) <= width) return text;
  let columns = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    columns += columnsOf(segment);
    if (columns > width - 1) return width < 1 ? say`` : say`${part(text, 0, index)}…`;
  }
  return text;
}

/** With blanks after it, up to `width` columns. */
export function padEnd(text: Printable, width: number): Printable {
  return say`${text}${blanks(width - columnsOf(text))}`;
}

/** With blanks before it, up to `width` columns. */
export function padStart(text: Printable, width: number): Printable {
  return say`${blanks(width - columnsOf(text))}${text}`;
}

/** So many blanks; none for a negative count. */
export function blanks(count: number): Printable {
  return part(manyBlanks, 0, Math.max(0, count));
}

const manyBlanks = Array.from({ length: 9 }).reduce<Printable>((text) => say`${text}${text}`, say` `);
