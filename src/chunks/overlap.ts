// How far a chunk reaches back into the text before it.
import { skipSpace, wordEnd } from '../text/whitespace.js';
import type { SpanCounter } from '../tokens/span-counter.js';
import { boundary, isBetweenWords, strengthOfGap } from './boundaries.js';

/** Max characters per token to look at. */
const maxCharacters = 8;
/** A sentence is a good start when it makes this part of the overlap; else words fill it. */
const minFill = 1 / 3;

/**
 * The start of the overlap of a chunk that begins at `start`: after `floor`, with at most `overlap` tokens, at the start of
 * a sentence or line if there is one; `start` when nothing fits.
 */
export function overlapStart(
  text: string,
  floor: number,
  start: number,
  overlap: number,
  counter: SpanCounter,
  lines: boolean,
): number {
  let index = Math.max(floor, start - overlap * maxCharacters);
  if (index > floor) index = wordEnd(text, index, start);
  const starts: number[] = [];
  const counts: number[] = [];
  const strengths: number[] = [];
  let behind = index;
  for (index = skipSpace(text, index, start); index < start; index = skipSpace(text, behind, start)) {
    starts.push(index);
    if (behind < index) strengths.push(strengthOfGap(text, behind, index, lines));
    else strengths.push(isBetweenWords(text, index) ? boundary.sentence : boundary.character);
    behind = wordEnd(text, index, start);
    counts.push(counter.countSpan(text, index, behind));
  }
  let tokens = 0;
  let sentence = start;
  let word = start;
  for (let at = starts.length - 1; at >= 0; at--) {
    tokens += counts[at]!;
    // The sentence is longer than the overlap: its last words are all that fits.
    if (tokens > overlap) return sentence < start ? sentence : word;
    if (strengths[at] === boundary.character) break;
    word = starts[at]!;
    if (strengths[at]! <= boundary.sentence && tokens >= overlap * minFill) sentence = word;
  }
  return sentence;
}
