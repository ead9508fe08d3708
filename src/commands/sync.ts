// `embed sync` without its flags: brings databases and files in step with an output.
import { resolve } from 'node:path';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { acquireLock, type Lock } from '../output/lock/lock.js';
import { openOutput } from '../output/read/output.js';
import { refuseLinkedShard, wholeOrShards } from '../output/shards/find-shards.js';
import { shardFolder, wholeFolder } from '../output/shards/shard.js';
import { refuseOutside } from '../sync/own-folder.js';
import { syncOutput } from '../sync/sync.js';
import type { NamedDestination, SyncedDestination, SyncProgress } from '../sync/work.js';
import type { Shard } from '../types/shard.js';
import { noIndex } from './run-state.js';

/** What {@link sync} is told. */
export interface SyncOptions {
  /** `out` names the output, `index` the index; `sync` the destinations, unless `destinations` does. */
  settings: Settings;
  /** Addresses, such as `postgres://user@host/db`. @default `sync` of the settings */
  destinations?: readonly string[] | undefined;
  /**
   * The configuration file that `sync` of the settings is from: no secret of the environment is sent there, and nothing
   * outside of its folder is written. @default it is from elsewhere
   */
  fromFile?: string | undefined;
  /**
   * Only this shard of the output. Of the index, it compares, writes and removes the rows of its own documents.
   * @default the output that `out` names; where that folder holds shards alone, all of them
   */
  shard?: Shard | undefined;
  /** Replace all rows of the index, e.g. for another model; of a shard, write its rows again. @default false */
  rebuild?: boolean | undefined;
  /** Go on with an index that another output wrote last. @default false */
  takeOver?: boolean | undefined;
  /** Let more than half of the rows go. @default false */
  allowRemovals?: boolean | undefined;
  /** Set up the destination's own search by words, where it has one. @default false */
  words?: boolean | undefined;
  /** Only count what would be done. @default false */
  dryRun?: boolean | undefined;
  /** Rows that are sent together. @default what suits the destination */
  rowsPerRequest?: number | undefined;
  /** Wait while another run holds the output's lock. @default false */
  wait?: boolean | undefined;
  /** Relative paths start here. @default process.cwd() */
  cwd?: string | undefined;
  /** Ends the sync. @default never */
  signal?: AbortSignal | undefined;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<RunEvents> | undefined;
  /** Counts rows while they are sent. @default nobody looks */
  progress?: SyncProgress | undefined;
}

/** What {@link sync} did. */
export interface SyncResult {
  /** In the order in which they were named; of several shards, shard by shard. */
  destinations: SyncedDestination[];
}

/** Characters of an index's name at most. */
const maxIndexName = 200;

/**
 * Brings destinations in step with an output: new and changed rows are sent, those that are gone are removed, rows of
 * other indexes are left alone.
 * @returns what was done at each destination; one that failed has its error there, and keeps no other from its sync
 * @throws {NoIndexError} when there is no output
 * @throws {UsageError} when there is no destination, or one has no search by words that `words` could set up
 * @throws {LockedError} another run works on the output
 * @throws {DamagedOutputError} the output's files contradict each other
 * @throws {NewerOutputError} a newer version made the output
 * @throws {OutputError} the output's folder can't be written
 * @throws the signal's reason
 */
export async function sync(options: SyncOptions): Promise<SyncResult> {
  const {
    settings,
    shard,
    signal = new AbortController().signal,
    cwd = process.cwd(),
    dryRun = false,
  } = options;
  const events = eventsFor(options.events);
  const destinations = await namedIn(options);
  refuseIndexName(settings.index);
  const whole = resolve(cwd, settings.out);
  const named = shard && shardFolder(whole, shard);
  if (named !== undefined) await refuseLinkedShard(named);
  const outs = named === undefined ? await wholeOrShards(whole) : [named];
  const done: SyncedDestination[] = [];
  for (const out of outs) {
    let output = await openOutput(out, { signal, sums: dryRun });
    if (!output) throw await noIndex(shard === undefined ? settings.out : shardFolder(settings.out, shard));
    const locks: Lock[] = [];
    try {
      const lock = async (dir: string, wait: boolean) =>
        locks.push(await acquireLock(dir, { wait, signal, events }));
      const above = wholeFolder(out, output.manifest.shard);
      if (!dryRun) await lock(out, options.wait ?? false);
      // Shards take turns, as what a destination keeps of an index is of all of them.
      if (!dryRun && above !== out) await lock(above, true);
      if (!dryRun) {
        // Who waited finds what the run before made, and not what was there.
        const locked = await openOutput(out, { signal });
        if (!locked) throw await noIndex(settings.out);
        await output.close();
        output = locked;
      }
      const work = {
        ...{ output, destinations, dryRun, cwd, signal, events },
        index: settings.index,
        rebuild: options.rebuild ?? false,
        takeOver: options.takeOver ?? false,
        allowRemovals: options.allowRemovals ?? false,
        words: options.words ?? false,
        rowsPerRequest: options.rowsPerRequest,
        retries: settings.maxRetries,
        timeoutMs: settings.batchTimeout,
        proxies: settings,
        progress: options.progress ?? { total: 0, sent: 0 },
      };
      done.push(...(await syncOutput(work)));
    } finally {
      for (const lock of locks.reverse()) await lock.release();
      await output.close();
    }
  }
  return { destinations: done };
}

async function namedIn({ settings, destinations = [], fromFile }: SyncOptions): Promise<NamedDestination[]> {
  const given = destinations.map((address) => ({ address, isFromFile: false }));
  if (given.length > 0) return given;
  if (fromFile !== undefined) {
    for (const address of settings.sync) await refuseOutside(address, fromFile);
  }
  const named = settings.sync.map((address) => ({ address, isFromFile: fromFile !== undefined }));
  if (named.length > 0) return named;
  throw new UsageError(
    'No destination is named: give one, such as `embed sync parquet:./chunks.parquet`, or set `sync` in .batchrc.',
  );
}

/** @throws {UsageError} when a store could take it for another, or not at all */
export function refuseIndexName(name: string): void {
  if (name.length <= maxIndexName && /^[^\p{Cc}\p{Cs}]+$/u.test(name) && name.trim() === name) return;
  throw new UsageError(
    `--index: expected a name of at most ${maxIndexName} characters, without control characters and blanks around it.`,
  );
}
