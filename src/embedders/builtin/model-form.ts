// Normalises a text for the unigram model, slice by slice, so that memory (for finding the best cut) and time (for
// Unicode's NFKC) are bounded for a text of any length.

/** Stands before every word; SentencePiece uses it for a space. */
export const wordMark = '\u2581';

/** Max UTF-16 units of a slice. Normalised, one unit may become eighteen (U+FDFA). */
const sliceLength = 32 * 1024;

/** How far before that end a place to cut is searched, in units. */
const lookBack = 1024;

/** Max combining marks that are sorted together. Unicode's own stream-safe form has at most 30. */
const maxMarks = 256;

export interface Slice {
  text: string;
  /** True when it starts inside a word that the previous slice began. */
  isInWord: boolean;
}

/**
 * Slices of any text, as NFKC with marks for spaces. No piece of the vocabulary crosses a space, so a cut there
 * changes nothing. A word longer than a slice is cut, too, and may get one more token.
 */
export function* slicesOf(text: string): Generator<Slice> {
  let start = 0;
  let isInWord = false;
  do {
    const end = endOfSlice(text, start);
    const slice = inModelForm(text.slice(start, end));
    yield { text: isInWord ? slice : wordMark + slice, isInWord };
    isInWord = text[end] !== ' ';
    start = isInWord ? end : end + 1;
  } while (start < text.length || !isInWord);
}

/** Before a space; else before a letter that doesn't combine; else anywhere except inside a character. */
function endOfSlice(text: string, start: number): number {
  const end = start + sliceLength;
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(' ', end);
  if (space > end - lookBack) return space;
  for (let at = end; at > end - lookBack; at--) {
    if (text.charCodeAt(at) < 0x300 && text.charCodeAt(at - 1) < 0x300) return at;
  }
  return isSecondHalf(text.charCodeAt(end)) ? end - 1 : end;
}

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function inModelForm(text: string): string {
  return nfkc(text).replaceAll(' ', wordMark);
}

/** NFKC. Sorting a run of marks takes time that grows with the square of its length, so a long run is sorted in parts. */
function nfkc(text: string): string {
  if (!longRun.test(text)) return text.normalize('NFKC');
  return text
    .match(markedParts)!
    .map((part) => part.normalize('NFKC'))
    .join('');
}

/** Combining marks, and the two halfwidth signs of Japanese that NFKC turns into marks. */
const markClass = '[\\p{M}\\uff9e\\uff9f]';
const otherClass = '[^\\p{M}\\uff9e\\uff9f]';
const longRun = new RegExp(`${markClass}{${maxMarks + 1}}`, 'u');
const markedParts = new RegExp(`${otherClass}+${markClass}{0,${maxMarks}}|${markClass}{1,${maxMarks}}`, 'gu');
