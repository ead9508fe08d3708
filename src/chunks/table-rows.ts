// Where the rows of a table begin. Mostly each line is one; in tables that are drawn with lines of signs, as
// reStructuredText and terminals have them, a row may have several lines.
import { skipSpace } from '../text/whitespace.js';

/** `+-----+----+`, above and below each row of a grid. */
const gridBorder = /\+[-=+]{2,}[ \t]*(?=[\r\n]|$)/y;
/** `=====  ====`, above and below the header, and below the last row. */
const simpleBorder = /=+([ \t]+=+)+[ \t]*(?=[\r\n]|$)/y;

export class TableRows {
  readonly #text: string;
  readonly #end: number;
  readonly #kind: 'lines' | 'grid' | 'simple';
  readonly #indent: number;

  /** @param start of its first row, or of the line above it */
  constructor(text: string, start: number, end: number) {
    this.#text = text;
    this.#end = end;
    this.#kind = isAt(gridBorder, text, start)
      ? 'grid'
      : isAt(simpleBorder, text, start)
        ? 'simple'
        : 'lines';
    this.#indent = indentAt(text, start);
  }

  /** The start of the row after the one that starts at `start`; the table's end after the last. */
  after(start: number): number {
    let at = start;
    for (;;) {
      const next = this.#nextLine(at);
      if (next >= this.#end) return this.#end;
      if (this.#isRow(at, next)) return next;
      at = next;
    }
  }

  #nextLine(at: number): number {
    const found = this.#text.indexOf('\n', at);
    return found < 0 ? this.#end : skipSpace(this.#text, found, this.#end);
  }

  #isRow(before: number, line: number): boolean {
    const text = this.#text;
    switch (this.#kind) {
      case 'lines':
        return true;
      case 'grid':
        return isAt(gridBorder, text, before) && !isAt(gridBorder, text, line);
      case 'simple':
        return indentAt(text, line) <= this.#indent && !isAt(simpleBorder, text, line);
    }
  }
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** Characters before `at` on its line. */
function indentAt(text: string, at: number): number {
  return at - 1 - text.lastIndexOf('\n', at - 1);
}
