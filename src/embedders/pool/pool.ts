// src/embedders/pool: several servers as one embedder.
//
// In: one embedder per server, all of the same vector space. Out: one embedder. Each request goes to the endpoint that
// is expected to answer first (choose-endpoint.ts). If that one fails or is late, another is asked (delivery.ts).
// Slots, limits, health and circuit breaker are kept per endpoint. A single server is a pool, too.
// What must hold: an endpoint that hangs blocks only its own slots, and one with another model gets no more texts.
import { EmbedderFault } from '../../errors.js';
import { noEvents, type RunEvents } from '../../events.js';
import type { Embedder, EmbedOptions, EndpointState } from '../../types/embedder.js';
import type { Vector } from '../../types/vector.js';
import { wrapEmbedder } from '../wrap-embedder.js';
import type { BreakerOptions } from './breaker.js';
import { Delivery } from './delivery.js';
import { Endpoint } from './endpoint.js';
import { EndpointSlots } from './endpoint-slots.js';
import type { Member } from './member.js';

export interface PoolOptions extends Omit<BreakerOptions, 'where'> {
  /** Called when a server has changed while others go on, and when it is as before again. @default no listener */
  events?: RunEvents | undefined;
}

export interface EmbedderPool extends Embedder {
  readonly slots: EndpointSlots;
  endpoints(): EndpointState[];
  resetBreakers(): void;
  /** Adds another endpoint of the same vector space. */
  add(member: Member): void;
}

/**
 * @param members all of the same vector space; the first gives the pool's identity
 * @returns an embedder whose `embed` throws the most useful fault when all endpoints have failed
 */
export function poolOf(
  members: readonly [Member, ...Member[]],
  { events = noEvents, ...options }: PoolOptions = {},
): EmbedderPool {
  const endpoints: Endpoint[] = [];
  const slots = new EndpointSlots(endpoints);
  const { counter } = members[0].embedder;
  const add = (member: Member) => {
    const { url, where } = member;
    const endpoint = new Endpoint(member, options, {
      onChange: () => slots.changed(),
      onOut: ({ message }) => {
        if (endpoints.every((one) => one.isOut)) return;
        events.warning(
          `Going on without ${url} until it is the same as before: ${message}`,
          'server-left-out',
        );
      },
      onBack: () => events.notice(`${where} is the same as before again, and takes part.`, 'server-back'),
    });
    endpoints.push(endpoint);
    slots.changed();
  };
  for (const member of members) add(member);

  async function embed(texts: readonly string[], embedOptions: EmbedOptions = {}): Promise<Vector[]> {
    const tokens = embedOptions.tokens ?? texts.reduce((sum, text) => sum + counter.count(text), 0);
    return await new Delivery(endpoints, slots, texts, { ...embedOptions, tokens }).run();
  }

  return {
    ...wrapEmbedder(members[0].embedder, embed),
    slots,
    endpoints: () => endpoints.map((endpoint) => endpoint.state),
    vouch: async (url, signal) => {
      const endpoint = endpoints.find((one) => one.url === url);
      if (!endpoint) throw new EmbedderFault('unconfirmed', `No server takes part at ${url}.`);
      await endpoint.vouch(signal);
    },
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
