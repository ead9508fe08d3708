// What a run left in an output's folder, or does there now: for commands that find no index, or tell of one.
import { join, resolve } from 'node:path';
import { NoIndexError } from '../errors.js';
import { namesIn } from '../output/files/disk-errors.js';
import { ownFileSize } from '../output/files/owned-file.js';
import { runFolder } from '../output/format/owned-names.js';
import { inspectLock } from '../output/lock/lock.js';
import { ownerInWords } from '../output/lock/lock-owner.js';
import { shardsIn } from '../output/shards/find-shards.js';
import { journalsOf } from '../output/write/journal.js';
import { goOnCommand, isRebuild } from '../state/go-on.js';
import { type BegunRun, type Pause, readRunNotes } from '../state/output-notes.js';
import { command } from '../text/plural.js';

/** A run that has not ended, or that left something to go on with. */
export interface RunState extends BegunRun {
  /**
   * - `running`: under way
   * - `interrupted`: stopped early, and the next run goes on from there
   * - `paused`: ended as it was told to, and the next run goes on from there
   */
  state: 'running' | 'interrupted' | 'paused';
  /** What ended one that is paused: its time window, or a bound of its files. */
  pausedBy?: Pause;
  /** How much of it is done, 0 to 1; absent when that isn't known here. */
  share?: number;
  /** Of a run under way: its process and host. */
  by?: string;
  /** Bytes of vectors that the next run has already. */
  keptBytes: number;
}

/** @param out the output's folder, absolute @returns undefined when no run is under way or was interrupted */
export async function runStateOf(out: string): Promise<RunState | undefined> {
  const lock = await inspectLock(out);
  const sizes = await Promise.all((await journalsOf(out)).map((name) => ownFileSize(join(out, name))));
  const keptBytes = sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const isRunning = lock?.held ?? false;
  const { pausedBy, ...begun } = readRunNotes(out);
  // One that was killed before it had embedded anything leaves its lock.
  const wasKilled = lock !== undefined && begun.share !== undefined;
  const hasLeft = keptBytes > 0 || wasKilled || (await namesIn(runFolder(out))).includes('commit');
  if (!isRunning && !hasLeft) return undefined;
  if (!isRunning) return { ...leftState(pausedBy), ...begun, keptBytes };
  const by = lock && !lock.owner.isUnreadable ? { by: ownerInWords(lock.owner) } : {};
  return { state: 'running', ...begun, ...by, keptBytes };
}

/**
 * A rebuild that left vectors to go on with, for a run that has the lock, or is about to take it: asks of the notes only where
 * there are some.
 * @param out the output's folder, absolute
 */
export async function rebuildLeftIn(out: string): Promise<RunState | undefined> {
  if ((await journalsOf(out)).length === 0) return undefined;
  const { pausedBy, ...begun } = readRunNotes(out);
  return isRebuild(begun) ? { ...leftState(pausedBy), ...begun, keptBytes: 0 } : undefined;
}

function leftState(pausedBy: Pause | undefined): Pick<RunState, 'state' | 'pausedBy'> {
  return pausedBy === undefined ? { state: 'interrupted' } : { state: 'paused', pausedBy };
}

/** `is under way (process 12 on host), 64 % done`, `was interrupted at 64 %`: what goes after "the first run". */
export function runInWords({ state, share, by, pausedBy }: RunState): string {
  const percent = share === undefined ? undefined : percentOf(share);
  if (pausedBy === 'limit') return 'took the first files alone, as --limit says';
  if (pausedBy) {
    return `was stopped by its time window (--max-time)${percent === undefined ? '' : ` at ${percent}`}`;
  }
  if (state === 'interrupted') return `was interrupted${percent === undefined ? '' : ` at ${percent}`}`;
  return `is under way${by === undefined ? '' : ` (${by})`}${percent === undefined ? '' : `, ${percent} done`}`;
}

/** `A run of this output was interrupted at 64 %`, `A rebuild of …`. */
export function runLeft(state: RunState): string {
  return `A ${isRebuild(state) ? 'rebuild' : 'run'} of this output ${runInWords(state)}`;
}

/** `38 %`: never 100, as something is left. @param share 0 to 1 */
export function percentOf(share: number): string {
  return `${Math.min(99, Math.floor(share * 100))} %`;
}

/** Why there is no index to read, with what to do. @param out as the settings name it */
export async function noIndex(out: string): Promise<NoIndexError> {
  const state = await runStateOf(resolve(out));
  const shards = await shardsIn(resolve(out));
  if (shards.length > 0) {
    return new NoIndexError(
      `There are ${shards.length} shards in ${out}, and no index of them all: run \`${command`embed merge ${out}`}\`, or name one with --out.`,
    );
  }
  if (state === undefined) {
    return new NoIndexError(
      `There is no index in ${out}: make one with \`embed ingest\`, or name it with --out.`,
    );
  }
  const words = `the first run ${runInWords(state)}; ${runAdvice(out, state, false)}`;
  return new NoIndexError(`There is no index in ${out} yet: ${words}.`);
}

/** What to do about it, without the full stop. @param out as the settings name it */
export function runAdvice(out: string, state: RunState, hasIndex: boolean): string {
  if (state.state === 'running') return 'wait until it has ended';
  return `\`${goOnCommand(out, state, hasIndex)}\` goes on from there`;
}
