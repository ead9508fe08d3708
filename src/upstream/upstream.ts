// src/upstream: opens all that is needed for sending texts. Runs, orchestrators and bench use only this way.
//
// In: settings, and what the existing output pins. Out: an `Upstream`: the embedder, its vector space, the cache for
// that space, and a limiter. choose-embedder.ts decides which embedder; open-ollama.ts opens servers; late-servers.ts
// adds those that were down; outage.ts and wait-for-servers.ts wait for them.
// What must hold: no vector is used before its space was measured and compared with the existing one.
import type { DispatcherOptions } from '../batching/dispatcher.js';
import type { Limits } from '../batching/limiter/limiter-registry.js';
import { checkedCache } from '../cache/checked-cache.js';
import { withMemory } from '../cache/memory/cache.js';
import type { Settings } from '../config/settings.js';
import { debug } from '../debug.js';
import {
  type Measured,
  measureServer,
  refuseOneVector,
  unlikeSentence,
  withSingles,
} from '../embedders/guard/batch-check.js';
import { canaryTexts } from '../embedders/guard/canaries.js';
import { compareSpaces } from '../embedders/guard/compare-spaces.js';
import { type EmbedderFault, VectorSpaceError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import type { BatchMetrics } from '../metrics/metrics.js';
import type { VectorCache } from '../types/cache.js';
import type { Embedder } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';
import { openEmbedder } from './choose-embedder.js';
import { type LimiterBounds, limitsFor, maxTexts } from './limiter-settings.js';
import { firstSeen, openConfiguredCache } from './open-cache.js';
import type { OpenedEmbedder } from './options.js';
import { withRequestEvents } from './request-events.js';
import { comeback } from './wait-for-servers.js';

export interface UpstreamOptions {
  settings: Settings;
  metrics: BatchMetrics;
  signal: AbortSignal;
  /** Vector space and token counter of the existing output. */
  previous?: { space: VectorSpace; counter: string } | undefined;
  /** Vector space of an output that is made again, which chooses the embedder and model where the settings don't. */
  remade?: VectorSpace | undefined;
  /** Used instead of what the settings name; closed with the rest. */
  embedder?: Embedder | undefined;
  /** Used instead of what the settings name; closed with the rest. */
  cache?: VectorCache | undefined;
  /** Max bytes of vectors in the memory of this process, before the cache. @default 0 */
  memoryBytes?: number;
  /** Limits that differ from the settings. */
  bounds?: LimiterBounds | undefined;
  events: RunEvents;
  /** Have a server pull the model when it lacks it. @default false */
  pull?: boolean | undefined;
  /** Awaited before the first text is sent. @default nothing */
  beforeFirstText?: ((embedder: Embedder & { url?: string }) => Promise<void>) | undefined;
}

export interface Upstream {
  readonly embedder: Embedder;
  /** The space for keys: that of the existing output, or the first one that the cache has seen. */
  readonly space: VectorSpace;
  readonly cache: VectorCache | undefined;
  readonly limits: Limits;
  /** A harmless text that the embedder has accepted. */
  readonly canary: string;
  /** Time of the first answer, in ms; it may include loading the model. */
  readonly firstAnswerMs: number;
  /** Waits until an outage is over; absent when the settings don't ask for it. */
  readonly comeback: DispatcherOptions['comeback'];
  close(): Promise<void>;
}

/**
 * Opens what the settings name, or the embedder of the existing output.
 * @throws {ServiceError} when a named service can't be used
 * @throws {WrongVectorsError} when unlike texts get one vector, or servers differ
 * @throws {VectorSpaceError} when the embedder gives other vectors than the existing ones
 * @throws {EmbedderFault} when the first request fails
 */
export async function openUpstream(options: UpstreamOptions): Promise<Upstream> {
  const { settings, metrics, signal, previous } = options;
  const events = eventsFor(
    { retrying: (fault, waitMs) => countRetry(metrics, fault, waitMs) },
    options.events,
  );
  const { maxBatchSize } = options.bounds ?? {};
  const opened = options.embedder
    ? await openHandedIn(options.embedder, options)
    : await openEmbedder({
        settings,
        previous: previous?.space,
        remade: options.remade,
        pinnedCounter: previous?.counter,
        signal,
        mostTexts: maxBatchSize,
        events,
        pull: options.pull,
        beforeFirstText: options.beforeFirstText,
      });
  const { embedder, measured } = opened;
  const checks = { events, onRefused: (count: number) => metrics.cacheRefused(count) };
  let cache = options.cache && checkedCache(options.cache, checks);
  try {
    const { unlike, firstAnswerMs } = measured;
    refuseOneVector(measured.space, nameOf(embedder));
    if (previous) requireSameSpace(previous.space, measured);
    if (!cache) {
      const configured = await openConfiguredCache(settings, events);
      cache = configured && checkedCache(configured, checks);
    }
    const space = previous?.space ?? (await firstSeen(measured.space, cache));
    if (debug.embedder) tellOpened(embedder, space, measured);
    if (cache && options.memoryBytes) cache = withMemory(cache, options.memoryBytes);
    if (unlike !== undefined) metrics.sendsSingles();
    const limits = limitsFor(unlike === undefined ? settings : { ...settings, batchSize: 1 }, embedder, {
      ...options.bounds,
      isQueue: settings.queue !== undefined && options.embedder === undefined,
    });
    const canary = space.prefixes.document + canaryTexts[0]!.text;
    const timeoutMs = settings.waitForServer;
    return {
      embedder,
      space,
      cache,
      limits,
      canary,
      firstAnswerMs,
      comeback:
        timeoutMs > 0
          ? (_outage, signal) => comeback(embedder, canary, { timeoutMs, signal, events })
          : undefined,
      close: async () => {
        await Promise.all([embedder.close(), cache?.close()]);
      },
    };
  } catch (error) {
    // A cache that the caller passed in stays open: the start may be tried again.
    if (!options.cache) await cache?.close();
    if (!options.embedder) await embedder.close();
    throw error;
  }
}

function countRetry(metrics: BatchMetrics, { meaning }: EmbedderFault, waitMs: number): void {
  metrics.retried(meaning);
  debug.embedder?.(`trying again in ${Math.round(waitMs)} ms, after a fault (${meaning})`);
}

function tellOpened(embedder: Embedder, space: VectorSpace, { firstAnswerMs, unlike }: Measured): void {
  const { embedder: kind, variant, model, digest, dimensions, options, prefixes } = embedder.identity;
  const given = JSON.stringify({ digest, variant, dimensions, options, prefixes });
  debug.embedder?.(`opened ${kind} with ${model}, ${given}, at most ${embedder.maxTokens} tokens a text`);
  debug.embedder?.(`tokens are counted by ${embedder.counter.id}; vector space ${space.id}`);
  const batches = unlike === undefined ? 'are as of single texts' : `are not (${unlike})`;
  debug.embedder?.(`first answer after ${Math.round(firstAnswerMs)} ms; the vectors of batches ${batches}`);
}

function nameOf({ identity }: Embedder): string {
  return identity.embedder === 'builtin' ? 'The built-in embedder' : 'The embedder';
}

/** Opens an embedder that the caller passed in. It gets the same checks, as it may ask any server. */
async function openHandedIn(
  embedder: Embedder,
  { settings, bounds, signal, beforeFirstText, events }: UpstreamOptions,
): Promise<OpenedEmbedder> {
  await beforeFirstText?.(embedder);
  const most = bounds?.maxBatchSize ?? maxTexts;
  const batchSize = Math.min(settings.batchSize ?? most, most);
  const where = nameOf(embedder);
  const told = withRequestEvents(embedder, where, events);
  const measured = await measureServer(told, { where, batchSize, signal });
  if (measured.unlike === undefined) return { embedder: told, measured };
  events.warning(unlikeSentence(where, measured.unlike), 'batch-changes-vectors');
  return { embedder: withSingles(told), measured };
}

function requireSameSpace(known: VectorSpace, { space, unlike }: Measured): void {
  const comparison = compareSpaces(known, space);
  if (comparison.same) return;
  if (unlike !== undefined) {
    throw new VectorSpaceError(
      `The server gives a text another vector in a batch than alone (${unlike}), but the output was made from other vectors than ` +
        `it gives alone (${comparison.reason}): use --rebuild, which sends each text alone, or another release.`,
    );
  }
  throw new VectorSpaceError(
    `The output was made in another vector space (${comparison.reason}): vectors of two spaces can't be compared. ` +
      'Use the embedder that made it, or --rebuild to make the output again.',
  );
}
