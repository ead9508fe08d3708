// Code: lines in letters of one width, within a text in other letters. Their indents are kept.
import type { BodyText, Line } from './rows.js';

/** Empty lines within code: a gap of so many usual distances at most. */
export const maxCodeGap = 2.5;
/** A gap larger than the smallest one between lines by this factor is an empty line. */
const emptyLine = 1.6;
/** Deeper indents are no code: what stands in the middle, or at the right. */
const maxIndent = 60;

export function isCodeLine(line: Line, body: BodyText): boolean {
  return line.isFixedWidth && !body.isFixedWidth && !line.isContents && !wide.test(line.text);
}

/** The letters of Chinese, Japanese and Korean fonts are all as wide, too; so are the digits of many fonts. */
const wide = /^[\d\s.,]+$|\p{Lo}.*\p{Lo}/u;

/** True for two lines of code or more: one alone may be a name, or a title. */
export function isCode(lines: readonly Line[], body: BodyText): boolean {
  return lines.length > 1 && lines.every((line) => isCodeLine(line, body));
}

/** The text of code, with its indents and its empty lines. */
export function codeOf(lines: readonly Line[]): string {
  const widest = lines.reduce((most, line) => (line.text.length > most.text.length ? line : most));
  const letter = (widest.right - widest.x) / widest.text.length;
  let left = Number.POSITIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, { x, y }] of lines.entries()) {
    left = Math.min(left, x);
    const gap = i > 0 ? lines[i - 1]!.y - y : 0;
    if (gap > 0) least = Math.min(least, gap);
  }
  const rows: string[] = [];
  for (const [i, { text, x, y }] of lines.entries()) {
    if (i > 0 && lines[i - 1]!.y - y > emptyLine * least) rows.push('');
    const indent = letter > 0 ? Math.round((x - left) / letter) : 0;
    rows.push(' '.repeat(indent <= maxIndent ? indent : 0) + text);
  }
  return rows.join('\n');
}
