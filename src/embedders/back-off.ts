// Retries faults that may pass: exponential back-off with full jitter, around any embedder. Embedding changes nothing
// on the server, so sending a request twice does no harm.
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbedderFault, type FaultMeaning } from '../errors.js';
import type { RunEvents } from '../events.js';
import { isLate, policyOf } from '../fault-policy.js';
import type { Embedder, EmbedOptions } from '../types/embedder.js';
import type { Vector } from '../types/vector.js';
import { wrapEmbedder } from './wrap-embedder.js';

export interface RetryOptions {
  /** Max retries after the first try. */
  retries: number;
  /** Ends a back-off at once. */
  signal?: AbortSignal | undefined;
  /** Max first back-off, in ms. The max doubles with each retry. @default 500 */
  baseMs?: number;
  /** Max back-off, in ms; a server's Retry-After may ask for more. @default 30000 */
  maxMs?: number;
  /** A number from 0 to 1. @default Math.random */
  random?: () => number;
  /** Called before every back-off. @default no listener */
  events?: RunEvents | undefined;
}

/** Max Retry-After that is waited for, in ms; a request with a longer one fails. */
const longestRetryAfterMs = 300_000;

/** The embedder with retries around each `embed`. Its `close` closes the given embedder. */
export function withRetry(embedder: Embedder, options: RetryOptions): Embedder {
  const { retries, baseMs = 500, maxMs = 30_000, random = Math.random, events } = options;

  async function embed(texts: readonly string[], embedOptions: EmbedOptions = {}): Promise<Vector[]> {
    const tried = new Map<FaultMeaning, number>();
    for (let retry = 0; ; retry++) {
      try {
        return await embedder.embed(texts, embedOptions);
      } catch (error) {
        if (!(error instanceof EmbedderFault)) throw error;
        const before = tried.get(error.meaning) ?? 0;
        tried.set(error.meaning, before + 1);
        const asked = error.retryAfterMs ?? 0;
        if (embedOptions.onceLate && isLate(error)) throw error;
        if (retry >= retries || before >= policyOf(error).retries || asked > longestRetryAfterMs) throw error;
        const waitMs = Math.max(asked, random() * Math.min(maxMs, baseMs * 2 ** retry));
        events?.retrying(error, waitMs);
        await pause(waitMs, [options.signal, embedOptions.signal]);
      }
    }
  }

  return wrapEmbedder(embedder, embed);
}

/** Sleeps until one of the signals is aborted, and then throws its reason. */
async function pause(ms: number, signals: (AbortSignal | undefined)[]): Promise<void> {
  const given = signals.filter((signal) => signal !== undefined);
  const signal = AbortSignal.any(given);
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
