// Endpoints as one embedder: each request goes to the one that is expected to answer it first, and to another
// when it fails there for a reason that lies with the endpoint, or is late. One endpoint makes a pool, too.
import type { Embedder, EmbedOptions, EndpointState, Vector } from '../types.js';
import type { BreakerOptions } from './breaker.js';
import { Delivery } from './delivery.js';
import { Endpoint, type Member } from './endpoint.js';
import { wrapped } from './retry.js';
import { EndpointSlots } from './slots.js';

export interface EmbedderPool extends Embedder {
  readonly slots: EndpointSlots;
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
  const endpoints: Endpoint[] = [];
  const slots = new EndpointSlots(endpoints);
  const { counter } = members[0].embedder;
  const add = (member: Member) => {
    endpoints.push(new Endpoint(member, options, () => slots.changed()));
    slots.changed();
  };
  for (const member of members) add(member);

  async function embed(texts: readonly string[], embedOptions: EmbedOptions = {}): Promise<Vector[]> {
    const tokens = embedOptions.tokens ?? texts.reduce((sum, text) => sum + counter.count(text), 0);
    return await new Delivery(endpoints, slots, texts, { ...embedOptions, tokens }).run();
  }

  return {
    ...wrapped(members[0].embedder, embed),
    slots,
    endpoints: () => endpoints.map((endpoint) => endpoint.state),
    resetBreakers: () => {
      for (const endpoint of endpoints) endpoint.resetBreaker();
      slots.changed();
    },
    add,
    close: async () => {
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    },
  };
}
