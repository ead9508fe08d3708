// Which batch a worker takes first.
import { expect, test } from 'vitest';
import { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { redisAvailable } from '../helpers/redis.js';
import { ollama } from '../helpers/running.js';
import { startQueue, startWorker } from './queue.js';

test.runIf(redisAvailable)('texts of a higher priority overtake those of another sender', async () => {
  const server = await ollama();
  const { queue, redis } = await startQueue();
  await startWorker({ queue, ollamaUrl: [server.url], concurrency: '1' });
  const open = () => new BatchOrchestrator({ queue, cache: 'none', batchSize: 1, batchInterval: 0 }).start();
  const [bulk, urgent] = await Promise.all([open(), open()]);
  try {
    const before = server.batches().length;
    const answer = hold(server);
    const late = bulk.embed(['first', 'last'], { priority: 4 });
    await eventually(() => server.batches().length).toBe(before + 1);
    const soon = urgent.embed(['soon'], { priority: 0 });
    await eventually(async () => (await redis.llen('{embed-queue}:default:wait')) > 0).toBe(true);
    answer();
    expect(await soon).toEqual([server.vectorOf('soon')]);
    await late;
    expect(server.batches().slice(before)).toEqual([['first'], ['soon'], ['last']]);
  } finally {
    await Promise.all([bulk.stop(), urgent.stop()]);
  }
});
