// What callers of an orchestrator may say with their texts, and what is wrong with it.
import { UsageError } from '../errors.js';
import type { CacheUse, Priority, TraceContext } from '../types/requests.js';
import { checkOption, type PrefixKind } from './config.js';

/** What is said with a call for vectors. */
export interface EmbedTextsOptions {
  /** Takes the texts from the queue; what is in flight already is finished for the cache. @default never */
  signal?: AbortSignal;
  /** How soon they are sent: 0 first, 4 last. @default the configuration's, 2 */
  priority?: Priority;
  /** Which of the model's prefixes is put before each. @default the configuration's, 'none' */
  prefix?: PrefixKind;
  /** Name of the caller: callers of the same priority take turns. @default one for all */
  caller?: string;
  /** While the queue has no room: wait, or throw a {@link QueueFullError}. @default 'wait' */
  whenFull?: 'wait' | 'reject';
  /** Let the server cut texts that are too long, instead of rejecting them. @default false */
  truncate?: boolean;
  /** Fewer dimensions than the model has. @default the space's */
  dimensions?: number;
  /** `refresh` embeds what the cache knows again, `bypass` leaves the cache alone. @default 'use' */
  cacheUse?: CacheUse;
  /** Of which trace they are a part: it is handed on with requests that hold texts of this trace alone. @default none */
  trace?: TraceContext;
  /**
   * While nothing else waits, goes on without waiting for others of the same turn of the event loop.
   * @internal
   */
  atOnce?: boolean;
  /**
   * Takes empty texts, too, where the server has a vector for them.
   * @internal
   */
  takesEmpty?: boolean;
}

/** @throws {UsageError} */
export function checkTexts(
  texts: readonly string[],
  { priority = 0, prefix, dimensions, takesEmpty }: EmbedTextsOptions,
): void {
  if (![0, 1, 2, 3, 4].includes(priority)) {
    throw new UsageError(`priority: expected 0 (first) to 4 (last), got ${priority}.`);
  }
  if (prefix !== undefined) checkOption('prefix', prefix);
  if (dimensions !== undefined) checkOption('dimensions', dimensions);
  for (const [index, text] of texts.entries()) {
    if (typeof text !== 'string') throw new UsageError(`Text ${index} is ${typeof text}, not a string.`);
    if (text === '' && !takesEmpty)
      throw new UsageError(`Text ${index} is empty: leave it out, it has no vector.`);
  }
}
