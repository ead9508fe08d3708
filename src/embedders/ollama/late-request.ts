// Decides about a request that is late: the server hangs, or is slow, or has to load its model first. Asking it for
// its loaded models tells which.
import { EmbedderFault } from '../../errors.js';
import { isLate, policyOf } from '../../fault-policy.js';
import type { OllamaClient } from './client.js';
import { faultOfSilence, ollamaFaults } from './error-messages.js';
import { canonicalName } from './model-name.js';
import type { RequestTime } from './request-timeout.js';

/**
 * What a server says of a model. `absent`: it may be loading it; `silent`: no answer in time; `unknown`: the server
 * has no such list. Recorded: a model is listed as soon as it can answer (0.32.15).
 */
export type Presence = 'loaded' | 'absent' | 'silent' | 'unknown';

/** A server that doesn't list its loaded models within this time, in ms, hangs. */
const silentMs = 2000;

/** Min and max time between two questions to a server that may be loading, in ms. */
const firstLookMs = 3000;
const mostLookMs = 30_000;

/** Tells whether the server has the model loaded. Doesn't throw. */
export async function presenceOf(
  client: OllamaClient,
  model: string,
  signal?: AbortSignal,
): Promise<Presence> {
  try {
    const answer = await client.json('/api/ps', undefined, { timeoutMs: silentMs, signal });
    const { models } = answer as { models?: unknown };
    if (!Array.isArray(models)) return 'unknown';
    const name = canonicalName(model);
    const isIt = (one: { name?: unknown; model?: unknown } | null) =>
      [one?.name, one?.model].some((said) => typeof said === 'string' && canonicalName(said) === name);
    return models.some(isIt) ? 'loaded' : 'absent';
  } catch (error) {
    const isSilent = error instanceof EmbedderFault && (isLate(error) || policyOf(error).unmet);
    return isSilent ? 'silent' : 'unknown';
  }
}

/** Decides, each time that a request's time is over, whether it gets more. */
export function latenessOf(client: OllamaClient, model: string, time: RequestTime, signal?: AbortSignal) {
  let lookMs = firstLookMs;

  return async (elapsedMs: number): Promise<number | EmbedderFault> => {
    const presence = await presenceOf(client, model, signal);
    if (presence === 'silent') return faultOfSilence(client.where, elapsedMs);
    const isLoading = presence === 'absent' || (presence === 'unknown' && time.mayLoad);
    const allowedMs = isLoading ? time.loadMs : time.normalMs;
    const leftMs = allowedMs - elapsedMs;
    if (leftMs <= 0) return ollamaFaults.deadline(client.where, allowedMs);
    if (!isLoading) return leftMs;
    lookMs = Math.min(lookMs * 2, mostLookMs);
    return Math.min(lookMs, leftMs);
  };
}
