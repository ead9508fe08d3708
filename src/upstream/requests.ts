// Tells who wants to know of every request that goes out, whatever sends it again and why.
import { wrapped } from '../embedders/retry.js';
import type { Embedder } from '../types.js';

/** @param onRequest called with the number of texts */
export function withRequestCount(
  embedder: Embedder,
  onRequest: ((texts: number) => void) | undefined,
): Embedder {
  if (!onRequest) return embedder;
  return wrapped(embedder, (texts, options) => {
    onRequest(texts.length);
    return embedder.embed(texts, options);
  });
}
