// `embed ingest`: progress, and the summary at the end.
import { refuseStrangeServers } from '../../config/stray-sources.js';
import { ServiceError, UsageError } from '../../errors.js';
import type { DocumentChange } from '../../events.js';
import type { IngestSummary } from '../../ingest/summary.js';
import { stdinRoot } from '../../ingest/survey/standard-input.js';
import { plural, whole } from '../../text/plural.js';
import { joined, type Printable, printable, say } from '../../text/printable.js';
import type { Failure } from '../../types/failure.js';
import type { Given } from '../declared/command.js';
import type { ingest as declared } from '../declared/ingest.js';
import { codedError, type Outcome, type ToldError } from '../declared/outcome.js';
import { goingOn } from '../going-on.js';
import { indexOfRun } from '../near-index.js';
import { noteRun } from '../run-notes.js';
import { settingsFor } from '../settings.js';
import { shardOf } from '../shard.js';
import { withSignals } from '../signals.js';
import { printedEvents } from '../terminal/events.js';
import { meanings, renderFailures } from '../terminal/failure-view.js';
import { annotateFailures } from '../terminal/github.js';
import { HeldLines } from '../terminal/held-lines.js';
import { linesOf, renderPlan, renderRun, summaryOfRun } from '../terminal/ingest-view.js';
import { printNotice, printNotices } from '../terminal/print.js';
import { startProgress } from '../terminal/progress.js';
import { sourceFromHere } from '../terminal/shown-path.js';
import { skipInWords } from '../terminal/skip-words.js';
import { summariseStep } from '../terminal/step-summary.js';
import { tellUnusedPatterns } from '../unused-patterns.js';
import { syncAfter } from './sync.js';

export async function runIngest(given: Given<typeof declared>): Promise<Outcome> {
  const { allowRemovals, limit, prune, retryFailed, pull, wait, dryRun, estimate } = given.flags;
  const { strict, quiet, news, verbose, choose, maxTime } = given.flags;
  const held = new HeldLines();
  const tell = (line: Printable) => quiet || (news ? held.hold(line) : printNotice(line));
  const { paths } = given.arguments;
  const found = await indexOfRun(await settingsFor(given, tell), paths, tell);
  await tellUnusedPatterns(found, tell);
  const shard = shardOf(given.flags.shard);
  if (estimate && !dryRun) {
    throw new UsageError('--estimate says how long a run would take: give --dry-run beside it.');
  }
  await using from = await goingOn(given, found, tell);
  const { loaded, rebuild, lock } = from;
  const { settings } = loaded;
  if (paths.length === 0) refuseStrangeServers(loaded);
  if (given.flags.watch || given.flags.poll) {
    const { runWatch } = await import('./watch.js');
    return await runWatch({ ...given, flags: { ...given.flags, rebuild } }, loaded, shard, {
      first: (run) => printNotices(renderRun(run, verbose)),
      failures: (failures) => printNotices(renderFailures(failures, settings.out, verbose)),
    });
  }
  const [{ ingestUnder }, { RunCounts }] = await Promise.all([
    import('../../commands/ingest.js'),
    import('../../ingest/run-counts.js'),
  ]);
  if (paths.includes(stdinRoot) && process.stdin.isTTY && !quiet) {
    printNotice(say`Waiting for JSON Lines on this terminal, one {"id","text"} a line; Ctrl-D ends them.`);
  }
  const named = (source: string) => sourceFromHere(source, settings.out);
  const until = maxTime === undefined ? undefined : AbortSignal.timeout(maxTime);
  const counts = new RunCounts();
  const silent = await startProgress(counts, quiet || news);
  const progress = news && !quiet ? { ...silent, line: held.hold } : silent;
  const byRule = new Map<Printable, number>();
  const notes = noteRun(loaded, counts, { dryRun, limit, rebuild, paths });
  try {
    const run = await withSignals(
      (signal) =>
        ingestUnder(lock, {
          ...{ paths, choose, settings, shard, origins: loaded.origins },
          ...{ allowRemovals, limit, prune, rebuild, retryFailed, pull, wait, dryRun, estimate },
          stdin: process.stdin,
          signal,
          until,
          counts,
          events: {
            ...printedEvents(progress.line),
            pulling: progress.download,
            ...(verbose && {
              skipped: (reason, source) =>
                progress.line(leftOut(named(source), skipInWords(reason, undefined))),
              ignored(reason, source, rule) {
                const found = rule();
                const words = skipInWords(reason, found);
                const kind = found === undefined ? printable(reason) : say`by ${words}`;
                byRule.set(kind, (byRule.get(kind) ?? 0) + 1);
                progress.line(leftOut(named(source), words));
              },
            }),
            document(change, source, from) {
              notes.document(change, source);
              if (verbose) progress.line(changeLine(change, named(source), from && named(from)));
            },
          },
        }),
      'what was embedded is kept, the next run goes on from there',
    );
    progress.stop();
    notes.done(run);
    const { summary, failures, newFailures, knownFailures, settledFailures } = run;
    const told = strict ? [...failures, ...knownFailures] : failures;
    const newlyTold = strict ? told : newFailures;
    const hasNews = isNews(summary) || newlyTold.length > 0 || settledFailures.length > 0;
    if (!quiet && (!news || hasNews)) {
      held.print();
      const lines = dryRun ? renderPlan(run, verbose, counts.cacheLookups > 0) : renderRun(run, verbose);
      printNotices(say`${lines}${linesOf(renderRules(byRule))}`);
    }
    const annotated =
      news && !hasNews ? told.length : annotateFailures(told, ({ code }) => meanings[code], summary.out);
    if (told.length > annotated) printNotices(renderFailures(told.slice(annotated), settings.out, verbose));
    if (!dryRun) summariseStep(() => summaryOfRun(summary, told));
    const synced = dryRun ? undefined : await syncAfter({ ...given.flags, rebuild, shard }, loaded);
    // A destination that is down says more than documents that fail each night.
    const error = synced?.error ?? (told.length > 0 ? toldFailures(told) : undefined);
    return {
      result: { ...summary, failures, newFailures, knownFailures, settledFailures, ...synced?.result },
      ...(error && { error }),
    };
  } catch (error) {
    notes.failed(error);
    held.print();
    if (error instanceof ServiceError && counts.chunksEmbedded > 0) {
      const longer = settings.waitForServer > 0 ? say`` : say`, and --wait-for-server 10m waits for a server`;
      const kept = plural(counts.chunksEmbedded, 'embedded chunk');
      progress.line(say`${kept} kept: the next run goes on from there${longer}.`);
      held.print();
    }
    throw error;
  } finally {
    progress.stop();
  }
}

