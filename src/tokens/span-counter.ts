// Counting a part of a text without cutting it out: the splitter counts every word where it stands.
import type { TokenCounter } from '../types.js';

/** A counter that reads a slice in place. */
export interface SpanCounter extends TokenCounter {
  /** Same as `count(text.slice(start, end))`. */
  countSpan(text: string, start: number, end: number): number;
}

/** The counter itself where it reads slices in place; else one that cuts them out for it. */
export function spanCounter(counter: TokenCounter): SpanCounter {
  if ('countSpan' in counter) return counter as SpanCounter;
  return {
    id: counter.id,
    special: counter.special,
    count: (text) => counter.count(text),
    countSpan: (text, start, end) => counter.count(text.slice(start, end)),
  };
}
