// Jobs that no worker can read, as a stranger may make them: their data isn't JSON, or larger than an answer of Redis may be.
// BullMQ gives such a one to a worker, whose library fails before the worker sees it, and again when it counts as lost.
import type { Redis } from 'ioredis';
import type { QueueKeys } from '../embedders/queue/names.js';

/** A job that can be read is answered after fewer losses, whatever is in it. */
const maxLosses = 6;

/** Removes a job that was lost too often. Told of each that was lost. */
export async function dropUnreadable(redis: Redis, keys: QueueKeys, id: string): Promise<void> {
  const losses = Number(await redis.hget(keys.job(id), 'stc'));
  if (!(losses >= maxLosses)) return;
  await redis
    .multi()
    .lrem(keys.bull('wait'), 0, id)
    .lrem(keys.bull('active'), 0, id)
    .zrem(keys.bull('prioritized'), id)
    .del(keys.job(id))
    .exec();
}
