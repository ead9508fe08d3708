// The limits of chunks, as the splitter takes them.
import { type SpanCounter, spanCounter } from '../tokens/span-counter.js';
import type { TokenCounter } from '../types/embedder.js';

export interface Limits {
  counter: SpanCounter;
  /** Max tokens of a chunk: a whole number, at least 1. */
  size: number;
  /** Tokens of it that are repeated; a chunk has the rest for its own text. */
  overlap: number;
  headings: boolean;
}

/** Of what a caller gives, which may be any number. */
export function limitsOf(options: {
  counter: TokenCounter;
  size: number;
  overlap: number;
  headings?: boolean;
}): Limits {
  const size = Math.max(1, Math.floor(options.size));
  const overlap = Math.min(Math.max(0, Math.floor(options.overlap)), size >> 1);
  return { counter: spanCounter(options.counter), size, overlap, headings: options.headings ?? false };
}
