// What becomes of a request that is late: the server hangs, is slow, or loads its model first, and says itself
// which of these it is.
import { EmbedderFault } from '../../errors.js';
import { isLate, policyOf } from '../../fault-policy.js';
import type { OllamaClient } from './client.js';
import { faultOfDeadline, faultOfSilence } from './error-messages.js';
import { canonicalName } from './model-name.js';
import type { RequestTime } from './request-timeout.js';

/**
 * What a server says of a model: `absent`, it may be loading; `silent`, it doesn't say anything in time;
 * `unknown`, it has no such list. Recorded: a model is listed from the moment that it answers (0.32.15).
 */
export type Presence = 'loaded' | 'absent' | 'silent' | 'unknown';

/** A server that has not said which models are loaded within this time, in ms, hangs. */
const silentMs = 2000;

/** Between two looks at a server that may be loading, in ms, at first and at most. */
const firstLookMs = 3000;
const mostLookMs = 30_000;

/** Whether the server has the model loaded. @throws nothing */
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

/** Decides what a late request gets, each time that its time is over. */
export function latenessOf(client: OllamaClient, model: string, time: RequestTime, signal?: AbortSignal) {
  let lookMs = firstLookMs;

  return async (elapsedMs: number): Promise<number | EmbedderFault> => {
    const presence = await presenceOf(client, model, signal);
    if (presence === 'silent') return faultOfSilence(client.where, elapsedMs);
    const isLoading = presence === 'absent' || (presence === 'unknown' && time.mayLoad);
    const allowedMs = isLoading ? time.loadMs : time.normalMs;
    const leftMs = allowedMs - elapsedMs;
    if (leftMs <= 0) return faultOfDeadline(client.where, allowedMs);
    if (!isLoading) return leftMs;
    lookMs = Math.min(lookMs * 2, mostLookMs);
    return Math.min(lookMs, leftMs);
  };
}
