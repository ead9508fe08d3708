// Counts a part of a text in place, without making a substring: the splitter counts every word.
import type { TokenCounter } from '../types/embedder.js';

/** A counter that reads a slice in place. */
export interface SpanCounter extends TokenCounter {
  /** Same as `count(text.slice(start, end))`. */
  countSpan(text: string, start: number, end: number): number;
}

/** The counter itself if it reads slices in place; else a wrapper that makes substrings. */
export function spanCounter(counter: TokenCounter): SpanCounter {
  if ('countSpan' in counter) return counter as SpanCounter;
  return {
    id: counter.id,
    special: counter.special,
    count: (text) => counter.count(text),
    countSpan: (text, start, end) => counter.count(text.slice(start, end)),
  };
}
