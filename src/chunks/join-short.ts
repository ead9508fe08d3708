// Joins pieces that are too short to say much by themselves with a neighbour of the same section, where both fit. Only a
// short piece is joined, so that an edit moves no more than the cuts near it.
import { skipSpace, trimEnd } from '../text/whitespace.js';
import type { Block } from '../types/document.js';
import { isBetweenWords } from './boundaries.js';

/** A part of the text that becomes a chunk, without its overlap. */
export interface Piece {
  start: number;
  end: number;
  tokens: number;
}

/** Max part of a chunk's tokens that is short, as a shift: a quarter. */
const shortShift = 2;

export class ShortPieces {
  readonly #text: string;
  readonly #size: number;
  readonly #fits: (start: number, end: number, tokens: number) => boolean;
  /** Where sections start, or go back to the one around. */
  readonly #sections: number[] = [];
  #section = 0;
  /** The last piece, which the next one may join. */
  #held: Piece | undefined;

  /**
   * @param size tokens of a chunk
   * @param fits whether `text.slice(start, end)` of so many tokens may be a chunk
   */
  constructor(
    text: string,
    blocks: readonly Block[],
    size: number,
    fits: (start: number, end: number, tokens: number) => boolean,
  ) {
    this.#text = text;
    this.#size = size;
    this.#fits = fits;
    for (const { level, start, end } of blocks) {
      if (level !== undefined) this.#sections.push(skipSpace(text, start, end));
    }
  }

  /** Takes the next piece. @returns one that no later piece joins, if there is one now */
  add(piece: Piece): Piece | undefined {
    const held = this.#held;
    if (held !== undefined && this.#joins(held, piece)) {
      this.#held = { start: held.start, end: piece.end, tokens: held.tokens + piece.tokens };
      return undefined;
    }
    this.#held = piece;
    return held;
  }

  /** The last piece. */
  get last(): Piece | undefined {
    return this.#held;
  }

  #joins(before: Piece, piece: Piece): boolean {
    // What announces the text after it stays for that.
    const isWanted = this.#isShort(before) || (this.#isShort(piece) && !this.#announces(piece));
    if (!isWanted || this.#opensSection(piece.start) || !isBetweenWords(this.#text, piece.start))
      return false;
    return this.#fits(before.start, piece.end, before.tokens + piece.tokens);
  }

  #isShort({ tokens }: Piece): boolean {
    return tokens < this.#size >> shortShift;
  }

  #announces({ start, end }: Piece): boolean {
    return this.#text[trimEnd(this.#text, start, end) - 1] === ':';
  }

  /** Starts come in order. */
  #opensSection(start: number): boolean {
    while (this.#section < this.#sections.length && this.#sections[this.#section]! < start) this.#section++;
    return this.#sections[this.#section] === start;
  }
}
