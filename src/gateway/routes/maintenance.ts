// What the owner of a gateway does to what its clients share. Both need a token, also on this machine.
import type { GatewayParts } from '../route-context.js';

/** `POST /clear_cache` removes all cached vectors, of all models: `{"removed": 12}`. Other data of a Redis stays. */
export function clearCacheRoute({ cache }: GatewayParts) {
  return async () => ({ removed: (await cache?.clear()) ?? 0 });
}

/** `POST /reset_circuit_breaker` lets requests go to servers again that were left alone after failures: `{"models": 1}`. */
export function resetRoute({ models }: GatewayParts) {
  return async () => {
    const { open } = models;
    for (const model of open) model.resetCircuitBreaker();
    return { models: open.length };
  };
}
