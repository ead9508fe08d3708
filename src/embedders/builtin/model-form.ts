// A text in the form that the unigram model sees, in slices: what finding the best cut of one takes of memory, and
// what bringing it into Unicode's form takes of time, has a bound however long the text is.

/** Opens every word; SentencePiece's stand-in for a space. */
export const wordMark = '\u2581';

/** UTF-16 units of a slice. In the model's form one may become eighteen (U+FDFA). */
const SLICE = 32 * 1024;

/** How far in front of that end a place is looked for. */
const LOOK_BACK = 1024;

/** Combining marks that are ordered together: Unicode's own stream-safe form has 30 at most. */
const MOST_MARKS = 256;

export interface Slice {
  text: string;
  /** It goes on with the word that the slice before it ended in. */
  isInWord: boolean;
}

/**
 * Slices of any text, as NFKC with marks for spaces. Since no piece of the vocabulary crosses a space, cuts there
 * change nothing; a word that is longer than a slice is cut as well, and may have a token more for it.
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

/** In front of a space; else in front of what joins nothing; else anywhere but within a character. */
function endOfSlice(text: string, start: number): number {
  const end = start + SLICE;
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(' ', end);
  if (space > end - LOOK_BACK) return space;
  for (let at = end; at > end - LOOK_BACK; at--) {
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

/** Ordering a run of marks takes time in proportion to the square of its length: a long one is ordered in parts. */
function nfkc(text: string): string {
  if (!LONG_RUN.test(text)) return text.normalize('NFKC');
  return text
    .match(PARTS)!
    .map((part) => part.normalize('NFKC'))
    .join('');
}

/** Marks, and the two halfwidth ones of Japanese, which become some. */
const MARK = '[\\p{M}\\uff9e\\uff9f]';
const OTHER = '[^\\p{M}\\uff9e\\uff9f]';
const LONG_RUN = new RegExp(`${MARK}{${MOST_MARKS + 1}}`, 'u');
const PARTS = new RegExp(`${OTHER}+${MARK}{0,${MOST_MARKS}}|${MARK}{1,${MOST_MARKS}}`, 'gu');
