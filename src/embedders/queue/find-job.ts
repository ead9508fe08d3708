// What Redis knows of a batch whose answer is late.
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { debug } from '../../debug.js';
import type { QueueKeys } from './names.js';

/** A job may wait for so long, in ms, before it is looked for in the lists of the queue. */
const strayMs = 20_000;

/**
 * @param ageMs since the job was added
 * @returns the answer, which is taken out of Redis; or whether the job is there
 */
export async function findJob(
  { redis, queue, keys }: { redis: Redis; queue: Queue; keys: QueueKeys },
  id: string,
  ageMs: number,
): Promise<Buffer | 'there' | 'lost'> {
  // A worker stores its answer before it ends the job, so this order misses none.
  const [exists, answer] = await Promise.all([
    redis.exists(keys.job(id)),
    redis.getdelBuffer(keys.answer(id)),
  ]);
  if (answer) return answer;
  if (exists === 0) return 'lost';
  // In no list, no worker finds it: Redis has dropped a list, as one does whose memory is full and whose policy isn't noeviction.
  if (ageMs > strayMs && (await queue.getJobState(id)) === 'unknown') {
    debug.embedder?.(`job ${id} is in no list of the queue: removing it`);
    // It may have been ended at this moment: so the next look finds out whether there is an answer.
    await redis.del(keys.job(id));
  }
  return 'there';
}
