// A worker joins its queue, says that it is there, and leaves.
import type { Redis } from 'ioredis';
import { keepQueue, removeEmptyQueue } from '../embedders/queue/expiry.js';
import { boundEvents } from '../embedders/queue/look.js';
import type { QueueKeys } from '../embedders/queue/names.js';
import { hideWorker, liveWorkers, showWorker, type WorkerState } from '../embedders/queue/presence.js';
import {
  differenceOf,
  type PublishedSpace,
  publishedId,
  publishSpace,
  readSpace,
} from '../embedders/queue/published-space.js';
import { VectorSpaceError } from '../errors.js';

export interface JoinOptions {
  redis: Redis;
  keys: QueueKeys;
  own: PublishedSpace;
  /** The queue, for messages. */
  where: string;
  /** Publish another space than the queue has, while no other worker is there. */
  rebuild: boolean;
}

/**
 * Publishes its vector space where it is the first.
 * @returns that of the queue: the first worker's, to the byte, so that its id is the same for all
 * @throws {VectorSpaceError} when the queue has another one
 */
export async function join(options: JoinOptions): Promise<PublishedSpace> {
  const { redis, keys, own, where, rebuild } = options;
  await publishSpace(redis, keys, own);
  const known = await readSpace(redis, keys);
  const isRead = known !== undefined && known !== 'unknown';
  const difference = isRead ? differenceOf(known, own) : 'another version published it';
  if (isRead && difference === undefined) return known;
  const others = await liveWorkers(redis, keys);
  if (rebuild && others.length === 0) {
    await redis.del(keys.space);
    return await join({ ...options, rebuild: false });
  }
  const way = rebuild
    ? `end its ${others.length} workers first`
    : 'use what the other workers have, another queue with --queue-name, or --rebuild once they have ended';
  throw new VectorSpaceError(`The queue ${where} is of another vector space (${difference}): ${way}.`);
}

/** Says that it lives, and what the queue is: a Redis that restarted without persistence has forgotten that. */
export async function giveSign(
  redis: Redis,
  keys: QueueKeys,
  state: WorkerState,
  published: PublishedSpace,
): Promise<void> {
  await showWorker(redis, keys, state);
  await redis.del(keys.wanted);
  await boundEvents(redis, keys);
  await keepQueue(redis, keys);
  if ((await publishedId(redis, keys)) === undefined) await publishSpace(redis, keys, published);
}

/** The last one takes along what BullMQ keeps of an empty queue. */
export async function leave(redis: Redis, keys: QueueKeys, id: string): Promise<void> {
  await hideWorker(redis, keys, id);
  if ((await liveWorkers(redis, keys)).length === 0) await removeEmptyQueue(redis, keys);
}
