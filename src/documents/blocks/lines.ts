// src/documents/blocks: turns text into blocks (headings, paragraphs, items, code …), which chunks are made of. A block
// is a range of offsets with a line number. markdown/, code/, html.ts and rst.ts read the formats. No text may be lost:
// only white space lies between blocks.
//
// This file holds white space and lines, which all formats need.
import { isSpace } from '../../text/whitespace.js';

/** Whether a UTF-16 code unit is white space in the sense of JavaScript's `\s`, which leaves out U+0085. */
export function isWhite(code: number): boolean {
  return isSpace(code) && code !== 0x85;
}

/** Index of the first character from `start` on that isn't white space; `end` if there is none. */
export function skipWhite(text: string, start: number, end: number): number {
  while (start < end && isWhite(text.charCodeAt(start))) start++;
  return start;
}

/** Index after the last character before `end` that isn't white space; `start` if there is none. */
export function trimWhite(text: string, start: number, end: number): number {
  while (end > start && isWhite(text.charCodeAt(end - 1))) end--;
  return end;
}

/** Index of the line's end (its `\n`, or the end of the text). */
export function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

/** Line numbers of ascending offsets, in one pass over the text. */
export class LineCursor {
  readonly #text: string;
  #line = 1;
  #next: number;

  constructor(text: string) {
    this.#text = text;
    this.#next = text.indexOf('\n');
  }

  /** 1-based line of `offset`, which must not be smaller than the last one asked for. */
  at(offset: number): number {
    while (this.#next !== -1 && this.#next < offset) {
      this.#line++;
      this.#next = this.#text.indexOf('\n', this.#next + 1);
    }
    return this.#line;
  }
}
