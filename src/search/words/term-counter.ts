// The terms of many texts, as numbers. Texts are cut at their white space, and what stands between comes again and again: it is
// known by its letters then, without making a string of it. Most of the time of a word index is spent here.
import { eachToken } from '../../text/words.js';

/** Longer pieces hardly come again. */
const maxPiece = 64;
const maxPieces = 1 << 18;
/** Letters, and terms, of all pieces that are known. */
const maxLetters = maxPieces * 16;
const maxTerms = maxPieces * 4;
const slotCount = maxPieces * 2;
const space = 32;

export class TermCounter {
  readonly terms = new Map<string, number>();
  /** Of each slot, the number of its piece, from 1. */
  readonly #slots = new Uint32Array(slotCount);
  readonly #hashes = new Uint32Array(maxPieces + 1);
  readonly #letters = new Uint16Array(maxLetters);
  readonly #letterEnds = new Uint32Array(maxPieces + 1);
  readonly #termNumbers = new Uint32Array(maxTerms);
  readonly #termEnds = new Uint32Array(maxPieces + 1);
  #pieces = 0;

  /** @param take is given the number of each word, in the order of the text, with repetitions */
  each(text: string, take: (term: number) => void): void {
    for (let at = 0; at < text.length; ) {
      let letter = text.charCodeAt(at);
      if (letter <= space) {
        at++;
        continue;
      }
      const start = at;
      let hash = 0x811c9dc5;
      do {
        hash = Math.imul(hash ^ letter, 0x01000193);
        letter = ++at < text.length ? text.charCodeAt(at) : 0;
      } while (letter > space);
      if (at - start > maxPiece) this.#cut(text.slice(start, at), take);
      else this.#take(text, { start, end: at, hash: (hash ^ (hash >>> 15)) >>> 0 }, take);
    }
  }

  numberOf(word: string): number {
    let term = this.terms.get(word);
    if (term === undefined) {
      term = this.terms.size;
      this.terms.set(word, term);
    }
    return term;
  }

  #cut(piece: string, take: (term: number) => void): void {
    eachToken(piece, (word) => take(this.numberOf(word)));
  }

  #take(text: string, piece: Piece, take: (term: number) => void): void {
    const mask = slotCount - 1;
    let slot = piece.hash & mask;
    for (let known = this.#slots[slot]!; known !== 0; known = this.#slots[slot]!) {
      if (this.#hashes[known] === piece.hash && this.#isSame(known, text, piece)) {
        const end = this.#termEnds[known]!;
        for (let at = this.#termEnds[known - 1]!; at < end; at++) take(this.#termNumbers[at]!);
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#add(text, piece, slot, take);
  }

  #isSame(known: number, text: string, { start, end }: Piece): boolean {
    const from = this.#letterEnds[known - 1]!;
    if (this.#letterEnds[known]! - from !== end - start) return false;
    for (let at = start; at < end; at++)
      if (this.#letters[from + at - start] !== text.charCodeAt(at)) return false;
    return true;
  }

  #add(text: string, { start, end, hash }: Piece, slot: number, take: (term: number) => void): void {
    const numbers: number[] = [];
    this.#cut(text.slice(start, end), (term) => numbers.push(term));
    numbers.forEach(take);
    const letterEnd = this.#letterEnds[this.#pieces]! + end - start;
    const termEnd = this.#termEnds[this.#pieces]! + numbers.length;
    if (this.#pieces === maxPieces || letterEnd > maxLetters || termEnd > maxTerms) {
      this.#slots.fill(0);
      this.#pieces = 0;
      return;
    }
    const number = ++this.#pieces;
    this.#slots[slot] = number;
    this.#hashes[number] = hash;
    for (let at = start; at < end; at++) this.#letters[letterEnd - end + at] = text.charCodeAt(at);
    this.#letterEnds[number] = letterEnd;
    this.#termNumbers.set(numbers, termEnd - numbers.length);
    this.#termEnds[number] = termEnd;
  }
}

/** A part of a text without white space. */
interface Piece {
  start: number;
  end: number;
  /** Of its letters, 32 bits. */
  hash: number;
}
