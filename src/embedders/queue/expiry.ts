// When a queue's keys go of themselves. A sender or worker that is killed takes nothing along, and perhaps nobody comes
// after it: so BullMQ's keys expire, too, and whoever lives puts that off.
import type { Redis } from 'ioredis';
import type { QueueKeys } from './names.js';

/** A job of which its sender doesn't say any more that it waits for it is gone after this time, in ms. */
const jobMs = 300_000;
/** What BullMQ keeps of a queue without senders and workers is gone after this time, in ms. */
const queueMs = 3_600_000;

/** BullMQ's keys that hold ids of jobs, and those that are there without any. */
const holding = ['wait', 'prioritized', 'active', 'paused', 'delayed'];
const always = ['meta', 'events', 'marker', 'stalled', 'pc', 'id'];
/** It has a time of its own: while it is there, no worker looks for the jobs of those that died. */
const ownTime = 'stalled-check';

/** Keys: jobs, and others of the queue. Arguments: how many are jobs, the time of these, the time of the others. */
const keep = `
for at, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, at <= tonumber(ARGV[1]) and ARGV[2] or ARGV[3])
end`;

/** Keys: those that hold ids, and all others. Argument: how many are of the first kind. */
const removeEmpty = `
for at = 1, ARGV[1] do
  if redis.call('EXISTS', KEYS[at]) == 1 then return 0 end
end
return redis.call('DEL', unpack(KEYS, ARGV[1] + 1))`;

/** Keeps what BullMQ holds of the queue. A part of each sign of life. */
export async function keepQueue(redis: Redis, keys: QueueKeys): Promise<void> {
  const parts = [...holding, ...always].map(keys.bull);
  await redis.eval(keep, parts.length, ...parts, 0, jobMs, queueMs);
}

/** Keeps jobs that their sender waits for, and the lists in which they may be the first. */
export async function keepJobs(redis: Redis, keys: QueueKeys, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const kept = [...ids.map(keys.job), keys.bull('wait'), keys.bull('prioritized')];
  await redis.eval(keep, kept.length, ...kept, ids.length, jobMs, queueMs);
}

/** Removes what BullMQ keeps of a queue that holds no job. */
export async function removeEmptyQueue(redis: Redis, keys: QueueKeys): Promise<void> {
  const parts = [...holding, ...always, ownTime].map(keys.bull);
  await redis.eval(removeEmpty, parts.length, ...parts, holding.length);
}
