// src/commands: what the subcommands do, one function each, called by the command line, the library and the tests.
//
// In: options, with checked settings. Out: a result, or an error of src/errors.ts. Functions in the options are told of
// progress and notices.
// What must hold: no flags, nothing printed, no exit code; these are in src/cli/commands, a file of the same name for
// each. The work itself is in the layers below; a command joins them.
// Here: `embed ingest`, which takes the lock, repairs what a killed run left, and runs. Look first at
// src/ingest/run.ts.

import { debug } from '../debug.js';
import { eventsFor } from '../events.js';
import type { RunOptions, RunResult } from '../ingest/options.js';
import { Run } from '../ingest/run.js';
import { acquireLock, type Lock } from '../output/lock/lock.js';
import { seedShard } from '../output/shards/seed.js';
import { recover } from '../output/write/recover.js';
import { goOnCommand } from '../state/go-on.js';
import { rebuildLeftIn, runLeft, runStateOf } from './run-state.js';

/** What {@link ingest} is told. */
export interface IngestOptions extends RunOptions {
  /** Wait while another run holds the output's lock, instead of throwing a {@link LockedError}. @default false */
  wait?: boolean | undefined;
  /** Only count what would be done: writes nothing, and contacts no server. @default false */
  dryRun?: boolean | undefined;
}

/**
 * Brings the output up to date with what `paths` hold. What a run that ends with an error had embedded is kept for
 * the next one; the output stays as it was.
 * @returns what was done, and what failed: a document that can't be read or embedded ends no run
 * @throws {UsageError} paths that don't exist, nothing to read, more than half of the documents gone
 * @throws {LockedError} another run works on the output
 * @throws {ServiceError} a service asked for by name can't be reached, or the server died on the way
 * @throws {WrongVectorsError} servers give vectors that can't be right
 * @throws {VectorSpaceError} the embedder gives other vectors than those of the output
 * @throws {DamagedOutputError} the output's files contradict each other
 * @throws {NewerOutputError} a newer version made the output
 * @throws {OutputError} the output can't be written, or its folder is one of other things
 * @throws the signal's reason
 */
export async function ingest(options: IngestOptions): Promise<RunResult> {
  return await ingestUnder(undefined, options);
}

/**
 * The same for a caller that took the output's lock to see what is there.
 * @param lock released at the end, however that is; taken here where there is none
 */
export async function ingestUnder(lock: Lock | undefined, options: IngestOptions): Promise<RunResult> {
  let held = lock;
  try {
    const run = await Run.prepare(options);
    if (options.dryRun) {
      const result = await run.plan();
      const state = await runStateOf(run.out);
      if (state) eventsFor(options.events).notice(`${runLeft(state)}.`, 'run-left');
      return result;
    }
    held ??= await acquireLock(run.out, {
      wait: options.wait ?? false,
      signal: options.signal,
      events: eventsFor(options.events),
    });
    debug.output?.(`locked ${run.out}`);
    const ended = await recover(run.out, undefined, options.signal);
    if (ended) debug.output?.('ended the commit that another run had begun');
    const { shard, rebuild } = options;
    const left = rebuild || ended ? undefined : await rebuildLeftIn(run.out);
    if (left) {
      eventsFor(options.events).notice(
        `${runLeft(left)}, and this run gives it up: what it embedded stays in the cache alone. ` +
          `To rebuild: ${goOnCommand(options.settings.out, left, true)}`,
        'rebuild-given-up',
      );
    }
    if (shard !== undefined && !rebuild) {
      const seeded = await seedShard(run.whole, run.out, { shard, lock: held, signal: options.signal });
      if (seeded) debug.output?.(`begun with its part of ${run.whole}`);
    }
    const { mustRemove, ...result } = await run.update(held);
    return mustRemove ? await removing(result, options, held) : result;
  } finally {
    await held?.release();
    debug.output?.('unlocked');
  }
}

/**
 * A run with a time window removes nothing, as it doesn't know whether it comes to the end. When it did, this is what
 * there is left to do, and no text is embedded for it.
 */
async function removing(done: RunResult, options: IngestOptions, lock: Lock): Promise<RunResult> {
  const { until: _, counts: __, paths, ...rest } = options;
  // Standard input was read, and its documents never count as gone.
  const files = paths?.filter((path) => path !== '-');
  if (paths !== undefined && paths.length > 0 && files?.length === 0) return done;
  const run = await Run.prepare({ ...rest, paths: files });
  const { summary } = await run.update(lock);
  const { documents, chunks } = done.summary;
  const { removed, leftOut } = summary.documents;
  return {
    ...done,
    summary: {
      ...done.summary,
      changed: done.summary.changed || summary.changed,
      documents: { ...documents, unchanged: documents.unchanged - removed, removed, leftOut },
      chunks: { ...chunks, total: summary.chunks.total },
      pruned: summary.pruned,
      moved: summary.moved,
      seconds: done.summary.seconds + summary.seconds,
    },
  };
}
