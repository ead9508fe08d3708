// What a run is told, checked before anything is locked: its folder, what it reads, and standard input.
import { basename, dirname, resolve } from 'node:path';
import { debug } from '../debug.js';
import { UsageError } from '../errors.js';
import { refuseOtherFolder } from '../output/files/new-output-folder.js';
import { refuseLinkedShard } from '../output/shards/find-shards.js';
import { isShard, shardFolder, shardNamed, shardText } from '../output/shards/shard.js';
import type { RunOptions } from './options.js';
import { type NamedRoots, namedRoots } from './survey/named-roots.js';
import { readStandardInput, refuseOtherThanRecords, stdinRoot } from './survey/standard-input.js';

export interface Prepared {
  /** The folder of the whole output, absolute. */
  whole: string;
  named: NamedRoots;
  /** What the path `-` gave. */
  stdin: Buffer | undefined;
}

/**
 * @throws {UsageError} when a path doesn't exist, or standard input is empty
 * @throws {OutputError} when the output's folder holds other files
 */
export async function prepare(options: RunOptions): Promise<Prepared> {
  const { paths = [], choose = [], settings, stdin, shard, cwd = process.cwd() } = options;
  if (options.rebuild && options.limit !== undefined) {
    throw new UsageError(
      '--rebuild with --limit would drop the documents beyond the limit: use only one of them.',
    );
  }
  if (shard !== undefined && !isShard(shard)) {
    throw new UsageError(`There is no shard ${shardText(shard)}: the first of 8 is 1/8, the last 8/8.`);
  }
  const out = resolve(cwd, settings.out);
  const folderOf = shardNamed(basename(out));
  if (folderOf !== undefined) {
    throw new UsageError(
      `${out} is the folder of a shard: use --out ${dirname(out)} --shard ${shardText(folderOf)}, or name another folder.`,
    );
  }
  debug.run?.(`from ${cwd} into ${out}, of ${paths.join(' ') || 'the sources'}`);
  await refuseOtherFolder(out);
  if (shard !== undefined) {
    const dir = shardFolder(out, shard);
    await refuseLinkedShard(dir);
    await refuseOtherFolder(dir);
  }
  const named = await namedRoots({ paths, choose, settings, cwd, base: dirname(out) });
  const input =
    paths.includes(stdinRoot) && stdin ? await readStandardInput(stdin, options.signal) : undefined;
  if (input?.length === 0) {
    throw new UsageError('Standard input is empty: pipe JSON Lines into it, one {"id","text"} a line.');
  }
  if (input !== undefined) refuseOtherThanRecords(input);
  return { whole: out, named, stdin: input };
}
