// How far a chunk reaches back: a twin of chunks/overlap.ts.
import { count, isBetweenWords, sentence, strengthOfGap, trimEnd, wordStart } from './text';

/** A start inside a word, which is rare: plain JavaScript finds it. */
// @ts-ignore: a decorator of the compiler
@external('document', 'startInWord')
declare function startInWord(start: i32, floor: i32, most: i32, lines: i32): i32;

export function overlapStart(start: i32, floor: i32, most: i32, lines: bool): i32 {
  if (!isBetweenWords(start)) return startInWord(start, floor, most, <i32>lines);
  let tokens = 0;
  let whole = start;
  let word = start;
  let end = trimEnd(floor, start);
  while (end > floor) {
    const begin = wordStart(floor, end);
    tokens += count(begin, end);
    if (tokens <= most && !isBetweenWords(begin)) break;
    if (tokens > most) {
      if (whole < start) return whole;
      return count(word, start) * 2 < most ? startInWord(start, floor, most, <i32>lines) : word;
    }
    end = trimEnd(floor, begin);
    word = begin;
    const isSentence = begin == floor || strengthOfGap(end, begin, lines) <= sentence;
    if (isSentence && tokens * 2 >= most) whole = begin;
  }
  return whole < start ? whole : word;
}
