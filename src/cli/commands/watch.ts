// `embed ingest --watch`: the summary of the first update, and a line for each later one.
import type { WatchEvents } from '../../commands/watch.js';
import type { LoadedSettings } from '../../config/origins.js';
import { UsageError } from '../../errors.js';
import type { RunResult } from '../../ingest/options.js';
import { duration } from '../../text/durations.js';
import { plural, whole } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Failure } from '../../types/failure.js';
import type { Shard } from '../../types/shard.js';
import type { Given } from '../declared/command.js';
import type { ingest as declared } from '../declared/ingest.js';
import type { Outcome } from '../declared/outcome.js';
import { noteUpdates } from '../run-notes.js';
import { withSignals } from '../signals.js';
import { paintNotice as paint } from '../terminal/colour.js';
import { tellError } from '../terminal/error-report.js';
import { printedEvents } from '../terminal/events.js';
import { printNotice, printNotices } from '../terminal/print.js';
import { renderSynced } from '../terminal/sync-view.js';
import { toldErrors } from './sync.js';

/** Prints what an update did, as without `--watch`. */
export interface Printers {
  /** The summary of the first. */
  first(result: RunResult): void;
  /** Documents that failed. */
  failures(failures: readonly Failure[]): void;
}

/**
 * Watches until a signal comes, which is its good end.
 * @throws {UsageError} for flags that need an end
 */
export async function runWatch(
  { arguments: { paths }, flags }: Given<typeof declared>,
  loaded: LoadedSettings,
  shard: Shard | undefined,
  print: Printers,
): Promise<Outcome> {
  const { quiet, poll, choose, allowRemovals, prune, rebuild, retryFailed, pull, wait, takeOver } = flags;
  refuseEnding(flags);
  const { settings, layers, file } = loaded;
  const { watch } = await import('../../commands/watch.js');
  const line = (text: Printable) => quiet || printNotice(text);
  const notes = noteUpdates(loaded);
  await withSignals(async (signal) => {
    try {
      await watch({
        ...{ paths, choose, settings, shard, signal, origins: loaded.origins, polls: poll },
        ...{ allowRemovals, prune, rebuild, retryFailed, pull, wait, takeOver },
        fromFile: layers.sync === 'file' ? file : undefined,
        events: { ...printedEvents(line), document: notes.document },
        told: printed(line, quiet, print, notes.updated),
      });
    } catch (error) {
      // It is told to end: what was embedded in an update that was under way is kept.
      if (!signal.aborted) throw error;
    }
  });
  return {};
}

/** @throws {UsageError} */
function refuseEnding({ watch, json, news, dryRun, limit, maxTime }: Given<typeof declared>['flags']): void {
  if (!watch) throw new UsageError('--poll says how --watch looks: give both.');
  const flag = [
    json && '--json',
    news && '--news',
    dryRun && '--dry-run',
    limit !== undefined && '--limit',
    maxTime !== undefined && '--max-time',
  ].find((one) => one !== false);
  if (flag !== undefined) {
    throw new UsageError(
      `--watch goes on until it is stopped, so ${flag} has no meaning there: leave one of them out.`,
    );
  }
}

function printed(
  line: (text: Printable) => void,
  quiet: boolean,
  print: Printers,
  note: (run: RunResult) => void,
): WatchEvents {
  return {
    watching(places, polls) {
      const how = polls ? say`, looked at every few seconds` : say``;
      line(
        say`watching ${joined(
          places.map((one) => printable(one)),
          say`, `,
        )}${how}`,
      );
    },
    updated(result, isFirst) {
      const { summary, failures } = result;
      if (isFirst || summary.changed) note(result);
      if (isFirst) quiet || print.first(result);
      else if (summary.changed || failures.length > 0) line(renderUpdate(result));
      if (failures.length > 0) print.failures(failures);
    },
    synced(result) {
      if (!quiet) printNotices(renderSynced(result.destinations.filter(isNews), false));
      toldErrors(result);
    },
    failed(error, seconds) {
      // That of a destination is told with its sync.
      if (error.name !== 'DestinationError') tellError(error);
      if (seconds !== undefined) line(say`trying again in ${duration(seconds)}, or when files change`);
    },
    gone: (path) => line(say`${printable(path)} is not there any more: its documents stay until it is back`),
  };
}

function isNews({
  new: added,
  changed,
  removed,
}: {
  new: number;
  changed: number;
  removed: number;
}): boolean {
  return added + changed + removed > 0;
}

/** `✓ 1 new, 2 changed, 1 removed: 267 chunks (0.3 s)` */
function renderUpdate({ summary, failures }: RunResult): Printable {
  const { documents, chunks, seconds } = summary;
  const failed = failures.length > 0 ? say`, ${paint.red(say`${whole(documents.failed)} failed`)}` : say``;
  const changes = say`${whole(documents.new)} new, ${whole(documents.changed)} changed, ${whole(documents.removed)} removed${failed}`;
  return say`${paint.green(say`✓`)} ${changes}: ${plural(chunks.total, 'chunk')} (${duration(seconds)})`;
}
