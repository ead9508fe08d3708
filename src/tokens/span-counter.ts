// Counts a part of a text in place, without making a substring: the splitter counts every word.
import type { TokenCounter } from '../types/embedder.js';
import type { TextMemory } from './kernel/text-memory.js';

/** What a kernel that shares a counter's memory needs: the text in it, and the function of WebAssembly that counts it there. */
export interface CountedTexts {
  texts: TextMemory;
  counting(text: number, from: number, to: number): number;
}

/** A counter that reads a slice in place. */
export interface SpanCounter extends TokenCounter {
  /** Same as `count(text.slice(start, end))`. */
  countSpan(text: string, start: number, end: number): number;
  /** For counters that count in WebAssembly: the same counts there. */
  countedTexts?: () => CountedTexts;
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
