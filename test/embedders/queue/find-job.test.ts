// A batch whose answer is late: it is answered, there, or lost; one that no worker can find any more is removed.
import { Queue } from 'bullmq';
import { expect, onTestFinished, test } from 'vitest';
import { findJob } from '../../../src/embedders/queue/find-job.js';
import { queueKeys, queuePrefix } from '../../../src/embedders/queue/names.js';
import { redisAvailable } from '../../helpers/redis.js';
import { startQueue } from '../../worker/queue.js';

const minute = 60_000;

test.runIf(redisAvailable)('a job in a list is there, one in none is lost at the next look', async () => {
  const { redis, server } = await startQueue();
  const connection = { host: '127.0.0.1', port: server.port, db: 3 };
  const queue = new Queue('default', { connection, prefix: queuePrefix });
  onTestFinished(() => queue.close());
  const keys = queueKeys('default');
  const find = (ageMs: number) => findJob({ redis, queue, keys }, 'a-1', ageMs);
  expect(await find(0)).toBe('lost');
  await queue.add('batch', {}, { jobId: 'a-1' });
  expect(await find(minute)).toBe('there');
  // Dropped by a Redis that is full.
  await redis.del(keys.bull('wait'));
  expect(await find(0)).toBe('there');
  expect(await find(minute)).toBe('there');
  expect(await find(minute)).toBe('lost');
  await redis.set(keys.answer('a-1'), 'bytes');
  expect(await find(minute)).toEqual(Buffer.from('bytes'));
  expect(await find(minute)).toBe('lost');
});
