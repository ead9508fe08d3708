// A sender's look at its queue: it says that it lives, and learns who works and what waits.
import type { Redis } from 'ioredis';
import { isPaused, waitingJobs } from './counts.js';
import { keepQueue } from './expiry.js';
import type { QueueKeys } from './names.js';
import { liveWorkers, type WorkerState } from './presence.js';
import { publishedId } from './published-space.js';

/** A sender that gives no sign of life for so long counts as gone, ms: workers drop its jobs. */
export const goneMs = 15_000;

/** So long a worker is wanted after a sender has looked for one in vain, in ms. */
const wantedMs = 60_000;

/** Events that BullMQ keeps in Redis, up to the next hundred: nothing here reads them. */
const maxEvents = 1;

/** The name of a queue when none is given. */
const defaultName = 'default';

/** What a queue holds, at the last look. */
export interface QueueState {
  workers: readonly WorkerState[];
  /** Jobs that no worker has taken. */
  waiting: number;
  /** Somebody paused it: workers take nothing. */
  isPaused: boolean;
}

/** @returns what the queue holds, and the id of the space that it has now */
export async function lookAtQueue(
  redis: Redis,
  keys: QueueKeys,
  sender: string,
): Promise<QueueState & { space: string | undefined }> {
  const [waiting, paused, workers, space] = await Promise.all([
    waitingJobs(redis, keys),
    isPaused(redis, keys),
    liveWorkers(redis, keys),
    publishedId(redis, keys),
    redis.set(keys.sender(sender), '1', 'PX', goneMs),
    redis.pexpire(keys.answered(sender), goneMs),
    boundEvents(redis, keys),
    keepQueue(redis, keys),
  ]);
  return { workers, waiting, isPaused: paused, space };
}

/** Has BullMQ keep few events: of a queue that doesn't say so it keeps 10,000. */
export async function boundEvents(redis: Redis, keys: QueueKeys): Promise<void> {
  await redis.hset(keys.bull('meta'), 'opts.maxLenEvents', maxEvents);
}

/** Says that a worker is wanted, to what starts some by the length of lists: no batch waits yet. */
export async function wantWorkers(redis: Redis, keys: QueueKeys): Promise<void> {
  await redis.pipeline().sadd(keys.wanted, 'sender').pexpire(keys.wanted, wantedMs).exec();
}

/** Why nobody works, as a sentence. */
export function nobodyWorks(workers: readonly WorkerState[], where: string, name: string): string {
  const resting = workers.find(({ rests }) => rests !== '');
  if (resting) return `All workers of ${where} rest; ${resting.name}: ${resting.rests}`;
  const named = name === defaultName ? '' : ` --queue-name ${name}`;
  return `${where} has no worker: start some with "embed worker --queue …${named}".`;
}
