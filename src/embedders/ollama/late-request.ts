// Decides about a request that is late: the server hangs, or is slow, or has to load its model first. Asking it for
// its loaded models tells which.
import { EmbedderFault } from '../../errors.js';
import { isLate, policyOf } from '../../fault-policy.js';
import { decideLate, type Presence } from '../lateness.js';
import type { RequestTime } from '../request-timeout.js';
import type { OllamaClient } from './client.js';
import { faultOfSilence, ollamaFaults } from './error-messages.js';
import { canonicalName } from './model-name.js';

/** A server that doesn't list its loaded models within this time, in ms, hangs. */
const silentMs = 2000;

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
  return decideLate({
    time,
    look: () => presenceOf(client, model, signal),
    silence: (ms) => faultOfSilence(client.where, ms),
    deadline: (ms) => ollamaFaults.deadline(client.where, ms),
  });
}
