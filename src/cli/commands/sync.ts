// `embed sync`: progress, and a line for each destination.
import type { SyncOptions, SyncResult } from '../../commands/sync.js';
import type { LoadedSettings } from '../../config/origins.js';
import type { Given } from '../declared/command.js';
import type { Outcome, ToldError } from '../declared/outcome.js';
import type { sync as declared } from '../declared/sync.js';
import { nearIndex } from '../near-index.js';
import { settingsFor } from '../settings.js';
import { shardOf } from '../shard.js';
import { withSignals } from '../signals.js';
import { tellError } from '../terminal/error-report.js';
import { printedEvents } from '../terminal/events.js';
import { HeldLines } from '../terminal/held-lines.js';
import { printNotice, printNotices } from '../terminal/print.js';
import { summariseStep } from '../terminal/step-summary.js';
import { renderSynced, startSyncView, summaryOfSync } from '../terminal/sync-view.js';

export async function runSync(given: Given<typeof declared>): Promise<Outcome> {
  const { quiet, news } = given.flags;
  const shard = shardOf(given.flags.shard);
  const loaded = await settingsFor(given, (line) => quiet || news || printNotice(line));
  const near = { ...loaded, settings: nearIndex(loaded) };
  return await shownSync({ ...given.flags, shard, destinations: given.arguments.destinations }, near);
}

type Flags = Omit<SyncOptions, 'settings'> & { quiet: boolean; news: boolean };

/** The destinations of the settings, after an ingest; undefined where there are none. */
export async function syncAfter(flags: Flags, loaded: LoadedSettings): Promise<Outcome | undefined> {
  return loaded.settings.sync.length === 0 ? undefined : await shownSync(flags, loaded);
}

async function shownSync(
  { quiet, news, ...flags }: Flags,
  { settings, layers, file }: LoadedSettings,
): Promise<Outcome> {
  const { sync } = await import('../../commands/sync.js');
  const progress = { total: 0, sent: 0 };
  const held = new HeldLines();
  const view = await startSyncView(progress, quiet || news);
  const line = news && !quiet ? held.hold : view.line;
  try {
    const result = await withSignals(
      (signal) =>
        sync({
          ...flags,
          ...{ settings, signal, progress },
          fromFile: layers.sync === 'file' ? file : undefined,
          events: printedEvents(line),
        }),
      'the next sync goes on from there',
    );
    view.stop();
    const told = news ? result.destinations.filter(hasNews) : result.destinations;
    if (told.length > 0) held.print();
    if (!quiet) printNotices(renderSynced(told, flags.dryRun ?? false));
    if (!flags.dryRun) summariseStep(() => summaryOfSync(result.destinations));
    return { result: syncedJson(result), error: toldErrors(result) };
  } catch (error) {
    held.print();
    throw error;
  } finally {
    view.stop();
  }
}

function hasNews({ new: added, changed, removed, error }: SyncResult['destinations'][number]): boolean {
  return added + changed + removed > 0 || error !== undefined;
}

/** The result as `--json` prints it: errors by code and message. */
export function syncedJson({ destinations }: SyncResult): { destinations: object[] } {
  return {
    destinations: destinations.map(({ error, ...one }) => ({
      ...one,
      ...(error && { error: { code: error.code, message: error.message, exit: error.exitCode } }),
    })),
  };
}

/** Prints what failed. @returns the first error, which decides the exit status */
export function toldErrors({ destinations }: SyncResult): ToldError | undefined {
  return destinations.flatMap(({ error }) => (error ? [tellError(error)] : []))[0];
}
