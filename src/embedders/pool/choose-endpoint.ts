// Which of several endpoints is asked next: never one that is unwell while another can, and of those that are
// well the one that is expected to answer first.

import type { Endpoint } from './endpoint.js';
import { ranks } from './endpoint-health.js';

/** Those of the best health; `ranks.avoided` is as good as well, for what another must not wait for. */
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

/** Whether one of `endpoints` is better off than all of `others`. */
export function isHealthier(endpoints: Iterable<Endpoint>, others: Iterable<Endpoint>): boolean {
  return tierOfAll(endpoints) < tierOfAll(others);
}

/** Whether it may get work and doesn't have to be looked after. */
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
 * The endpoint that is expected to answer first: what it will have to do, at its speed, divided by its weight.
 * Those that are avoided come last; among equals the one that was used least lately.
 * @param endpoints at least one
 * @param workOf what it has in flight and this request, in tokens or any other measure
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

/** The work of a request of so many tokens. */
export function tokensWith(tokens: number): (endpoint: Endpoint) => number {
  return (endpoint) => endpoint.tokensInFlight + tokens;
}

/** An answer is late after so many times the time that it was expected to take … */
const patience = 3;
/** … but never before, in ms: the least that a busy machine may be late by. */
const leastLateMs = 250;

/**
 * When a request of so many tokens, those before it included, is late, in ms; undefined while no speed is known.
 * @param endpoints whose speeds tell, where its own isn't known yet
 */
export function lateAfterMs(
  endpoint: Endpoint,
  tokens: number,
  endpoints: Iterable<Endpoint>,
): number | undefined {
  // Its first answers were of few tokens, hence mostly overhead: by them, a full batch would never be late.
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

/** Subtracting would give NaN for two that were never used. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
