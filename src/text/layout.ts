// Lays text out in the columns of a terminal: lines that fit, cut or filled up. What counts the columns is given, as counting
// them right takes as long to load as all else of the help, whose letters take one column each.
import { type Printable, part, say } from './printable.js';

/** Counts columns. */
export interface Measure {
  /** Columns that a text takes; escapes of a style take none. */
  columnsOf(text: string): number;
  /** The letters of a text, in order, as they are shown: one may be several characters. */
  segments(text: string): Iterable<{ segment: string; index: number }>;
}

/** Punctuation that no line begins with. */
const closing = /^[\p{Pe}\p{Pf}\u3001\u3002\uff01\uff0c\uff0e\uff1a\uff1b\uff1f]/u;

/** What is there to be copied, or stands in quotes: it isn't broken. */
const unbroken = /`[^`]+`|"[^"]+"/g;
/** A label before what is said, as in `  documents  80 new`. */
const label = /^ *(?:\S+ ){1,2} +|^ */;

export class Layout {
  readonly #measure: Measure;

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  columnsOf(text: string): number {
    return this.#measure.columnsOf(text);
  }

  /**
   * Lines of at most `width` columns, broken at blanks and beside wide letters; a longer word is cut. A letter that is
   * wider than a line has one of its own.
   */
  wrapped(text: Printable, width: number): Printable[] {
    return this.#brokenLines(text, text, () => width);
  }

  /**
   * The same for what is said: commands in it stay whole, and what follows a label stands beside it.
   * @returns the line alone where it fits
   */
  sentenceLines(text: Printable, width: number): Printable[] {
    if (this.columnsOf(text) <= width) return [text];
    const indent = Math.min(this.columnsOf(label.exec(text)![0]), width >> 1);
    // As long, with blanks that don't break.
    const shape = text.replace(unbroken, (found) => found.replaceAll(' ', '\u00a0'));
    const widthOf = (line: number) => (line === 0 ? width : width - indent);
    const [first = text, ...rest] = this.#brokenLines(text, shape, widthOf);
    return [first, ...rest.map((line) => say`${blanks(indent)}${line}`)];
  }

  /** The start of it that takes at most `width` columns; what is cut off is shown as …. */
  cut(text: Printable, width: number): Printable {
    if (this.columnsOf(text) <= width) return text;
    let columns = 0;
    for (const { segment, index } of this.#measure.segments(text)) {
      columns += this.columnsOf(segment);
      if (columns > width - 1) return width < 1 ? say`` : say`${part(text, 0, index)}…`;
    }
    return text;
  }

  /** With blanks after it, up to `width` columns. */
  padEnd(text: Printable, width: number): Printable {
    return say`${text}${blanks(width - this.columnsOf(text))}`;
  }

  /** With blanks before it, up to `width` columns. */
  padStart(text: Printable, width: number): Printable {
    return say`${blanks(width - this.columnsOf(text))}${text}`;
  }

  /** @param shape as long as the text: where its blanks are, the text may be broken */
  #brokenLines(text: Printable, shape: string, widthOf: (line: number) => number): Printable[] {
    const lines: Printable[] = [];
    let start = 0;
    let columns = 0;
    /** Where the line may be broken: what comes before ends at `end`, what comes after begins at `next`. */
    let broken = { end: 0, next: 0, columns: 0 };
    let before = { end: 0, columns: 0 };
    let isStyle = false;
    for (const { segment, index } of this.#measure.segments(shape)) {
      // Escapes of a style take no room.
      isStyle ||= segment === '\u001b';
      const own = isStyle ? 0 : this.columnsOf(segment);
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
}

/** For text of which each character takes one column, such as the help's. */
export const plainLayout = new Layout({
  columnsOf: (text) => text.length,
  *segments(text) {
    for (let index = 0; index < text.length; index++) yield { segment: text[index]!, index };
  },
});

/** So many blanks; none for a negative count. */
export function blanks(count: number): Printable {
  return part(manyBlanks, 0, Math.max(0, count));
}

const manyBlanks = Array.from({ length: 9 }).reduce<Printable>((text) => say`${text}${text}`, say` `);
