// Begins a shard with its part of the whole output, so that nothing of it is read or embedded again.
import type { Shard } from '../../types/shard.js';
import type { Lock } from '../lock/lock.js';
import { openOutput } from '../read/output.js';
import { openWriter } from '../write/writer.js';
import { countRecords } from './records.js';
import { isInShard } from './shard.js';

/**
 * @param whole the folder of the whole output
 * @param dir the folder of the shard
 * @returns false when there is no whole output, or the shard has one already
 * @throws {DamagedOutputError} when its rows aren't what was written
 * @throws the signal's reason
 */
export async function seedShard(
  whole: string,
  dir: string,
  { shard, lock, signal }: { shard: Shard; lock: Lock; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const own = await openOutput(dir, { sums: false });
  await own?.close();
  if (own !== undefined) return false;
  const output = await openOutput(whole, signal && { signal });
  if (output === undefined || output.manifest.shard !== undefined) return false;
  try {
    const { space, chunking, readers, formats, dtype, roots, judged } = output.manifest;
    const writer = await openWriter(dir, { space, chunking, readers, formats, dtype, roots, shard, lock });
    try {
      const documents = output.documents().filter(({ source }) => isInShard(source, shard));
      for (const document of documents) {
        signal?.throwIfAborted();
        const { source, outdated = false } = document;
        await writer.copy(output, document, { recordOf: output.recordFileOf(source), outdated });
      }
      for (const { besides: _, ...file } of countRecords(output, documents)) writer.recordFile(file);
      for (const failure of await output.failures()) {
        if (isInShard(failure.source, shard)) writer.fail(failure);
      }
      await writer.commit({ judged, keepJournal: true });
      return true;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  } finally {
    await output.close();
  }
}
