// src/sync: brings destinations in step with an output, by difference.
//
// In: an output and addresses. Out: for each, what was new, changed, removed and unchanged. Each destination lists its own
// (id, sum) of the index; row-table.ts holds them against the output's; output-rows.ts reads the rows that are sent.
// What must hold: nothing is remembered here that could lie: a destination that was edited, restored or half written comes
// right by the next sync; when nothing differs, nothing is written and no vector is read; guards.ts passes before
// anything changes; a token is durable here before a destination gets it.
// Look first at one-destination.ts for the steps.
import { debug } from '../debug.js';
import { EmbedError } from '../errors.js';
import type { RunEvents } from '../events.js';
import type { ProxySettings } from '../net/choose-proxy.js';
import { shownDestination } from '../net/destination-address.js';
import { Identity } from '../output/identity.js';
import type { Output } from '../output/read/output.js';
import { listKeys } from '../output/read/row-list.js';
import { wholeFolder } from '../output/shards/shard.js';
import type { Shard } from '../types/shard.js';
import { OneDestination } from './one-destination.js';
import { RowTable } from './row-table.js';

/** A destination as it was named. */
export interface NamedDestination {
  /** As the user wrote it. */
  address: string;
  /** Only a configuration file names it. */
  isFromFile: boolean;
}

/** How {@link syncOutput} works. */
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

/**
 * Brings all destinations in step, one after the other. One that fails doesn't keep the others from it.
 * @throws the signal's reason
 */
export async function syncOutput(work: SyncWork): Promise<SyncedDestination[]> {
  const { output, destinations, signal } = work;
  const { shard } = output.manifest;
  // Shards and the merged output are one for a destination: each may follow the other.
  const identity = await Identity.open(wholeFolder(output.dir, shard));
  const table = new RowTable(output.rows);
  for await (const { ids, sums } of listKeys(output)) table.add(ids, sums);
  const done: SyncedDestination[] = [];
  for (const named of destinations) {
    signal.throwIfAborted();
    const started = performance.now();
    const counts = { new: 0, changed: 0, removed: 0, unchanged: 0, replacedCharacters: 0 };
    const destination = shownDestination(named.address);
    let error: EmbedError | undefined;
    try {
      await new OneDestination(work, named, identity, table, counts).sync();
    } catch (cause) {
      signal.throwIfAborted();
      if (!(cause instanceof EmbedError)) throw cause;
      debug.sync?.(`${destination}: ${cause.message}`);
      error = cause;
    }
    const seconds = (performance.now() - started) / 1000;
    done.push({ destination, ...(shard && { shard }), ...counts, seconds, ...(error && { error }) });
  }
  return done;
}
