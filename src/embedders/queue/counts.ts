// How much a queue holds, for people and for metrics.
import type { Redis } from 'ioredis';
import { isId, type QueueKeys } from './names.js';

export interface QueueCounts {
  /** Batches that no worker has taken. */
  waiting: number;
  /** Batches that workers have taken. */
  active: number;
  /** Batches that BullMQ gave up; none of ours should be. */
  failed: number;
  /** How long the oldest of those that wait has waited, in ms; undefined when none waits. */
  oldestMs: number | undefined;
}

export async function queueCounts(redis: Redis, keys: QueueKeys): Promise<QueueCounts> {
  const [plain, ranked, active, failed, first, firstRanked] = await Promise.all([
    redis.llen(keys.bull('wait')),
    redis.zcard(keys.bull('prioritized')),
    redis.llen(keys.bull('active')),
    redis.zcard(keys.bull('failed')),
    redis.lindex(keys.bull('wait'), -1),
    redis.zrange(keys.bull('prioritized'), 0, 0),
  ]);
  const oldest = [first, ...firstRanked].filter(isId);
  const added = await Promise.all(oldest.map((id) => redis.hget(keys.job(id), 'timestamp')));
  const times = added.map(Number).filter((at) => Number.isFinite(at) && at > 0);
  return {
    waiting: plain + ranked,
    active,
    failed,
    oldestMs: times.length === 0 ? undefined : Math.max(0, Date.now() - Math.min(...times)),
  };
}
