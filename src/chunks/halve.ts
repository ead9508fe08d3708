// Halves a chunk that the server refuses as too long, as it counts more tokens than we do.

import { embeddedText, embeddingKey } from '../text/embedded-text.js';
import { sha256 } from '../text/sha256.js';
import { skipSpace, trimEnd } from '../text/whitespace.js';
import { spanCounter } from '../tokens/span-counter.js';
import type { Chunk } from '../types/document.js';
import type { TokenCounter } from '../types/embedder.js';
import { contextShift, wholeNames } from './contexts.js';
import { middleOf } from './find-middle.js';

/** Min tokens of a chunk to halve; a shorter one fails. */
const minTokens = 64;

/**
 * Halves a chunk at the best boundary near its middle. Both halves are exact slices of the document's text,
 * with their own start, end, tokens, line, hash and key, and its context; the second half of a table gets its header row,
 * which is in the first one. `index` and `occurrence` are still those of the whole
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
  const context = contextOf(chunk, chunk.start + first, counter);
  return {
    ...chunk,
    ...(context !== undefined && { context }),
    start: chunk.start + first,
    end: chunk.start + last,
    text,
    tokens: counter.count(embeddedText({ context, text })),
    line: chunk.line + chunk.text.slice(0, first).split('\n').length - 1,
    hash: sha256(text),
    key: embeddingKey({ context, text }),
  };
}

/** That of the whole chunk; and the header row of a table that begins in the chunk before the part, and goes on in it. */
function contextOf(
  { context, tables, tokens }: Chunk,
  start: number,
  counter: TokenCounter,
): string | undefined {
  const table = tables?.find((one) => one.start < start && start < one.end);
  if (table === undefined || context?.split('\n').some((line) => table.row.startsWith(line))) return context;
  const { end } = wholeNames(table.row, tokens >> contextShift, spanCounter(counter));
  if (end === 0) return context;
  const row = table.row.slice(0, end);
  return context === undefined ? row : `${context}\n${row}`;
}
