// Which sizes of chunks are refused: by a run that has its embedder, and by a dry run as far as they are known without one.
import { UsageError } from '../errors.js';

/**
 * @param most tokens of a chunk that the model takes; undefined when that isn't known
 * @param model for the message
 * @throws {UsageError} when a chunk is larger than the model takes, or more than half of it is repeated in the next
 */
export function refuseSizes(
  { size, overlap }: { size: number; overlap: number },
  most: number | undefined,
  model = 'the built-in embedder',
): void {
  if (most !== undefined && size > most) {
    throw new UsageError(`--chunk-size ${size} is more than ${model} takes: use ${most} tokens or fewer.`);
  }
  if (overlap * 2 > size) {
    throw new UsageError(`--chunk-overlap ${overlap} is more than half of the chunk size ${size}: use less.`);
  }
}
