// The names of a queue's keys in Redis, those of BullMQ and our own, and what a queue may be called.
import { UsageError } from '../../errors.js';

/** The start of all keys, for BullMQ. The braces keep a queue's keys in one place where keys are spread by hash tags. */
export const queuePrefix = '{embed-queue}';

const queueName = /^[\w.-]{1,64}$/;

/** Our own keys of one queue. */
export interface QueueKeys {
  /** A hash: the vector space of all its workers, and how they count tokens. The only key that stays. */
  space: string;
  /** A set: the ids of its workers. */
  workers: string;
  /** What one worker says of itself; gone when it says nothing any more. */
  worker(id: string): string;
  /** A set that holds something while a sender waits for a first worker: what starts workers looks at it. */
  wanted: string;
  /** There as long as the sender is. */
  sender(id: string): string;
  /** A list: the sender's jobs that were answered. */
  answered(sender: string): string;
  /** The answer to a job. */
  answer(job: string): string;
  /** BullMQ's own of a job. */
  job(id: string): string;
  /** BullMQ's own of the queue, such as `wait`. */
  bull(part: string): string;
}

/** @throws {UsageError} when a queue can't be called so */
export function queueKeys(name: string): QueueKeys {
  if (!queueName.test(name)) {
    throw new UsageError(
      `--queue-name takes letters, digits, dots, dashes and underscores, 64 at most, not ${JSON.stringify(name.slice(0, 80))}.`,
    );
  }
  const root = `${queuePrefix}:${name}:`;
  return {
    space: `${root}space`,
    workers: `${root}workers`,
    wanted: `${root}wanted`,
    worker: (id) => `${root}worker:${id}`,
    sender: (id) => `${root}sender:${id}`,
    answered: (sender) => `${root}answered:${sender}`,
    answer: (job) => `${root}answer:${job}`,
    job: (id) => root + id,
    bull: (part) => root + part,
  };
}

/** Ids of senders, workers and jobs: without a colon, which separates the parts of a key. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,80}$/.test(value);
}
