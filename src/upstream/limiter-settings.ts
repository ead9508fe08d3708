// How much a request may carry and how many may be in flight, from the settings and the embedder.
import { totalmem } from 'node:os';
import { Limiter } from '../batching/limiter/limiter.js';
import { Limits } from '../batching/limiter/limiter-per-endpoint.js';
import type { BatchBounds } from '../batching/pack-batch.js';
import { debug } from '../debug.js';
import type { Embedder } from '../types.js';

/** Tokens and characters of one request: what keeps a slow server's answer within minutes. */
export const BATCH_BOUNDS: Omit<BatchBounds, 'items'> = { tokens: 32_768, length: 1_000_000 };

/** What the original design starts with, and what the embedder in this package is best at. */
const START = { batchSize: 32, concurrency: 2 };

/** Texts of a request at most, whatever is asked for. */
export const MOST_TEXTS = 64;

/** Requests in flight at most for each server, when they follow the server. */
export const MOST_IN_FLIGHT = 8;

/** Bytes that one text of a request takes here: itself, its JSON, the answer's bytes, its vector. */
const bytesPerText = (dimensions: number) => 16_384 + dimensions * 32;

/** Of the free memory, what all requests in flight together may take. */
const SHARE = 0.1;

/**
 * How many texts of a request the memory of this process or container allows.
 * @param inFlight requests in flight at most
 * @param freeBytes what the process may still take
 */
export function memoryBound(dimensions: number, inFlight: number, freeBytes = freeMemory()): number {
  return Math.max(1, Math.floor((freeBytes * SHARE) / (inFlight * bytesPerText(dimensions))));
}

function freeMemory(): number {
  // Without a limit, Node answers 0 or a number larger than the machine.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(limit, totalmem()) - process.memoryUsage.rss());
}

/** What bounds the texts of a request beside the settings and the memory of this process. */
export interface LimiterBounds {
  /** Texts of a request at most, also where `batchSize` is set. */
  maxBatchSize?: number;
  startBatchSize?: number;
}

/**
 * What is set stays as it is; the rest follows the server.
 * @param set what the user set; `concurrency` counts for each endpoint
 */
export function limitsFor(
  set: { batchSize?: number | undefined; concurrency?: number | undefined },
  embedder: Embedder,
  bounds: LimiterBounds = {},
): Limits {
  const allowed = memoryBound(embedder.identity.dimensions, MOST_IN_FLIGHT);
  const maxBatchSize = Math.min(bounds.maxBatchSize ?? MOST_TEXTS, allowed);
  const startBatchSize = Math.min(bounds.startBatchSize ?? START.batchSize, maxBatchSize);
  const batchSize = set.batchSize === undefined ? undefined : Math.min(set.batchSize, maxBatchSize);
  const isFixed = embedder.identity.embedder === 'builtin';
  const make = (endpoint: string) =>
    new Limiter({
      onChange: debug.batching && ((limits) => tellLimits(endpoint, limits)),
      batchSize: isFixed ? (batchSize ?? startBatchSize) : batchSize,
      concurrency: isFixed ? (set.concurrency ?? START.concurrency) : set.concurrency,
      startBatchSize,
      startConcurrency: START.concurrency,
      maxBatchSize,
      maxConcurrency: MOST_IN_FLIGHT,
    });
  const endpoints = embedder.slots && embedder.endpoints?.().map(({ url }) => url);
  const limits = new Limits(make, endpoints);
  debug.batching?.(
    `beginning with ${limits.batchSize} texts a request, ${limits.concurrency} requests in flight` +
      ` (batchSize ${set.batchSize ?? 'follows'}, concurrency ${set.concurrency ?? 'follows'}, memory for ${allowed} texts)`,
  );
  return limits;
}

function tellLimits(endpoint: string, { batchSize, concurrency }: Pick<Limits, 'batchSize' | 'concurrency'>) {
  const where = endpoint === '' ? '' : `${endpoint}: `;
  debug.batching?.(`${where}from now on ${batchSize} texts a request, ${concurrency} requests in flight`);
}
