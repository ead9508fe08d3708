// Finds the folders of an output's shards, and says which are missing or unfinished.
import { lstat, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LockedError, OutputError, UsageError } from '../../errors.js';
import { printable } from '../../text/printable.js';
import type { Shard } from '../../types/shard.js';
import { errorCode, namesIn } from '../files/disk-errors.js';
import { exists } from '../files/owned-file.js';
import { isOwned, manifestName, markName, runFolder } from '../format/owned-names.js';
import { inspectLock } from '../lock/lock.js';
import { type Output, openOutput } from '../read/output.js';
import { parseRecord, readRecordText } from '../write/commit.js';
import { sameShard, shardFolder, shardNamed, shardText } from './shard.js';

export interface FoundShard {
  /** Its folder, absolute. */
  dir: string;
  shard: Shard;
}

/** Shards that are named in one sentence. */
const maxNamed = 5;

/**
 * The shards in these folders, in their order: all of one output.
 * @param dirs folders of whole outputs, or of shards
 * @throws {UsageError} when there are none, when one is missing or there twice, or they are of several numbers
 */
export async function findShards(dirs: readonly string[]): Promise<FoundShard[]> {
  const found = (await Promise.all(dirs.map((dir) => namedBy(resolve(dir))))).flat();
  const places = new Map(found.map((one) => [one.dir, one]));
  const numbers = [...new Set(found.map(({ shard }) => shard.of))].sort((a, b) => a - b);
  const where = dirs
    .map((dir) => printable(dir, 200))
    .slice(0, maxNamed)
    .join(', ');
  const [of] = numbers;
  if (of === undefined) {
    throw new UsageError(
      `There are no shards in ${where}: make them with \`embed ingest --shard 1/8\` and so on.`,
    );
  }
  if (numbers.length > 1) {
    throw new UsageError(
      `There are shards of ${numbers.join(' and of ')} in ${where}: name those to take, ` +
        `such as ${printable(dirs[0]!, 200)}/shard-*-of-${of}, or remove the others.`,
    );
  }
  const byIndex = new Map<number, FoundShard>();
  for (const one of places.values()) {
    const twin = byIndex.get(one.shard.index);
    if (twin)
      throw new UsageError(
        `Shard ${shardText(one.shard)} is there twice, in ${twin.dir} and ${one.dir}: name one of them.`,
      );
    byIndex.set(one.shard.index, one);
  }
  const all = Array.from({ length: of }, (_, place) => ({ index: place + 1, of }));
  refuse(
    'missing',
    where,
    all.filter(({ index }) => !byIndex.has(index)),
  );
  return all.map(({ index }) => byIndex.get(index)!);
}

/** A shard, or all that are in a folder. */
async function namedBy(dir: string): Promise<FoundShard[]> {
  const shard = shardNamed(basename(dir));
  if (shard !== undefined) return [{ dir, shard }];
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (cause) {
    throw new UsageError(`${dir} can't be read (${errorCode(cause)}): name a folder that holds shards.`, {
      cause,
    });
  }
  const inside = names.flatMap((name) => shardNamed(name) ?? []);
  const found = inside.map((one) => ({ dir: shardFolder(dir, one), shard: one }));
  await Promise.all(found.map((one) => refuseLinkedShard(one.dir)));
  return found;
}

/**
 * The folder of a shard is known by its name alone, so it lies where its name says: a link there, which may have come with
 * a copied output, would lead a run out of the output.
 * @param dir may be missing
 * @throws {OutputError} when it is a link
 */
export async function refuseLinkedShard(dir: string): Promise<void> {
  const found = await lstat(dir).catch(() => undefined);
  if (found?.isSymbolicLink()) {
    throw new OutputError(
      `${dir} is a link, and a shard is a folder in its output: remove the link, or name its folder.`,
    );
  }
}

/**
 * The outputs in a folder: the one that it holds; or, without one, those of its shards, in their order.
 * @param dir as it was named; those of shards begin with it
 */
export async function outputsIn(dir: string): Promise<string[]> {
  const shards = await shardsIn(dir);
  return shards.length === 0 || (await exists(join(dir, manifestName))) ? [dir] : shards;
}

/**
 * The folders of all shards in a folder, whatever their number, in their order.
 * @throws {OutputError} when one is a link
 */
export async function shardsIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((): string[] => []);
  const shards = names.flatMap((name) => shardNamed(name) ?? []);
  const inOrder = shards.sort((a, b) => a.of - b.of || a.index - b.index);
  const folders = inOrder.map((shard) => shardFolder(dir, shard));
  await Promise.all(folders.map(refuseLinkedShard));
  return folders;
}

/**
 * The outputs that stand for all documents of a folder: the one that it holds; or, without one, all of its shards.
 * @throws {UsageError} when a shard is missing, or they are of several numbers
 */
export async function wholeOrShards(dir: string): Promise<string[]> {
  const inside = await outputsIn(dir);
  return inside[0] === dir ? inside : (await findShards([dir])).map((found) => found.dir);
}

/**
 * Opens all of them. The caller closes them.
 * @throws {UsageError} when one is unfinished, or isn't the shard that its folder's name says
 * @throws {LockedError} when a run works on one
 */
export async function openShards(
  shards: readonly FoundShard[],
  where: string,
  signal?: AbortSignal,
): Promise<Output[]> {
  const opened: Output[] = [];
  try {
    const unfinished: Shard[] = [];
    for (const { dir, shard } of shards) {
      const output = await openOutput(dir, signal && { signal });
      if (output !== undefined) opened.push(output);
      const isHeld = (await inspectLock(dir))?.held ?? false;
      if (output !== undefined && isHeld) {
        throw new LockedError(
          `Shard ${shardText(shard)} in ${dir} is in use by another run: wait for it to end, or use --wait.`,
        );
      }
      if (output === undefined || !(await isFinished(dir))) unfinished.push(shard);
    }
    refuse('not finished', where, unfinished);
    for (const [place, { manifest, dir }] of opened.entries()) {
      if (sameShard(manifest.shard, shards[place]!.shard)) continue;
      const is = manifest.shard === undefined ? 'an output of its own' : `shard ${shardText(manifest.shard)}`;
      throw new UsageError(`${dir} holds ${is}: its folder was renamed or copied, so make that shard again.`);
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map((output) => output.close()));
    throw error;
  }
}

/**
 * A run that was ended before its commit leaves something: its lock, what it staged, or vectors in a journal. One that was
 * ended in the commit leaves a record, by which the new output is read.
 */
async function isFinished(dir: string): Promise<boolean> {
  if (parseRecord(await readRecordText(dir)) !== undefined) return true;
  return (await namesIn(runFolder(dir))).every((name) => name === markName || !isOwned('run', name));
}

function refuse(what: 'missing' | 'not finished', where: string, shards: readonly Shard[]): void {
  const [first] = shards;
  if (first === undefined) return;
  const named = shards.slice(0, maxNamed).map(shardText).join(', ');
  const more = shards.length > maxNamed ? ` and ${shards.length - maxNamed} more` : '';
  const subject = shards.length === 1 ? `Shard ${named} is` : `Shards ${named}${more} are`;
  throw new UsageError(
    `${subject} ${what} in ${where}: run \`embed ingest\` with --shard ${shardText(first)}${shards.length > 1 ? ' and so on' : ''}, then merge again.`,
  );
}
