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
  /** Somebody paused it, by BullMQ: workers take nothing. */
  isPaused: boolean;
  /** How long the oldest of those that wait has waited, in ms; undefined when none waits. */
  oldestMs: number | undefined;
}

/** Jobs that no worker has taken: BullMQ keeps those with a priority apart. */
export async function waitingJobs(redis: Redis, keys: QueueKeys): Promise<number> {
  const [plain, paused, prioritized] = await Promise.all([
    redis.llen(keys.bull('wait')),
    redis.llen(keys.bull('paused')),
    redis.zcard(keys.bull('prioritized')),
  ]);
  return plain + paused + prioritized;
}

/** Whether somebody paused the queue, as bull-board can: then no worker is given a batch. */
export async function isPaused(redis: Redis, keys: QueueKeys): Promise<boolean> {
  return (await redis.hexists(keys.bull('meta'), 'paused')) > 0;
}

export async function queueCounts(redis: Redis, keys: QueueKeys): Promise<QueueCounts> {
  const [waiting, active, failed, paused, first, firstRanked] = await Promise.all([
    waitingJobs(redis, keys),
    redis.llen(keys.bull('active')),
    redis.zcard(keys.bull('failed')),
    isPaused(redis, keys),
    redis.lindex(keys.bull('wait'), -1),
    redis.zrange(keys.bull('prioritized'), 0, 0),
  ]);
  const oldest = [first, ...firstRanked].filter(isId);
  const added = await Promise.all(oldest.map((id) => redis.hget(keys.job(id), 'timestamp')));
  const times = added.map(Number).filter((at) => Number.isFinite(at) && at > 0);
  return {
    waiting,
    active,
    failed,
    isPaused: paused,
    oldestMs: times.length === 0 ? undefined : Math.max(0, Date.now() - Math.min(...times)),
  };
}
