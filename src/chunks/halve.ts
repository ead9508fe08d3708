// Halves a chunk that the server refuses as too long, as it counts more tokens than we do.

import { embeddedText, embeddingKey } from '../text/embedded-text.js';
import { sha256 } from '../text/sha256.js';
import { skipSpace, trimEnd } from '../text/whitespace.js';
import { spanCounter } from '../tokens/span-counter.js';
import type { Chunk } from '../types/document.js';
import type { TokenCounter } from '../types/embedder.js';
import { middleOf } from './find-middle.js';

/** Min tokens of a chunk to halve; a shorter one fails. */
const minTokens = 64;

/**
 * Halves a chunk at the best boundary near its middle. Both halves are exact slices of the document's text,
 * with their own start, end, tokens, line, hash and key, and its context; `index` and `occurrence` are still those of the whole
 * chunk, so the caller numbers its rows again. Undefined for a chunk of fewer than 64 tokens, or one character.
 */
export function halve(chunk: Chunk, counter: TokenCounter): [Chunk, Chunk] | undefined {
  if (chunk.tokens < minTokens) return undefined;
  const { text } = chunk;
  const middle = middleOf(text, 0, text.length, spanCounter(counter));
  if (middle === undefined) return undefined;
  return [part(chunk, 0, middle, counter), part(chunk, middle, text.length, counter)];
}

function part(chunk: Chunk, from: number, to: number, counter: TokenCounter): Chunk {
  const first = skipSpace(chunk.text, from, to);
  const last = trimEnd(chunk.text, first, to);
  const text = chunk.text.slice(first, last);
  return {
    ...chunk,
    start: chunk.start + first,
    end: chunk.start + last,
    text,
    tokens: counter.count(embeddedText({ ...chunk, text })),
    line: chunk.line + chunk.text.slice(0, first).split('\n').length - 1,
    hash: sha256(text),
    key: embeddingKey({ ...chunk, text }),
  };
}
