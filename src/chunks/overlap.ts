// How far a chunk reaches back into the text before it: over whole sentences or lines where they fit, else over words,
// else over parts of a word, as scripts without spaces have them. At least half of what is asked for, where it is there.
import { isSpace, trimEnd } from '../text/whitespace.js';
import type { SpanCounter } from '../tokens/span-counter.js';
import { boundary, isBetweenWords, isGraphemeBoundary, strengthInWord, strengthOfGap } from './boundaries.js';

/** Max characters per token to look at inside words. */
const maxCharacters = 8;
/** A sentence is a good start when it makes this part of the overlap; else words fill it. */
const minFill = 1 / 2;

export interface Overlap {
  text: string;
  /** Where the chunk begins without it. */
  start: number;
  /** It begins here or later. */
  floor: number;
  /** Tokens at most. */
  most: number;
  counter: SpanCounter;
  /** True when line ends have a meaning. */
  lines: boolean;
}

/** Where a chunk begins with its overlap; `start` when nothing fits. */
export function overlapStart(overlap: Overlap): number {
  const { text, start, floor, most } = overlap;
  if (!isBetweenWords(text, start)) return startInWord(overlap);
  let tokens = 0;
  let sentence = start;
  let word = start;
  for (let end = trimEnd(text, floor, start); end > floor; ) {
    const begin = wordStart(text, floor, end);
    tokens += overlap.counter.countSpan(text, begin, end);
    // The first word of the chunk before: no chunk may contain another one.
    if (tokens <= most && !isBetweenWords(text, begin)) break;
    if (tokens > most) {
      if (sentence < start) return sentence;
      const isShort = overlap.counter.countSpan(text, word, start) < most * minFill;
      return isShort ? startInWord(overlap) : word;
    }
    end = trimEnd(text, floor, begin);
    word = begin;
    const isSentence = begin === floor || strengthOfGap(text, end, begin, overlap.lines) <= boundary.sentence;
    if (isSentence && tokens >= most * minFill) sentence = begin;
  }
  return sentence < start ? sentence : word;
}

function wordStart(text: string, floor: number, end: number): number {
  let index = end - 1;
  while (index > floor && !isSpace(text.charCodeAt(index - 1))) index--;
  return index;
}

/** A start inside a word: of all that leave an overlap between half and the whole, the best one. */
export function startInWord(overlap: Overlap): number {
  const { text, start, most } = overlap;
  const first = firstWithin(overlap, most);
  const last = Math.max(first, firstWithin(overlap, Math.ceil(most * minFill)));
  let best = start;
  let bestStrength = Number.POSITIVE_INFINITY;
  for (let index = first; index < start && (index <= last || best === start); index++) {
    if (isSpace(text.charCodeAt(index)) || !isGraphemeBoundary(text, index)) continue;
    const strength = strengthAt(overlap, index);
    if (strength >= bestStrength) continue;
    best = index;
    bestStrength = strength;
  }
  return best;
}

function strengthAt({ text, floor, lines }: Overlap, index: number): number {
  if (!isSpace(text.charCodeAt(index - 1))) return strengthInWord(text, index);
  return strengthOfGap(text, trimEnd(text, floor, index), index, lines);
}

/** The first place from which on there are no more than `most` tokens. */
function firstWithin({ text, start, floor, counter }: Overlap, most: number): number {
  let low = Math.max(floor, start - most * maxCharacters);
  let high = start;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (counter.countSpan(text, middle, start) <= most) high = middle;
    else low = middle + 1;
  }
  return low;
}
