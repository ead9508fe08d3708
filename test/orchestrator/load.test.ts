// Many callers at once on a real Redis: few requests, every repeat from the cache, no caller hurt by its end.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BatchOptions } from '../../src/orchestrator/config.js';
import type { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import type { TestOllama } from '../helpers/ollama.js';
import { type RedisServer, redisAvailable, startRedis } from '../helpers/redis.js';
import { expectOwn, forget, ollama, orchestrator, texts } from './orchestrators.js';

describe.runIf(redisAvailable)('on a real Redis', () => {
  let server: TestOllama;
  let redis: RedisServer;
  let warnings: string[];

  beforeEach(async () => {
    server = await ollama();
    redis = await startRedis();
    warnings = [];
  });
  afterEach(async () => {
    await redis.stop();
  });

  /** 32 texts a request and two in flight, unless told otherwise. */
  async function started(
    options: BatchOptions = { batchSize: 32, concurrency: 2 },
  ): Promise<BatchOrchestrator> {
    const made = await orchestrator(
      {
        ollamaUrl: [server.url],
        cache: 'redis',
        redisUrl: redis.url,
        ...options,
      },
      { events: { warning: (message) => warnings.push(message) } },
    );
    forget(server);
    return made;
  }

  /** Every text by a caller of its own, all at once. */
  async function eachAlone(made: BatchOrchestrator, all: readonly string[]): Promise<void> {
    const vectors = await Promise.all(all.map((text) => made.embed([text])));
    expectOwn(server, all, vectors.flat());
  }

  test('1,000 callers with a text each cost 32 requests', async () => {
    const made = await started();
    await eachAlone(made, texts(1000));
    expect(server.stats).toMatchObject({ embeds: 32, texts: 1000 });
    expect(made.getMetrics()).toMatchObject({
      batches_processed: 32,
      texts: 1000,
      cache_misses: 1000,
      cache_hits: 0,
      queue_size: 0,
      active_requests: 0,
    });
  });

  test('1,000 callers whose server is followed instead of told how much to take', async () => {
    const made = await started({});
    await eachAlone(made, texts(1000));
    expect(server.stats.texts).toBe(1000);
    expect(server.stats.embeds).toBeLessThanOrEqual(1000 / 20);
  });

  test.each([64, 0])('repeats are hits, exactly, with %i MiB of memory', async (cacheMaxMemoryMb) => {
    const made = await started({ cacheMaxMemoryMb });
    const distinct = texts(1000);
    // Other callers, in another order, every round.
    for (const step of [1, 7, 3, 9]) {
      await eachAlone(
        made,
        distinct.map((_, index) => distinct[(index * step) % 1000]!),
      );
    }
    expect(made.getMetrics()).toMatchObject({ cache_hits: 3000, cache_misses: 1000, cache_hit_rate: 0.75 });
    expect(await made.cache.stats()).toMatchObject({ kind: 'redis', entries: 1000, hitRate: 0.75 });
    expect(server.stats.texts).toBe(1000);
  });

  test('repeats of one moment share their request', async () => {
    const made = await started();
    const distinct = texts(250);
    await eachAlone(made, [...distinct, ...distinct, ...distinct, ...distinct]);
    expect(server.stats).toMatchObject({ embeds: 8, texts: 250 });
    expect(made.getMetrics()).toMatchObject({ texts_queued: 250, texts_joined: 750 });
  });

  test('another orchestrator finds all of it', async () => {
    const first = await started();
    await eachAlone(first, texts(1000));
    await first.stop();
    const second = await started();
    await eachAlone(second, texts(1000));
    expect(server.stats.embeds).toBe(0);
    expect(second.getMetrics()).toMatchObject({ cache_hits: 1000, cache_misses: 0, cache_hit_rate: 1 });
  });

  test('the end of Redis in the middle costs a warning, and no caller a vector', async () => {
    const made = await started({ cacheMaxMemoryMb: 0 });
    const calls = texts(100, 'caller').map((name) => made.embed(texts(20, name)));
    await expect.poll(() => server.stats.embeds, { interval: 1, timeout: 20_000 }).toBeGreaterThan(10);
    await redis.kill();
    for (const [index, vectors] of (await Promise.all(calls)).entries()) {
      expectOwn(server, texts(20, `caller number ${index}`), vectors);
    }
    await eachAlone(made, texts(200, 'later'));
    expect(warnings).toEqual([
      expect.stringMatching(/^Redis at redis:.* was lost \(.*\): going on without the cache;/),
    ]);
    expect(made.getMetrics()).toMatchObject({ texts: 2200, text_failures_total: 0, queue_size: 0 });
    expect(await made.healthCheck()).toMatchObject({
      status: 'degraded',
      cache: { kind: 'redis', ok: false },
    });
  });
});
