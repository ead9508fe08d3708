// Tells of every request that is sent, including retries.
import { debug, told } from '../debug.js';
import { wrapEmbedder } from '../embedders/wrap-embedder.js';
import { EmbedderFault } from '../errors.js';
import type { RunEvents } from '../events.js';
import type { Embedder, EmbedOptions } from '../types/embedder.js';
import type { Vector } from '../types/vector.js';

/** @param where the embedder in messages: `Ollama at http://…` */
export function withRequestEvents(embedder: Embedder, where: string, events: RunEvents): Embedder {
  return wrapEmbedder(embedder, (texts, options) => {
    events.requestSent(texts.length);
    return debug.embedder ? tellRequest(embedder, where, texts, options) : embedder.embed(texts, options);
  });
}

async function tellRequest(
  embedder: Embedder,
  where: string,
  texts: readonly string[],
  options: EmbedOptions | undefined,
): Promise<Vector[]> {
  const start = performance.now();
  const tokens = options?.tokens === undefined ? '' : `, ${options.tokens} tokens`;
  const tell = (what: string) => {
    const ms = Math.round(performance.now() - start);
    debug.embedder?.(`${where}: request of ${texts.length} texts${tokens} ${what} after ${ms} ms`);
  };
  try {
    const vectors = await embedder.embed(texts, options);
    tell('answered');
    return vectors;
  } catch (error) {
    const why = error instanceof EmbedderFault ? `${error.meaning}: ${error.message}` : told(error);
    tell(options?.signal?.aborted ? 'given up' : `failed (${why})`);
    throw error;
  }
}
