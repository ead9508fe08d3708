// What retries, breakers, guards and pools have in common: another way to embed, around the same embedder.
import type { Embedder } from '../types/embedder.js';

/** The same embedder with another `embed`. */
export function wrapEmbedder(embedder: Embedder, embed: Embedder['embed']): Embedder {
  return {
    identity: embedder.identity,
    counter: embedder.counter,
    maxTokens: embedder.maxTokens,
    defaultChunkTokens: embedder.defaultChunkTokens,
    embed,
    ...(embedder.slots && { slots: embedder.slots }),
    ...(embedder.endpoints && { endpoints: () => embedder.endpoints!() }),
    ...(embedder.vouch && { vouch: (url, signal) => embedder.vouch!(url, signal) }),
    ...(embedder.resetBreakers && { resetBreakers: () => embedder.resetBreakers!() }),
    close: () => embedder.close(),
  };
}
