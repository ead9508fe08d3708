// A sync as it is shown: a bar while rows are sent, a line for each destination at the end.
import { isDebugging } from '../../debug.js';
import { variable } from '../../environment.js';
import type { SyncedDestination, SyncProgress } from '../../sync/work.js';
import { duration } from '../../text/durations.js';
import { plural, whole } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import { paintNotice as paint } from './colour.js';
import { printNotice, showsNotices } from './print.js';
import { foreign, type StepSummary } from './step-summary.js';

export interface SyncView {
  /** Prints a line without breaking the bar. */
  line(text: Printable): void;
  stop(): void;
}

const barIntervalMs = 100;

/** Where nobody watches, only lines are printed. */
export async function startSyncView(progress: SyncProgress, quiet: boolean): Promise<SyncView> {
  if (quiet) return { line: () => undefined, stop: () => undefined };
  if (!showsNotices() || variable('CI') || isDebugging()) return { line: printNotice, stop: () => undefined };
  const { startBar } = await import('./bar.js');
  const bar = await startBar(() => [say`${whole(progress.sent)} of ${whole(progress.total)} rows sent`]);
  const timer = setInterval(() => {
    bar.update(progress.total === 0 ? 0 : progress.sent / progress.total);
  }, barIntervalMs);
  return {
    line: bar.line,
    stop() {
      clearInterval(timer);
      bar.stop();
    },
  };
}

/** A line for each: `✓ parquet:./chunks.parquet: 3 new, 1 changed, 2 removed, 20,114 unchanged (1.2 s)` */
export function renderSynced(destinations: readonly SyncedDestination[], dryRun: boolean): Printable {
  return joined(destinations.filter(({ error }) => error === undefined).map((one) => lineOf(one, dryRun)));
}

function lineOf(one: SyncedDestination, dryRun: boolean): Printable {
  const mark = dryRun ? say`would sync` : paint.green(say`✓`);
  const replaced =
    one.replacedCharacters === 0
      ? say``
      : say`  ${plural(one.replacedCharacters, 'row')} had characters that databases refuse (U+0000, half a surrogate pair): they are U+FFFD there\n`;
  const shard = one.shard === undefined ? say`` : say` (shard ${one.shard.index}/${one.shard.of})`;
  return say`${mark} ${paint.bold(printable(one.destination))}${shard}: ${countsOf(one)} (${duration(one.seconds)})\n${replaced}`;
}

function countsOf(one: SyncedDestination): Printable {
  return say`${whole(one.new)} new, ${whole(one.changed)} changed, ${whole(one.removed)} removed, ${whole(one.unchanged)} unchanged`;
}

/** The same for the page of a step. */
export function summaryOfSync(destinations: readonly SyncedDestination[]): StepSummary {
  const failed = destinations.flatMap(({ destination, error }) => (error ? [{ destination, error }] : []));
  return {
    title: say`embed sync`,
    rows: destinations.map((one) => [
      foreign(one.destination),
      one.error === undefined ? countsOf(one) : say`failed`,
    ]),
    list: {
      title: say`Failed`,
      rows: failed.map(({ destination, error }) => [
        foreign(destination),
        foreign(error.code),
        foreign(error.message),
      ]),
    },
  };
}
