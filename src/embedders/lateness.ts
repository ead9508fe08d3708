// Decides about a request that is late: the server hangs, or is slow, or has to load its model first.
import type { EmbedderFault } from '../errors.js';
import type { RequestTime } from './request-timeout.js';

/**
 * What a server says of a model. `absent`: it may be loading it; `silent`: no answer in time; `unknown`: the server
 * has no such list. Recorded: a model is listed as soon as it can answer (0.32.15).
 */
export type Presence = 'loaded' | 'absent' | 'silent' | 'unknown';

/** Min and max time between two questions to a server that may be loading, in ms. */
const firstLookMs = 3000;
const mostLookMs = 30_000;

export interface LateOptions {
  time: RequestTime;
  /** Asks the server about its model. Doesn't throw. */
  look(): Promise<Presence>;
  /** The fault of a server that answers nothing. */
  silence(elapsedMs: number): EmbedderFault;
  /** The fault of a request that got all its time. */
  deadline(allowedMs: number): EmbedderFault;
}

/** Decides, each time that a request's time is over, whether it gets more. */
export function decideLate({ time, look, silence, deadline }: LateOptions) {
  let lookMs = firstLookMs;
  return async (elapsedMs: number): Promise<number | EmbedderFault> => {
    const presence = await look();
    if (presence === 'silent') return silence(elapsedMs);
    const isLoading = presence === 'absent' || (presence === 'unknown' && time.mayLoad);
    const allowedMs = isLoading ? time.loadMs : time.normalMs;
    const leftMs = allowedMs - elapsedMs;
    if (leftMs <= 0) return deadline(allowedMs);
    if (!isLoading) return leftMs;
    lookMs = Math.min(lookMs * 2, mostLookMs);
    return Math.min(lookMs, leftMs);
  };
}
