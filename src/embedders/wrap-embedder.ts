// src/embedders: what turns texts into vectors.
//
// In: texts. Out: one vector for each, in order, or an EmbedderFault. Three kinds of embedder: ollama/ and openai/
// ask servers, builtin/ runs a model itself. Others are wrapped around them, and have the same interface (src/types/embedder.ts):
// guard/ checks every vector, back-off.ts tries again, pool/ makes one embedder of several servers.
// What must hold: an answer is whole or a fault, never a part of it; a fault's meaning alone decides about a retry
// (src/fault-policy.ts).
// Here: how one embedder is wrapped around another. Look first at ollama/embedder.ts.
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
