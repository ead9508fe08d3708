// Finds how much of a text a vocabulary doesn't know. For a model, all unknown text is one and the same token, so texts in
// a script that it never learned get nearly the same vector.

import { isSpace } from '../text/whitespace.js';

/** A piece of a word, as the tokenizer sees it. */
export interface Piece {
  text: string;
  /** True when the vocabulary has it. */
  known: boolean;
}

/**
 * A vocabulary has a few single letters of many scripts by chance, which can't spell a word. When at least this share of a
 * run of letters is unknown, the whole run counts as unknown. Every Russian word reaches it for a vocabulary with eight
 * Russian letters; a rare ideograph in a Chinese sentence doesn't.
 */
const spellsNothing = 1 / 8;

/** Max share of unknown letters; with more, the vector depends more on the unknown token than on the text. */
const maxUnknown = 1 / 2;

// Kinds of characters.
const letterKind = 1;
const signKind = 2;
const numberKind = 3;
/** Punctuation, accents, joiners: they don't count. */
const otherKind = 4;

/**
 * True when a vocabulary knows at least half of the letters of a text. A text without letters counts as known, unless all
 * its characters, beside punctuation, are unknown signs such as emoji.
 * @param spellsAscii true when the vocabulary has every ASCII letter, at every place in a word
 * @param pieces cuts a word, without white space, into pieces
 */
export function knowsMost(text: string, spellsAscii: boolean, pieces: (word: string) => Piece[]): boolean {
  // As many bytes as characters: all ASCII, as nearly every text is, and told in half the time that a pattern takes.
  if (spellsAscii && Buffer.byteLength(text) === text.length) return true;
  if (spellsAscii && isMostlyAscii(text)) return true;
  const tally = new Tally();
  for (const word of text.split(whiteSpace)) {
    if (spellsAscii && !/\P{ASCII}/u.test(word)) tally.add(word, true);
    else tally.addWord(pieces(word));
  }
  return tally.knowsMost;
}

/** Whether words of ASCII have at least as many letters as the others have characters: then those may all be unknown. */
function isMostlyAscii(text: string): boolean {
  let known = 0;
  let other = 0;
  let letters = 0;
  let start = 0;
  let isForeign = false;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0x20;
    if (isSpace(code)) {
      if (isForeign) other += at - start;
      else known += letters;
      letters = 0;
      start = at + 1;
      isForeign = false;
    } else if (code > 0x7f) isForeign = true;
    else if (isLetter(code)) letters++;
  }
  return known >= other;
}

function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
}

/** White space, as in `isSpace`. */
const whiteSpace = /[\s\u0085]+/;

class Tally {
  letters = 0;
  #unknownLetters = 0;
  #unknownSigns = 0;
  /** Numbers and signs: they tell a text without letters from others. */
  #knownSigns = 0;

  get knowsMost(): boolean {
    if (this.letters > 0) return this.#unknownLetters <= this.letters * maxUnknown;
    return this.#unknownSigns === 0 || this.#knownSigns > 0;
  }

  addWord(pieces: readonly Piece[]): void {
    let run = 0;
    let unknown = 0;
    const close = () => {
      // Its unknown letters were counted already.
      if (unknown >= run * spellsNothing) this.#unknownLetters += run - unknown;
      run = unknown = 0;
    };
    for (const { text, known } of pieces) {
      const letters = this.add(text, known);
      if (!known) unknown += letters;
      else if (letters !== 1 || isAscii(text)) close();
      if (!known || (letters === 1 && !isAscii(text))) run += letters;
    }
    close();
  }

  /** @returns the number of its letters */
  add(text: string, known: boolean): number {
    let letters = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.codePointAt(index)!;
      if (code > 0xffff) index++;
      const kind = kindOf(code);
      if (kind === letterKind) letters++;
      else if (kind === signKind && !known) this.#unknownSigns++;
      else if (kind !== otherKind && known) this.#knownSigns++;
    }
    this.letters += letters;
    if (!known) this.#unknownLetters += letters;
    return letters;
  }
}

function isAscii(text: string): boolean {
  return text.charCodeAt(0) < 0x80;
}

const kinds = new Uint8Array(0x10000);

function kindOf(code: number): number {
  if (code > 0xffff) return describe(code);
  kinds[code] ||= describe(code);
  return kinds[code]!;
}

function describe(code: number): number {
  const character = String.fromCodePoint(code);
  if (/\p{L}/u.test(character)) return letterKind;
  if (/\p{S}/u.test(character)) return signKind;
  return /\p{N}/u.test(character) ? numberKind : otherKind;
}
