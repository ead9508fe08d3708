import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { BatchConfig } from '../../src/orchestrator/config.js';
import { memoryBound } from '../../src/upstream/limiter-settings.js';

describe('defaults and environment', () => {
  test('the defaults of the design', () => {
    const config = BatchConfig.fromEnv({});
    expect(config.settings).toMatchObject({
      batchTimeout: 30_000,
      cacheTtl: 3600,
      maxRetries: 3,
      batchInterval: 100,
    });
    expect(config).toMatchObject({ maxBatchSize: 64, startBatchSize: 32, priority: 2, enableBatching: true });
    expect(config.toOllamaConfig()).toMatchObject({
      urls: ['http://127.0.0.1:11434'],
      batchSize: 32,
      timeoutMs: 30_000,
    });
    expect(config.toRedisConfig()).toBeUndefined();
  });

  test('variables are read, empty ones are not', () => {
    const config = BatchConfig.fromEnv({
      OLLAMA_HOST: 'a:1,b:2',
      OLLAMA_EMBEDDING_BATCH_SIZE: '16',
      REDIS_URL: 'redis://h/4',
      EMBEDDING_CACHE_TTL: '60',
      MAX_BATCH_RETRIES: '',
    });
    expect(config.toOllamaConfig()).toMatchObject({ urls: ['a:1', 'b:2'], batchSize: 16, maxRetries: 3 });
    expect(config.toRedisConfig()).toMatchObject({ url: 'redis://h/4', ttlSeconds: 60 });
  });

  test.each([
    [{ OLLAMA_EMBEDDING_BATCH_SIZE: '65' }, /OLLAMA_EMBEDDING_BATCH_SIZE: expected at most 64, got 65/],
    [{ OLLAMA_BATCH_TIMEOUT: 'soon' }, /OLLAMA_BATCH_TIMEOUT: expected a time such as 90s .*, got "soon"/],
  ])('%j is refused by name', (env, message) => {
    expect(() => BatchConfig.fromEnv(env)).toThrow(message);
  });
});

test.each([
  [{ maxBatchSize: 65 }, /maxBatchSize: expected at most 64, got 65/],
  [{ maxQueueSize: 0.5 }, /maxQueueSize: expected a whole number, got 0.5/],
  [{ priority: 5 }, /priority: expected at most 4/],
  [{ prefix: 'passage' }, /prefix: expected none or document or query, got "passage"/],
  [{ enableBatching: 'no' }, /enableBatching: expected true or false/],
  [{ batchSise: 3 }, /batchSise: no such option/],
])('%j is refused', (options, message) => {
  expect(() => new BatchConfig(options as never)).toThrow(UsageError);
  expect(() => new BatchConfig(options as never)).toThrow(message);
});

describe('presets', () => {
  test('a large model starts with smaller requests than a small one', () => {
    const [small, large, huge] = ['all-minilm', 'bge-m3:latest', 'qwen3-embedding:8b'].map((model) =>
      BatchConfig.optimizedFor(model),
    );
    expect(small!.startBatchSize).toBeGreaterThan(large!.startBatchSize);
    expect(large!.startBatchSize).toBeGreaterThan(huge!.startBatchSize);
    expect(small!.maxBatchTokens).toBeGreaterThan(large!.maxBatchTokens);
    expect(large!).toMatchObject({
      prefix: 'document',
      settings: { model: 'bge-m3:latest', embedder: 'ollama' },
    });
    expect(BatchConfig.optimizedFor('snowflake-arctic-embed:22m').startBatchSize).toBe(32);
  });

  test('production waits for servers; every preset takes what it is given', () => {
    const config = BatchConfig.production({ maxQueueSize: 7 }).with({ cacheTtl: 5 });
    expect(config).toMatchObject({ maxQueueSize: 7, settings: { waitForServer: 60_000, cacheTtl: 5 } });
  });
});

test('the less memory, the fewer texts of a request, down to one', () => {
  const mib = 2 ** 20;
  expect(memoryBound(1024, 8, 8 * 1024 * mib)).toBeGreaterThan(64);
  expect(memoryBound(4096, 8, 64 * mib)).toBeLessThan(64);
  expect(memoryBound(4096, 8, 0)).toBe(1);
});
