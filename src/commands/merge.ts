// `embed merge` without its flags: makes one output of its shards.
import { basename, dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compareSpaces } from '../embedders/guard/compare-spaces.js';
import { DamagedOutputError, UsageError, VectorSpaceError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { refuseOtherFolder } from '../output/files/new-output-folder.js';
import { acquireLock } from '../output/lock/lock.js';
import { type Output, openOutput } from '../output/read/output.js';
import { type FoundShard, findShards, openShards } from '../output/shards/find-shards.js';
import { mergeShards } from '../output/shards/merge.js';
import { shardIndex, shardNamed, shardText } from '../output/shards/shard.js';
import { recover } from '../output/write/recover.js';
import { plural, whole } from '../text/plural.js';

/** What {@link merge} is told. */
export interface MergeOptions {
  /** Folders that hold the shards, as `out` of their runs named them; or the folders of the shards. */
  dirs: readonly string[];
  /** Folder of the merged output. @default the one of `dirs` */
  out?: string | undefined;
  /** Wait for runs that work on a shard or on the output, instead of throwing. @default false */
  wait?: boolean | undefined;
  /** Let more than half of the documents go that the output has now. @default false */
  allowRemovals?: boolean | undefined;
  /** Relative paths start here. @default process.cwd() */
  cwd?: string | undefined;
  /** Ends the merge; the output stays as it was. @default never */
  signal?: AbortSignal | undefined;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<RunEvents> | undefined;
}

/** A shard that was merged. */
export interface MergedShard {
  /** Its folder. */
  dir: string;
  /** 1 to `of`. */
  index: number;
  /** How many shards there are. */
  of: number;
  /** Documents in it. */
  documents: number;
  /** Rows in it. */
  rows: number;
}

/** What {@link merge} did. */
export interface MergeResult {
  /** Folder of the merged output. */
  out: string;
  /** False when it already had exactly these bytes. */
  changed: boolean;
  /** Documents of the merged output. */
  documents: number;
  /** Its rows. */
  rows: number;
  /** Documents and chunks that the runs of the shards could not embed; `failures.jsonl` lists them. */
  failures: number;
  /** In their order. */
  shards: MergedShard[];
}

/**
 * Makes one output of all its shards, with the bytes that a run without shards would have left. Rows are copied as a
 * stream; no document is read, and no embedder contacted.
 * @returns what the output holds now
 * @throws {UsageError} a shard is missing or not finished, or they don't fit together, or too many documents would go
 * @throws {LockedError} another run works on a shard, or on the output
 * @throws {VectorSpaceError} shards are of different vector spaces
 * @throws {DamagedOutputError} a shard's files contradict each other
 * @throws {NewerOutputError} a newer version made a shard
 * @throws {OutputError} the output can't be written
 * @throws the signal's reason
 */
export async function merge(options: MergeOptions): Promise<MergeResult> {
  const { cwd = process.cwd(), signal, wait = false } = options;
  const events = eventsFor(options.events);
  const dirs = options.dirs.map((dir) => resolve(cwd, dir));
  const out = targetOf(options, dirs, cwd);
  const found = await findShards(dirs);
  await refuseOtherFolder(out);
  if (wait) for (const { dir } of found) await (await acquireLock(dir, { wait, signal, events })).release();
  const shards = await openShards(found, options.dirs.join(', '), signal);
  try {
    for (const shard of shards) refuseUnlike(shards[0]!, shard);
    const lock = await acquireLock(out, { wait, signal, events });
    try {
      await recover(out, undefined, signal);
      const present = await openPresent(out, signal);
      try {
        if (!options.allowRemovals) guardRemovals(present, shards);
        const { changed, documents, rows, failures } = await mergeShards(shards, {
          dir: out,
          lock,
          present,
          signal,
        });
        return {
          out,
          changed,
          documents,
          rows,
          failures,
          shards: found.map((one, place) => told(one, shards[place]!)),
        };
      } finally {
        await present?.close();
      }
    } finally {
      await lock.release();
    }
  } finally {
    await Promise.all(shards.map((shard) => shard.close()));
  }
}

/** @throws {UsageError} when it isn't said, or is a shard's folder */
function targetOf({ out }: MergeOptions, dirs: readonly string[], cwd: string): string {
  const wholes = [...new Set(dirs.map((dir) => (shardNamed(basename(dir)) ? dirname(dir) : dir)))];
  if (out === undefined && wholes.length !== 1) {
    throw new UsageError('The shards are in several folders: name the one of the merged output with --out.');
  }
  const target = out === undefined ? wholes[0]! : resolve(cwd, out);
  if (shardNamed(basename(target))) {
    throw new UsageError(
      `${target} is the folder of a shard: name another one for the merged output with --out.`,
    );
  }
  return target;
}

/** A damaged output is replaced: all of the new one comes from the shards. */
async function openPresent(out: string, signal: AbortSignal | undefined): Promise<Output | undefined> {
  try {
    return await openOutput(out, { sums: false, ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof DamagedOutputError) return undefined;
    throw error;
  }
}

/**
 * Documents that have another name now are not lost.
 * @throws {UsageError} when the output has many documents that no shard has: it may be another one
 */
function guardRemovals(present: Output | undefined, shards: readonly Output[]): void {
  const all = present?.documents().length ?? 0;
  const isMissing = ({ source }: { source: string }) =>
    shards[shardIndex(source, shards.length) - 1]!.document(source) === undefined;
  const missing = present?.documents().filter(isMissing) ?? [];
  if (missing.length * 2 <= all) return;
  const arrived = new Map<string, number>();
  for (const { source, hash } of shards.flatMap((shard) => shard.documents())) {
    if (!present!.document(source)) arrived.set(hash, (arrived.get(hash) ?? 0) + 1);
  }
  let lost = 0;
  for (const { hash } of missing) {
    const same = arrived.get(hash) ?? 0;
    if (same > 0) arrived.set(hash, same - 1);
    else lost++;
  }
  if (lost * 2 <= all) return;
  throw new UsageError(
    `${whole(lost)} of ${plural(all, 'document')} in ${present!.dir} are in no shard, and would go; nothing was written: ` +
      'check --out, or use --allow-removals if that is right.',
  );
}

/** All shards must be made in the same way. */
function refuseUnlike({ manifest: a }: Output, { manifest: b }: Output): void {
  const both = `Shards ${shardText(a.shard!)} and ${shardText(b.shard!)}`;
  const comparison = compareSpaces(a.space, b.space);
  if (!comparison.same) {
    throw new VectorSpaceError(
      `${both} are of different vector spaces (${comparison.reason}): make one of them again with --rebuild.`,
    );
  }
  const unlike =
    (!isDeepStrictEqual(a.chunking, b.chunking) && 'were chunked differently') ||
    (!isDeepStrictEqual(a.readers, b.readers) && 'were made by different versions') ||
    (a.formats.join() !== b.formats.join() && 'have different formats') ||
    (a.dtype !== b.dtype && `have vectors of ${a.dtype} and ${b.dtype}`);
  if (unlike) {
    throw new UsageError(`${both} ${unlike}: run the older one again, with the same version and settings.`);
  }
}

function told({ dir, shard }: FoundShard, output: Output): MergedShard {
  return { dir, ...shard, documents: output.documents().length, rows: output.rows };
}
