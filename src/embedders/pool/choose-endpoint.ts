// Chooses the endpoint for a request: one of the healthiest, and of these the one that is expected to answer first.

import type { Endpoint } from './endpoint.js';
import { ranks } from './endpoint-health.js';

/** The endpoints with the best health. `ranks.avoided` counts as well here. */
export function healthiest(endpoints: Iterable<Endpoint>): Endpoint[] {
  let best: Endpoint[] = [];
  let bestTier: number = ranks.changed + 1;
  for (const endpoint of endpoints) {
    const tier = tierOf(endpoint);
    if (tier < bestTier) {
      bestTier = tier;
      best = [];
    }
    if (tier === bestTier) best.push(endpoint);
  }
  return best;
}

/** True when one of `endpoints` is healthier than all of `others`. */
export function isHealthier(endpoints: Iterable<Endpoint>, others: Iterable<Endpoint>): boolean {
  return tierOfAll(endpoints) < tierOfAll(others);
}

/** True when it may get work without a check first. */
export function isUsable(endpoint: Endpoint): boolean {
  return endpoint.rank <= ranks.avoided;
}

function tierOfAll(endpoints: Iterable<Endpoint>): number {
  return Math.min(...[...endpoints].map(tierOf));
}

function tierOf({ rank }: Endpoint): number {
  return Math.max(rank, ranks.avoided);
}

/**
 * The endpoint that is expected to answer first: its work at its speed, divided by its weight. Avoided ones come last;
 * of equal ones, the one whose last use is longest ago.
 * @param endpoints at least one
 * @param workOf its work in flight plus this request, in tokens or any other unit
 */
export function soonest(endpoints: Iterable<Endpoint>, workOf: (endpoint: Endpoint) => number): Endpoint {
  const all = [...endpoints];
  if (all.length === 1) return all[0]!;
  const mean = meanOf(all.map((endpoint) => endpoint.knownMsPerToken)) ?? 1;
  const expectations = all.map((endpoint) => ({
    endpoint,
    rank: endpoint.rank,
    ms: (workOf(endpoint) * (endpoint.knownMsPerToken ?? mean)) / endpoint.weight,
    lastUse: endpoint.lastUse,
  }));
  expectations.sort((a, b) => a.rank - b.rank || a.ms - b.ms || compare(a.lastUse, b.lastUse));
  return expectations[0]!.endpoint;
}

/** The work of an endpoint with one more request of so many tokens. */
export function tokensWith(tokens: number): (endpoint: Endpoint) => number {
  return (endpoint) => endpoint.tokensInFlight + tokens;
}

/** An answer is late after this multiple of its expected time … */
const patience = 3;
/** … but never earlier than this, in ms: a busy machine may be late by as much. */
const leastLateMs = 250;

/**
 * After how many ms a request of so many tokens, including those before it, is late; undefined while no speed is known.
 * @param endpoints whose speeds are used while its own isn't known
 */
export function lateAfterMs(
  endpoint: Endpoint,
  tokens: number,
  endpoints: Iterable<Endpoint>,
): number | undefined {
  // The first answers have few tokens, so their time is mostly overhead: a full batch would never be late by them.
  const all = [...endpoints];
  const msPerToken =
    endpoint.trustedMsPerToken ??
    meanOf(all.map((one) => one.trustedMsPerToken)) ??
    meanOf(all.map((one) => one.msPerToken));
  if (msPerToken === undefined) return undefined;
  return Math.max(leastLateMs, patience * endpoint.slowness * tokens * msPerToken);
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** For sorting. A difference would be NaN for two endpoints that were never used (-Infinity). */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
