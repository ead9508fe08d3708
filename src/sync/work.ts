// What a sync is asked to do, and what it says of each destination.
import type { EmbedError } from '../errors.js';
import type { RunEvents } from '../events.js';
import type { ProxySettings } from '../net/choose-proxy.js';
import type { Output } from '../output/read/output.js';
import type { Shard } from '../types/shard.js';

/** A destination as it was named. */
export interface NamedDestination {
  /** As the user wrote it. */
  address: string;
  /** Only a configuration file names it. */
  isFromFile: boolean;
}

/** How a sync works. */
export interface SyncWork {
  output: Output;
  destinations: readonly NamedDestination[];
  /** Name of the index. */
  index: string;
  /** Replace all rows of the index. */
  rebuild: boolean;
  /** Go on where another output wrote last. */
  takeOver: boolean;
  /** Let more than half of the rows go. */
  allowRemovals: boolean;
  /** Set up the destination's search by words. */
  words: boolean;
  /** Only count. */
  dryRun: boolean;
  /** Rows of one request; undefined: what suits the destination. */
  rowsPerRequest: number | undefined;
  /** Tries after one that failed for a reason that may pass. */
  retries: number;
  timeoutMs: number;
  /** For stores that are asked over HTTP. */
  proxies: ProxySettings;
  cwd: string;
  signal: AbortSignal;
  events: RunEvents;
  progress: SyncProgress;
}

/** What is under way; for who shows it. */
export interface SyncProgress {
  /** Rows to send to the destination that is under way. */
  total: number;
  /** Rows that it was sent. */
  sent: number;
}

/** What was done at one destination. */
export interface SyncedDestination {
  /** Its address without secrets. */
  destination: string;
  /** The shard that was synced; absent for an output of all documents. */
  shard?: Shard;
  /** Rows that it didn't have. */
  new: number;
  /** Rows that it had otherwise. */
  changed: number;
  /** Rows of the index that the output doesn't have. */
  removed: number;
  /** Rows that it had as they are. */
  unchanged: number;
  /** Rows in which U+0000 or half a surrogate pair became U+FFFD, of those that were sent. */
  replacedCharacters: number;
  /** How long it took. */
  seconds: number;
  /** Why it isn't in step; absent when it is. */
  error?: EmbedError;
}
