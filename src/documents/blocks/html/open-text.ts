// The text of the block, or cell, that is being read.
import { isWhite } from '../lines.js';

/** What stands in the open text: strings never change, so that this is a place to go back to. */
export interface Mark {
  readonly text: string;
  readonly last: string;
  readonly startedAt: number;
  readonly space: boolean;
  /** How many texts had ended. */
  readonly ended: number;
}

export class OpenText {
  #text = '';
  #last = '';
  #startedAt = -1;
  #length = 0;
  #ended = 0;
  /** White space that counts only when words come after it. */
  #space = false;

  get text(): string {
    return this.#text;
  }

  /** Where in the HTML its first word stands; -1: it has none yet. */
  get startedAt(): number {
    return this.#startedAt;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether words here would go on with a number. */
  get isAfterDigit(): boolean {
    return !this.#space && /\d$/.test(this.#last.slice(-1));
  }

  /** Whether words here would go on with a word, or stand behind its comma. */
  get isAfterWord(): boolean {
    return !this.#space && /[^\s[(]$/.test(this.#last.slice(-1));
  }

  /** @param at where in the HTML they stand */
  words(data: string, at: number): void {
    const first = this.#start(data, at);
    if (first > 0) this.#space = true;
    if (first === data.length) return;
    if (this.#space && this.#last !== '' && !isWhite(this.#last.charCodeAt(this.#last.length - 1))) {
      this.append(' ');
    }
    const end = data.trimEnd().length;
    const words = oneSpace(data.slice(first, end));
    this.append(words.includes('\u00ad') ? words.replaceAll('\u00ad', '') : words);
    this.#space = end < data.length;
  }

  /** Words whose white space counts. */
  exactly(data: string, at: number): void {
    this.#start(data, at);
    this.append(data);
  }

  /** Words after this are apart from those before. */
  space(): void {
    this.#space = true;
  }

  newLine(): void {
    if (this.#last !== '' && !this.#last.endsWith('\n')) this.append('\n');
    this.#space = false;
  }

  mark(): Mark {
    return {
      text: this.#text,
      last: this.#last,
      startedAt: this.#startedAt,
      space: this.#space,
      ended: this.#ended,
    };
  }

  /** Takes back what was written since, unless the text has ended. */
  backTo(mark: Mark): void {
    if (mark.ended !== this.#ended) return;
    this.#text = mark.text;
    this.#last = mark.last;
    this.#startedAt = mark.startedAt;
    this.#space = mark.space;
  }

  /** Looks only at the last piece: reading the whole text would join (copy) its pieces each time. */
  append(piece: string): void {
    if (piece === '') return;
    this.#text += piece;
    this.#last = piece;
    this.#length += piece.length;
  }

  /** Ends the text. */
  clear(): void {
    this.#ended++;
    this.#text = '';
    this.#last = '';
    this.#startedAt = -1;
    this.#length = 0;
    this.#space = false;
  }

  /** @returns index of the first character that isn't white space */
  #start(data: string, at: number): number {
    let first = 0;
    while (first < data.length && isWhite(data.charCodeAt(first))) first++;
    if (first < data.length && this.#startedAt < 0) this.#startedAt = at + first;
    return first;
  }
}

const unevenSpace = /[\t\r\n\f]| {2}/;

/** Most words stand on one line, with a blank between them. */
function oneSpace(words: string): string {
  return unevenSpace.test(words) ? words.replace(/[ \t\r\n\f]+/g, ' ') : words;
}
