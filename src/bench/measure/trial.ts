// Measures one setting once: sends texts through the same dispatcher as an ingest, and takes the time.
import { Dispatcher } from '../../batching/dispatcher.js';
import { Limits } from '../../batching/limiter/limiter-registry.js';
import { wrapEmbedder } from '../../embedders/wrap-embedder.js';
import { EmbedderFault } from '../../errors.js';
import { faultIn, isOfText } from '../../fault-policy.js';
import { BatchMetrics } from '../../metrics/metrics.js';
import type { VectorCache } from '../../types/cache.js';
import type { Embedder } from '../../types/embedder.js';
import type { RequestLimits } from '../../types/requests.js';
import { batchBounds } from '../../upstream/limiter-settings.js';

/** A text as it is sent. */
export interface TrialText {
  /** With the model's document prefix. */
  text: string;
  tokens: number;
  /** SHA-256 hex with the index, so that the same text counts as work each time. */
  hash: string;
}

/** The cache before the embedder, when one is measured. */
export interface TrialCache {
  cache: VectorCache;
  space: string;
}

export interface TrialOptions {
  embedder: Embedder;
  limiter: RequestLimits;
  /** A harmless text that the embedder has accepted. */
  canary: string;
  cache?: TrialCache | undefined;
  /** When the setting counts as failed, in ms. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** What was measured. */
export interface Trial {
  texts: number;
  tokens: number;
  requests: number;
  seconds: number;
  /** Time of each request until its answer, in ms. */
  latencies: readonly number[];
  /** Cache lookups, and those that found a vector. */
  lookups: number;
  hits: number;
}

export type Outcome =
  | { kind: 'measured'; trial: Trial }
  /** The server failed under this setting. */
  | { kind: 'failed'; fault: EmbedderFault }
  /** The server refuses these texts even alone: nothing was measured. */
  | { kind: 'rejected'; texts: readonly TrialText[] };

/** Texts of one lookup in the cache, as in an ingest. */
const lookupTexts = 256;

/** @throws the signal's reason when it is aborted, and what is no fault of the embedder */
export async function runTrial(texts: readonly TrialText[], options: TrialOptions): Promise<Outcome> {
  const { embedder, limiter, canary, cache, timeoutMs, signal } = options;
  const control = new AbortController();
  const ending = AbortSignal.any([signal, control.signal]);
  const latencies: number[] = [];
  let fault: EmbedderFault | undefined;
  /** Time from the last answer until it was confirmed: a run of any length has this only once. */
  let confirmingMs = 0;
  const fail = (found: EmbedderFault) => {
    fault ??= found;
    control.abort(found);
  };
  const watched = wrapEmbedder(embedder, async (batch, embedOptions) => {
    const start = performance.now();
    let answered: number | undefined;
    const onAnswer = () => {
      answered = performance.now();
      embedOptions?.onAnswer?.();
    };
    try {
      const vectors = await embedder.embed(batch, { ...embedOptions, onAnswer });
      const end = performance.now();
      answered ??= end;
      latencies.push(answered - start);
      confirmingMs = end - answered;
      return vectors;
    } catch (error) {
      // The dispatcher finds the bad text.
      if (!ending.aborted && error instanceof EmbedderFault && !isOfText(error)) fail(error);
      throw error;
    }
  });
  const dispatcher = new Dispatcher(watched, {
    bounds: batchBounds,
    limits: new Limits(() => limiter),
    metrics: new BatchMetrics(),
    signal: ending,
    canary,
    outage: 'end',
    onAnswer: async (tickets) => {
      await cache?.cache.setMany(
        cache.space,
        tickets.map(({ hash, vector }) => ({ hash, vector: vector! })),
      );
    },
  });
  const timer = setTimeout(() => fail(tooSlow(timeoutMs)), timeoutMs);
  const { dimensions } = embedder.identity;
  let lookups = 0;
  let hits = 0;
  try {
    const start = performance.now();
    const tickets = [];
    for (let at = 0; at < texts.length; at += lookupTexts) {
      const group = texts.slice(at, at + lookupTexts);
      const found = await cache?.cache.getMany(
        cache.space,
        group.map(({ hash }) => hash),
        dimensions,
      );
      lookups += found?.length ?? 0;
      for (const [index, text] of group.entries()) {
        if (found?.[index]) hits++;
        else tickets.push({ text, ticket: dispatcher.add(text) });
      }
      dispatcher.send();
    }
    dispatcher.end();
    await dispatcher.finish();
    const seconds = (performance.now() - start - confirmingMs) / 1000;
    const rejected = tickets.filter(({ ticket }) => ticket.fault).map(({ text }) => text);
    if (rejected.length > 0) return { kind: 'rejected', texts: rejected };
    const tokens = texts.reduce((sum, text) => sum + text.tokens, 0);
    const requests = latencies.length;
    const trial = { texts: texts.length, tokens, requests, seconds, latencies, lookups, hits };
    return { kind: 'measured', trial };
  } catch (error) {
    signal.throwIfAborted();
    const found = fault ?? faultIn(error);
    if (found) return { kind: 'failed', fault: found };
    throw error;
  } finally {
    clearTimeout(timer);
    await dispatcher.stop();
  }
}

export function inShort(outcome: Outcome): string {
  if (outcome.kind === 'failed') return `failed (${outcome.fault.message})`;
  if (outcome.kind === 'rejected') return `${outcome.texts.length} texts were rejected`;
  const { texts, tokens, requests, seconds } = outcome.trial;
  return `${texts} texts, ${tokens} tokens, ${requests} requests, ${(seconds * 1000).toFixed(0)} ms`;
}

function tooSlow(ms: number): EmbedderFault {
  const seconds = Math.round(ms / 100) / 10;
  return new EmbedderFault('timeout', `The texts of one measurement were not answered within ${seconds} s.`);
}
