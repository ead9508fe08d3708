// Limits of a request, and of requests in flight, from the settings and the embedder.
import { totalmem } from 'node:os';
import { Limiter } from '../batching/limiter/limiter.js';
import { Limits } from '../batching/limiter/limiter-registry.js';
import type { BatchBounds } from '../batching/pack-batch.js';
import { debug } from '../debug.js';
import type { Embedder } from '../types/embedder.js';
import type { RequestLimits } from '../types/requests.js';

/** Max tokens and characters of one request, so that a slow server answers within minutes. */
export const batchBounds: Omit<BatchBounds, 'items'> = { tokens: 32_768, length: 1_000_000 };

/** Start values; they are also the best for the built-in embedder. */
const startSetting = { batchSize: 32, concurrency: 2 };

/** Max texts of a request, also when a setting asks for more. */
export const maxTexts = 64;

/** Max requests in flight for each server, when they adapt to the server. */
export const maxInFlight = 8;

/** Bytes of memory for one text of a request: the text, its JSON, the answer's bytes and the vector. */
const bytesPerText = (dimensions: number) => 16_384 + dimensions * 32;

/** Share of the free memory for all requests in flight. */
const memoryShare = 0.1;

/**
 * Max texts of a request that the memory of this process or container allows.
 * @param inFlight max requests in flight
 * @param freeBytes bytes that the process may still use
 */
export function memoryBound(dimensions: number, inFlight: number, freeBytes = freeMemory()): number {
  return Math.max(1, Math.floor((freeBytes * memoryShare) / (inFlight * bytesPerText(dimensions))));
}

function freeMemory(): number {
  // Without a limit, Node gives 0 or a number larger than the machine's memory.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(limit, totalmem()) - process.memoryUsage.rss());
}

/** Limits for the texts of a request, beside the settings and the memory. */
export interface LimiterBounds {
  /** Max texts of a request, also when `batchSize` is set. */
  maxBatchSize?: number;
  startBatchSize?: number;
  /** Its workers say how many requests may be in flight. @default false */
  isQueue?: boolean;
  /** Milliseconds on any clock that never goes back. @default performance.now */
  now?: () => number;
}

/**
 * The limits of a server: values that are set stay fixed, the others adapt to the server.
 * @param set what the user set; `concurrency` counts for each endpoint
 */
export function limitsFor(
  set: { batchSize?: number | undefined; concurrency?: number | undefined },
  embedder: Embedder,
  bounds: LimiterBounds = {},
): Limits {
  const { dimensions } = embedder.identity;
  const allowed = memoryBound(dimensions, maxInFlight);
  const maxBatchSize = Math.min(bounds.maxBatchSize ?? maxTexts, allowed);
  const startBatchSize = Math.min(bounds.startBatchSize ?? startSetting.batchSize, maxBatchSize);
  const batchSize = set.batchSize === undefined ? undefined : Math.min(set.batchSize, maxBatchSize);
  const isFixed = embedder.identity.embedder === 'builtin';
  const make = (endpoint: string) => {
    const limiter = new Limiter({
      onChange: debug.batching && ((limits) => tellLimits(endpoint, limits)),
      batchSize: isFixed ? (batchSize ?? startBatchSize) : batchSize,
      concurrency: bounds.isQueue
        ? 1
        : isFixed
          ? (set.concurrency ?? startSetting.concurrency)
          : set.concurrency,
      startBatchSize,
      startConcurrency: startSetting.concurrency,
      maxBatchSize,
      maxConcurrency: maxInFlight,
      now: bounds.now,
    });
    return bounds.isQueue ? asManyAsItTakes(limiter, memoryBound(dimensions, 1), set.concurrency) : limiter;
  };
  const endpoints = embedder.slots && embedder.endpoints?.().map(({ url }) => url);
  const limits = new Limits(make, endpoints);
  debug.batching?.(
    `beginning with ${limits.batchSize} texts a request, ${limits.concurrency} requests in flight` +
      ` (batchSize ${set.batchSize ?? 'follows'}, concurrency ${set.concurrency ?? 'follows'}, memory for ${allowed} texts)`,
  );
  return limits;
}

/**
 * The limits of a queue: the size of batches follows what its workers show, all together, as if they were one that works on
 * one at a time.
 * @param mostTexts texts of all requests in flight that the memory allows
 * @param most requests in flight, where that is set
 */
function asManyAsItTakes(
  limiter: Limiter,
  mostTexts: number,
  most = Number.POSITIVE_INFINITY,
): RequestLimits {
  return {
    get concurrency() {
      return Math.min(most, Math.max(1, Math.floor(mostTexts / limiter.batchSize)));
    },
    get batchSize() {
      return limiter.batchSize;
    },
    answered: (request) => limiter.answered({ ...request, inFlight: 1 }),
    overloaded: (why) => limiter.overloaded(why),
  };
}

function tellLimits(endpoint: string, { batchSize, concurrency }: Pick<Limits, 'batchSize' | 'concurrency'>) {
  const where = endpoint === '' ? '' : `${endpoint}: `;
  debug.batching?.(`${where}from now on ${batchSize} texts a request, ${concurrency} requests in flight`);
}
