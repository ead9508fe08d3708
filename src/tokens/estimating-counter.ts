// Estimates tokens by script, for unknown tokenizers. It rather counts too many: a chunk that is too long costs a refused
// request, one that is a little short costs nothing.
import { isSpace } from '../text/whitespace.js';
import type { SpanCounter } from './span-counter.js';

/** Start and end of sequence, in almost all embedding models. */
const specialTokens = 2;

/** A run of up to this many Latin letters is mostly one token … */
const wholeLetters = 5;
/** … and a longer one breaks into pieces of about this length … */
const pieceLetters = 4;
/** … or of two letters, for words that no language has. */
const maxWordLength = 24;
/** A name in code, glued to punctuation, is more often rare than a word of prose. */
const minNameLength = 4;

// Classes of UTF-16 code units. All but letters cost the same wherever they stand.
const spaceClass = 0;
const letterClass = 1;
const upperClass = 2;
/** Alphabets with short pieces: two letters a token. */
const shortClass = 3;
const singleClass = 4;
const doubleClass = 5;
const freeClass = 6;

/** A counter for any model. Its counts never change within `estimate/1`. */
export function estimateCounter(): SpanCounter {
  return {
    id: 'estimate/1',
    special: specialTokens,
    count: (text) => estimate(text, 0, text.length),
    countSpan: estimate,
  };
}

function estimate(text: string, start: number, end: number): number {
  let total = 0;
  let index = start;
  while (index < end) {
    const kind = classOf(text.charCodeAt(index));
    if (kind === letterClass || kind === upperClass) {
      const run = index;
      // A capital after a small letter starts a word: camelCase.
      let previous = kind;
      for (index++; index < end; index++) {
        const next = classOf(text.charCodeAt(index));
        if (next !== letterClass && (next !== upperClass || previous === letterClass)) break;
        previous = next;
      }
      const letters = index - run;
      if (letters <= wholeLetters) total++;
      else total += Math.ceil(letters / (letters <= maxWordLength ? pieceLetters : 2));
      const glued =
        run > start && text.charCodeAt(run - 1) < 0x80 && classOf(text.charCodeAt(run - 1)) === singleClass;
      if (glued && letters >= minNameLength) total++;
    } else if (kind === shortClass) {
      const run = index;
      while (index < end && classOf(text.charCodeAt(index)) === shortClass) index++;
      total += Math.ceil((index - run) / 2);
    } else {
      if (kind === singleClass) total++;
      else if (kind === doubleClass) total += 2;
      index++;
    }
  }
  return total;
}

const asciiClasses = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (isSpace(code)) asciiClasses[code] = spaceClass;
  else if (/[a-z]/.test(character)) asciiClasses[code] = letterClass;
  else if (/[A-Z]/.test(character)) asciiClasses[code] = upperClass;
  else asciiClasses[code] = singleClass;
}

function classOf(code: number): number {
  if (code < 0x80) return asciiClasses[code]!;
  return isSpace(code) ? spaceClass : beyondAscii(code);
}

function beyondAscii(code: number): number {
  // Latin-1 signs and other punctuation: many tokenizers spell them in two bytes.
  if (code < 0xc0) return doubleClass;
  // Latin letters with accents cost a token of their own in many vocabularies, and break the word.
  if (code < 0x370) return singleClass;
  // Greek, Cyrillic, Armenian, Hebrew, Arabic.
  if (code < 0x780) return shortClass;
  // Scripts of South and South-East Asia, spelled nearly letter by letter.
  if (code < 0x1e00) return singleClass;
  if (code < 0x2000) return shortClass;
  // Punctuation, arrows, mathematics, box drawing.
  if (code < 0x2e80) return doubleClass;
  // Chinese, Japanese, Korean and their punctuation.
  if (code < 0xd800) return code >= 0x3000 && code < 0x3020 ? doubleClass : singleClass;
  // Emoji and rare ideographs: four bytes, two of them for each surrogate.
  if (code < 0xe000) return doubleClass;
  return code >= 0xfe00 && code <= 0xfe0f ? freeClass : doubleClass;
}
