// What is said of an output that is damaged, or of a newer version.
import { basename, dirname, join } from 'node:path';
import { DamagedOutputError, NewerOutputError } from '../../errors.js';
import { command } from '../../text/plural.js';
import { shardNamed, shardText } from '../shards/shard.js';

export function damaged(path: string, detail: string, cause?: unknown): DamagedOutputError {
  return new DamagedOutputError(
    `${path} is damaged (${detail}): restore the output from a copy, or build it again with ` +
      `\`${rebuildCommand(dirname(path))}\`, which takes known vectors from the cache.`,
    cause === undefined ? undefined : { cause },
  );
}

/** The command that makes an output, or a shard, again. */
export function rebuildCommand(dir: string): string {
  const shard = shardNamed(basename(dir));
  return shard === undefined
    ? command`embed ingest <the same paths> --out ${dir} --rebuild`
    : command`embed ingest <the same paths> --out ${dirname(dir)} --shard ${shardText(shard)} --rebuild`;
}

export function wrongSum(dir: string, name: string): DamagedOutputError {
  return damaged(join(dir, name), "its SHA-256 is not the manifest's");
}

/** @param known the highest format that this version reads */
export function newer(what: string, format: number, known: number): NewerOutputError {
  return new NewerOutputError(
    `${what} was made by a newer embed (format ${format}, this version reads ${known}): update it, or choose another folder with --out.`,
  );
}
