// Several endpoints as one embedder: each request goes to the one that is least busy, and to another when
// it fails there for a reason that lies with the endpoint.
import { EmbedderFault, type FaultMeaning } from '../errors.js';
import type { Embedder, EmbedOptions, Vector } from '../types.js';
import { type EmbedderWithBreaker, withBreaker } from './breaker.js';
import { wrapped } from './retry.js';

/** What another endpoint may do better. */
const ELSEWHERE: ReadonlySet<FaultMeaning> = new Set(['unreachable', 'busy', 'timeout', 'missing-model']);

interface Endpoint {
  embedder: EmbedderWithBreaker;
  inFlight: number;
}

/**
 * @param embedders at least one, all of the same vector space; the first speaks for all
 * @returns an embedder whose `embed` throws only what the last endpoint tried threw
 */
export function poolOf(embedders: readonly [Embedder, ...Embedder[]]): Embedder {
  const endpoints: Endpoint[] = embedders.map((embedder) => ({
    embedder: withBreaker(embedder),
    inFlight: 0,
  }));

  async function embed(texts: readonly string[], options?: EmbedOptions): Promise<Vector[]> {
    const left = new Set(endpoints);
    for (;;) {
      const endpoint = leastBusy(left);
      left.delete(endpoint);
      endpoint.inFlight++;
      try {
        return await endpoint.embedder.embed(texts, options);
      } catch (error) {
        const elsewhere = error instanceof EmbedderFault && ELSEWHERE.has(error.meaning);
        if (!elsewhere || left.size === 0) throw error;
      } finally {
        endpoint.inFlight--;
      }
    }
  }

  return {
    ...wrapped(embedders[0], embed),
    close: async () => {
      await Promise.all(embedders.map((embedder) => embedder.close()));
    },
  };
}

/** An open circuit counts as busier than any other. */
function leastBusy(endpoints: ReadonlySet<Endpoint>): Endpoint {
  const load = ({ embedder, inFlight }: Endpoint) =>
    embedder.breakerState === 'open' ? Number.POSITIVE_INFINITY : inFlight;
  return [...endpoints].reduce((best, endpoint) => (load(endpoint) < load(best) ? endpoint : best));
}
