// src/sync: brings destinations in step with an output, by difference.
//
// In: an output and addresses. Out: for each, what was new, changed, removed and unchanged. Each destination lists its own
// (id, sum) of the index; row-table.ts holds them against the output's; output-rows.ts reads the rows that are sent.
// What must hold: nothing is remembered here that could lie: a destination that was edited, restored or half written comes
// right by the next sync; when nothing differs, nothing is written and no vector is read; guards.ts passes before
// anything changes; a token is durable here before a destination gets it.
// Look first at one-destination.ts for the steps.
import { debug } from '../debug.js';
import { refuseWithoutWords } from '../destinations/open.js';
import { EmbedError } from '../errors.js';
import { shownDestination } from '../net/destination-address.js';
import { Identity } from '../output/identity.js';
import { listKeys } from '../output/read/row-list.js';
import { wholeFolder } from '../output/shards/shard.js';
import { OneDestination } from './one-destination.js';
import { RowTable } from './row-table.js';
import type { SyncedDestination, SyncWork } from './work.js';

/**
 * Brings all destinations in step, one after the other. One that fails doesn't keep the others from it.
 * @throws {UsageError} before anything is written, when search by words is to be set up where there is none
 * @throws the signal's reason
 */
export async function syncOutput(work: SyncWork): Promise<SyncedDestination[]> {
  const { output, destinations, signal } = work;
  if (work.words) refuseWithoutWords(destinations.map(({ address }) => address));
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