/** Whether documents changed: the output's files are also written after `embed forget`, which told of it itself. */
function isNews({ changed, documents, chunks, moved, unfinished }: IngestSummary): boolean {
  const changes = documents.new + documents.changed + documents.removed + moved.length;
  // A document that fails each night is read again each night.
  const isRemade = changed && (documents.reread > 0 || chunks.total === 0);
  return changes > 0 || isRemade || unfinished !== undefined;
}

function toldFailures(failures: readonly Failure[]): ToldError {
  const message = `Finished with ${plural(failures.length, 'failure')}, which the result lists.`;
  return codedError('EMBED_SOME_FAILED', message);
}

function changeLine(change: DocumentChange, source: string, from: string | undefined): Printable {
  const words = { new: 'new', changed: 'changed', reread: 'read again', moved: 'moved', removed: 'removed' };
  const before = from === undefined ? say`` : say`${printable(from)} → `;
  return say`${printable(words[change].padEnd(10))} ${before}${printable(source)}`;
}

function leftOut(source: string, why: Printable): Printable {
  return say`left out   ${printable(source)}: ${why}`;
}

/** Rules that are counted in the summary. */
const maxRules = 8;

/** How much each rule of the user leaves out, the most first. */
function renderRules(byRule: ReadonlyMap<Printable, number>): Printable[] {
  if (byRule.size === 0) return [];
  const rules = [...byRule].sort(([, a], [, b]) => b - a);
  const shown = rules.slice(0, maxRules).map(([rule, count]) => say`${whole(count)} ${rule}`);
  const more = rules.length > maxRules ? [say`and ${whole(rules.length - maxRules)} more rules`] : [];
  return [say`  by rule    ${joined([...shown, ...more], say`, `)}`];
}
