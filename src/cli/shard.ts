// Which shard `--shard` means: `2/8` says it, `auto/8` and `auto` leave it to what started this process.
import { variable } from '../environment.js';
import { UsageError } from '../errors.js';
import { isShard, shardText } from '../output/shards/shard.js';
import type { Shard } from '../types/shard.js';

/**
 * @param typed as the flag was checked: `2/8`, `auto/8` or `auto`
 * @returns undefined where it wasn't typed: all documents
 * @throws {UsageError} when there is no such shard, or the variables don't say which
 */
export function shardOf(
  typed: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Shard | undefined {
  if (typed === undefined) return undefined;
  const [index, of] = typed.split('/');
  if (of === undefined) return slurmShard(environment);
  if (index !== 'auto') return existing({ index: Number(index), of: Number(of) }, `--shard ${typed}`);
  const name = 'JOB_COMPLETION_INDEX';
  const completion = countIn(name, environment, `--shard ${typed}`);
  return existing(
    { index: completion + 1, of: Number(of) },
    `${name}=${completion}, of 0 to ${Number(of) - 1}`,
  );
}

/** The task of an array job, which may count from any number, and in steps. */
function slurmShard(environment: NodeJS.ProcessEnv): Shard {
  const read = (name: string) => countIn(`SLURM_ARRAY_TASK_${name}`, environment, '--shard auto');
  const [id, min, of] = [read('ID'), read('MIN'), read('COUNT')];
  const step = Math.max(1, read('STEP'));
  const place = (id - min) / step;
  return existing({ index: place + 1, of }, `Slurm's task ${id} (from ${min} by ${step}, ${of} tasks)`);
}

function countIn(name: string, environment: NodeJS.ProcessEnv, flag: string): number {
  const text = variable(name, environment);
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
  const is = text === undefined ? 'not set' : 'no number';
  throw new UsageError(`${flag} needs ${name}, which is ${is}: name the part, such as --shard 2/8.`);
}

function existing(shard: Shard, what: string): Shard {
  if (isShard(shard)) return shard;
  const is = Number.isInteger(shard.index)
    ? `there is no shard ${shardText(shard)}`
    : 'that is between two shards';
  throw new UsageError(`${what}: ${is}; the first of 8 is 1/8, the last 8/8, and there are 10,000 at most.`);
}
