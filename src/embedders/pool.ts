// Endpoints as one embedder: each request goes to the one that is expected to answer it first, and to another
// when it fails there for a reason that lies with the endpoint. One endpoint makes a pool, too.
import { EmbedderFault } from '../errors.js';
import { goesElsewhere, mostTelling } from '../faults.js';
import type { Embedder, EmbedOptions, EndpointState, Vector } from '../types.js';
import type { BreakerOptions } from './breaker.js';
import { Endpoint, type Member } from './endpoint.js';
import { wrapped } from './retry.js';

export interface EmbedderPool extends Embedder {
  endpoints(): EndpointState[];
  resetBreakers(): void;
  /** Takes in another endpoint of the same vector space. */
  add(member: Member): void;
}

/**
 * @param members all of the same vector space; the first speaks for all
 * @returns an embedder whose `embed` throws the most telling fault when all endpoints failed
 */
export function poolOf(
  members: readonly [Member, ...Member[]],
  options: Omit<BreakerOptions, 'where'> = {},
): EmbedderPool {
  const endpoints = members.map((member) => new Endpoint(member, options));
  const { counter } = members[0].embedder;

  async function embed(texts: readonly string[], embedOptions: EmbedOptions = {}): Promise<Vector[]> {
    const tokens = embedOptions.tokens ?? texts.reduce((sum, text) => sum + counter.count(text), 0);
    const left = new Set(endpoints);
    const faults: EmbedderFault[] = [];
    for (;;) {
      const endpoint = soonest(left, tokens);
      left.delete(endpoint);
      try {
        return await endpoint.embed(texts, { ...embedOptions, tokens });
      } catch (error) {
        const moves = error instanceof EmbedderFault && goesElsewhere(error, texts.length);
        if (embedOptions.signal?.aborted || !moves) throw error;
        faults.push(error);
        if (left.size === 0) throw mostTelling(faults);
      }
    }
  }

  return {
    ...wrapped(members[0].embedder, embed),
    endpoints: () => endpoints.map((endpoint) => endpoint.state),
    resetBreakers: () => {
      for (const endpoint of endpoints) endpoint.resetBreaker();
    },
    add: (member) => {
      endpoints.push(new Endpoint(member, options));
    },
    close: async () => {
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    },
  };
}

/**
 * The endpoint that is expected to answer first: what it has in flight and this request, at its speed, divided
 * by its weight. Those that are unwell come last; among equals the one that was used least lately.
 */
function soonest(endpoints: ReadonlySet<Endpoint>, tokens: number): Endpoint {
  const speeds = [...endpoints].map((endpoint) => endpoint.knownMsPerToken).filter((ms) => ms !== undefined);
  const mean = speeds.length === 0 ? 1 : speeds.reduce((sum, ms) => sum + ms, 0) / speeds.length;
  const expectations = [...endpoints].map((endpoint) => ({
    endpoint,
    rank: endpoint.rank,
    ms: ((endpoint.tokensInFlight + tokens) * (endpoint.knownMsPerToken ?? mean)) / endpoint.weight,
    lastUse: endpoint.lastUse,
  }));
  expectations.sort((a, b) => a.rank - b.rank || a.ms - b.ms || compare(a.lastUse, b.lastUse));
  return expectations[0]!.endpoint;
}

/** Subtracting would give NaN for two that were never used. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
