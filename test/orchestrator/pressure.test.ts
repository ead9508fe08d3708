// An orchestrator under pressure: floods of callers, stops that come early or late, caches that break.
import { expect, test } from 'vitest';
import { memoryCache } from '../../src/cache/memory/cache.js';
import { NotStartedError, QueueFullError, UnknownRequestError } from '../../src/errors.js';
import { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import type { VectorCache } from '../../src/types/cache.js';
import { vectorOf } from '../helpers/embedder.js';
import { eventually } from '../helpers/eventually.js';
import { gated, ollama, orchestrator, texts } from './orchestrators.js';

/** A cache in memory with another way to get or set. */
function cacheWith(changes: Partial<VectorCache>): VectorCache {
  const cache = memoryCache(2 ** 20);
  for (const [name, change] of Object.entries(changes)) Object.defineProperty(cache, name, { value: change });
  return cache;
}

test('who queues texts one after the other is held at the bound of the queue, too', async () => {
  const { embedder, close, releaseAll } = gated();
  const cache = memoryCache(2 ** 20);
  const made = await orchestrator({ maxQueueSize: 50, batchSize: 10, concurrency: 1 }, { embedder, cache });
  close();
  const ids: string[] = [];
  const flood = (async () => {
    for (const text of texts(500)) ids.push(await made.queueEmbeddingRequest(text));
  })();
  await eventually(() => made.getMetrics().queue_size).toBe(50);
  expect(ids.length).toBeLessThanOrEqual(60);
  releaseAll();
  await flood;
  const vectors = await Promise.all(ids.map((id) => made.getEmbeddingResult(id)));
  expect(vectors).toEqual(texts(500).map(vectorOf));
});

test('a text that finds the queue full is told so when it is queued', async () => {
  const { embedder, close } = gated();
  const made = await orchestrator({ maxQueueSize: 4, batchSize: 2, concurrency: 1 }, { embedder });
  close();
  const ids = await Promise.all(texts(6).map((text) => made.queueEmbeddingRequest(text)));
  expect(new Set(ids).size).toBe(6);
  await expect(made.queueEmbeddingRequest('more', { whenFull: 'reject' })).rejects.toThrow(QueueFullError);
});

test('a stop that gives up ends all who wait for room, however many', async () => {
  const { embedder, close } = gated();
  const made = await orchestrator({ maxQueueSize: 4, batchSize: 2, concurrency: 1 }, { embedder });
  close();
  const calls = Array.from({ length: 5 }, (_, index) => made.embed(texts(10, `caller ${index}`)));
  const outcomes = Promise.allSettled(calls);
  await eventually(() => made.getMetrics().queue_size).toBe(4);
  await made.stop({ timeoutMs: 0 });
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(NotStartedError) });
  }
});

test('a stop ends a start that waits for its server', async () => {
  const server = await ollama();
  await server.die();
  const made = new BatchOrchestrator({
    model: 'all-minilm',
    ollamaUrl: [server.url],
    cache: 'none',
    maxRetries: 0,
    waitForServer: 600_000,
  });
  const start = made.start();
  start.catch(() => undefined);
  await made.stop();
  await expect(start).rejects.toThrow(NotStartedError);
});

test('a lookup that is still under way doesn’t outlive a stop that gives up', async () => {
  const { embedder, close } = gated();
  let answer = () => {};
  const getMany = () =>
    new Promise<undefined[]>((resolve) => {
      answer = () => resolve([undefined]);
    });
  const made = await orchestrator({ cacheMaxMemoryMb: 0 }, { embedder, cache: cacheWith({ getMany }) });
  close();
  const call = made.embed(['asked']);
  call.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  const stopped = made.stop({ timeoutMs: 0 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  answer();
  await stopped;
  await expect(call).rejects.toThrow(NotStartedError);
});

test.each([
  ['written to', { setMany: () => Promise.reject(new Error('disk on fire')) }],
  ['read from', { getMany: () => Promise.reject(new Error('disk on fire')) }],
])('a cache that can’t be %s is told of once and costs no caller a vector', async (_, broken) => {
  const { embedder } = gated();
  const warnings: string[] = [];
  const made = await orchestrator(
    { batchSize: 2, cacheMaxMemoryMb: 0 },
    { embedder, cache: cacheWith(broken), events: { warning: (message) => warnings.push(message) } },
  );
  for (const name of ['first', 'second']) {
    expect(await made.embed(texts(5, name))).toEqual(texts(5, name).map(vectorOf));
  }
  expect(warnings).toEqual([expect.stringMatching(/cache.*disk on fire/i)]);
});

test('of two who fetch one result, one gets it', async () => {
  const { embedder, close, releaseAll } = gated();
  const made = await orchestrator({}, { embedder });
  close();
  const id = await made.queueEmbeddingRequest('once');
  const fetched = Promise.allSettled([made.getEmbeddingResult(id), made.getEmbeddingResult(id)]);
  releaseAll();
  const [first, second] = await fetched;
  expect(first).toEqual({ status: 'fulfilled', value: vectorOf('once') });
  expect(second).toMatchObject({ status: 'rejected', reason: expect.any(UnknownRequestError) });
});

test('a text whose vector comes while its own lookup is under way is not sent twice', async () => {
  const { embedder, close, releaseAll } = gated();
  const cache = memoryCache(2 ** 20);
  const waiting: (() => void)[] = [];
  let slow = false;
  const getMany: VectorCache['getMany'] = async (space, hashes, dimensions) => {
    const found = await cache.getMany(space, hashes, dimensions);
    if (slow) await new Promise<void>((resolve) => waiting.push(resolve));
    return found;
  };
  const made = await orchestrator({}, { embedder, cache: cacheWith({ getMany }) });
  close();
  const first = made.embed(['shared']);
  await eventually(() => made.getMetrics().active_requests).toBe(1);
  slow = true;
  const second = made.embed(['shared']);
  await eventually(() => waiting.length).toBe(1);
  releaseAll();
  expect(await first).toEqual([vectorOf('shared')]);
  for (const answer of waiting) answer();
  expect(await second).toEqual([vectorOf('shared')]);
  expect(embedder.requests.flat()).toEqual(['shared']);
});
