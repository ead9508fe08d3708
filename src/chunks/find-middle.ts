// The best place near the middle of a text that must become two.
import { skipSpace, wordEnd } from '../text/whitespace.js';
import type { SpanCounter } from '../tokens/span-counter.js';
import { boundary, isGraphemeBoundary, strengthInWord, strengthOfGap } from './boundaries.js';

/** Min part of the tokens on each side of a good place. */
const smallestSide = 1 / 4;

/**
 * Index at which to halve `text.slice(start, end)`, which is trimmed: the strongest boundary that leaves
 * each side a quarter; of equal ones, the one nearest to the middle. Undefined when the text is one character.
 */
export function middleOf(text: string, start: number, end: number, counter: SpanCounter): number | undefined {
  const total = counter.countSpan(text, start, end);
  const lowest = total * smallestSide;
  const highest = total - lowest;
  let best: number | undefined;
  let bestStrength = 0;
  let bestDistance = 0;
  let tokens = 0;
  for (let index = start; index < end; ) {
    const behind = wordEnd(text, index, end);
    tokens += counter.countSpan(text, index, behind);
    index = skipSpace(text, behind, end);
    if (index >= end) break;
    if (tokens < lowest || tokens > highest) continue;
    const strength = strengthOfGap(text, behind, index, false);
    const distance = Math.abs(total - 2 * tokens);
    if (
      best === undefined ||
      strength < bestStrength ||
      (strength === bestStrength && distance < bestDistance)
    ) {
      best = index;
      bestStrength = strength;
      bestDistance = distance;
    }
  }
  return best ?? middleCharacter(text, start, end);
}

/** No space divides it: a place inside a word, by length. */
function middleCharacter(text: string, start: number, end: number): number | undefined {
  const middle = start + ((end - start) >> 1);
  const reach = (end - start) >> 2;
  let plain: number | undefined;
  for (let distance = 0; distance < end - start; distance++) {
    if (plain !== undefined && distance > reach) return plain;
    for (const index of [middle - distance, middle + distance]) {
      if (index <= start || index >= end || !isGraphemeBoundary(text, index)) continue;
      if (strengthInWord(text, index) < boundary.character) return index;
      plain ??= index;
    }
  }
  return plain;
}
