// Finds the places where a text may be cut, and how good each is: the strength of the white space between two words.
import { isSpace } from '../text/whitespace.js';

/** Strengths, strongest first. 1 to `deepestSection` are sections: 1 the outermost. */
export const boundary = {
  deepestSection: 12,
  /** Between paragraphs, list items, table rows, code blocks. */
  block: 13,
  blankLine: 14,
  /** Between sentences of prose, or lines of code. */
  sentence: 15,
  /** After a comma, or at the end of a wrapped line of prose. */
  clause: 16,
  word: 17,
  /** Inside a word. */
  character: 18,
  /** After a heading, which should stay with its text. */
  headingEnd: 19,
} as const;

// The role of a UTF-16 code unit at the end of a word.
const stopBit = 1;
/** A mark that ends a clause or a pause only. */
const pauseBit = 2;
/** Closing quotes and brackets: they belong to the text before them. */
const closerBit = 4;
/** ASCII other than letters and digits. */
const signBit = 8;

/** The role of each UTF-16 unit. */
export const roles = new Uint8Array(0x10000);
for (const [characters, role] of [
  ['.!?…。！？؟।', stopBit],
  [';:,、，–—；：؛،', pauseBit],
  [')]}"\'”’»›」』）】》*_`', closerBit],
] as const) {
  for (const character of characters) roles[character.charCodeAt(0)]! |= role;
}
for (let code = 0x21; code < 0x7f; code++) {
  if (!/[a-z0-9]/i.test(String.fromCharCode(code))) roles[code]! |= signBit;
}

/**
 * Strength of the white space `text.slice(start, end)` between two words.
 * @param lines true when line ends have a meaning (code, tables, records), false for wrapped prose
 */
export function strengthOfGap(text: string, start: number, end: number, lines: boolean): number {
  let breaks = 0;
  for (let index = start; index < end; index++) if (text.charCodeAt(index) === 0x0a) breaks++;
  if (breaks > 1) return boundary.blankLine;
  if (lines && breaks === 1) return boundary.sentence;
  let last = start - 1;
  while (last > 0 && roles[text.charCodeAt(last)]! & closerBit) last--;
  const role = roles[text.charCodeAt(last)]!;
  if (!lines && role & stopBit && !startsLower(text, end)) return boundary.sentence;
  return breaks === 1 || role & (stopBit | pauseBit) ? boundary.clause : boundary.word;
}

/** Strength of a cut before `text[index]` inside a word: an address, data, or a script without spaces. */
export function strengthInWord(text: string, index: number): number {
  const code = text.charCodeAt(index - 1);
  const role = roles[code]!;
  if (role === 0 || roles[text.charCodeAt(index)]! & closerBit) return boundary.character;
  return code > 0x7f && role & stopBit ? boundary.sentence : boundary.clause;
}

/** True when `text` can be cut before `index` without breaking what a reader sees as one character. */
export function isGraphemeBoundary(text: string, index: number): boolean {
  const before = text.charCodeAt(index - 1);
  const after = text.charCodeAt(index);
  if (isPlainLetter(before) && isPlainLetter(after)) return before !== 0x0d || after !== 0x0a;
  if (isPlainCjk(before) && isPlainCjk(after)) return true;
  // Marks on one letter are never divided, and a hostile text may have a million of them.
  if (isMark(before) && isMark(after)) return false;
  // A flag or a family of emoji is shorter than this window.
  const start = Math.max(0, index - graphemeWindow);
  // Made at its first use: that takes longer than a short text, and most texts don't need it.
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const nearby = graphemes.segment(text.slice(start, index + 2));
  return nearby.containing(index - start)?.index === index - start;
}

let graphemes: Intl.Segmenter | undefined;
const graphemeWindow = 48;

/** Latin, Greek and Cyrillic, and the blocks next to them: none of their characters joins another one. */
function isPlainLetter(code: number): boolean {
  return code < 0x300 || (code >= 0x370 && code <= 0x482);
}

/** A UTF-16 unit that joins the character before it. */
function isMark(code: number): boolean {
  return code === 0x200d || (code >= 0x300 && combiningMark.test(String.fromCharCode(code)));
}

const combiningMark = /\p{Grapheme_Extend}/u;

/** Kana, ideographs and their punctuation, which don't modify each other. */
function isPlainCjk(code: number): boolean {
  return (
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0x3041 && code <= 0x3096) ||
    (code >= 0x30a1 && code <= 0x30fa) ||
    (code >= 0x3001 && code <= 0x3029) ||
    (code >= 0xff01 && code <= 0xff60)
  );
}

/** Whether a word begins with a small letter. */
export function startsLower(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0x80) return code >= 0x61 && code <= 0x7a;
  return /^\p{Ll}/u.test(text.slice(index, index + 2));
}

/** True when a cut before `index` leaves the words whole. */
export function isBetweenWords(text: string, index: number): boolean {
  return index === 0 || isSpace(text.charCodeAt(index - 1)) || isSpace(text.charCodeAt(index));
}
