import { describe, expect, test } from 'vitest';
import {
  NotStartedError,
  QueueFullError,
  RejectedTextsError,
  ResultTimeoutError,
  ServiceError,
  UnknownRequestError,
  UsageError,
} from '../../src/errors.js';
import { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import { vectorOf } from '../helpers/embedder.js';
import { eventually } from '../helpers/eventually.js';
import { faults } from '../helpers/ollama.js';
import { forget, gated, ollama, orchestrator, texts } from './orchestrators.js';

describe('vectors', () => {
  test('come in the order of the texts, each its own, from lists and from single callers', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url] });
    const all = texts(200);
    const list = await made.embed(all);
    expect(list.map((vector) => [...vector])).toEqual(all.map((text) => [...server.vectorOf(text)]));
    const singles = await Promise.all(texts(50, 'single').map((text) => made.embed([text])));
    expect(singles.map(([vector]) => vector)).toEqual(
      texts(50, 'single').map((text) => server.vectorOf(text)),
    );
  });

  test('single callers of one moment share requests', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url], batchSize: 32, concurrency: 2 });
    forget(server);
    await Promise.all(texts(64).map((text) => made.embed([text])));
    expect(server.batches().map((batch) => batch.length)).toEqual([32, 32]);
  });

  test('the same text is sent once, and no caller can spoil the other’s vector', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url] });
    forget(server);
    const [[a, b], [c]] = await Promise.all([made.embed(['same', 'same']), made.embed(['same'])]);
    expect(server.stats.texts).toBe(1);
    a!.fill(0);
    expect(b).toEqual(server.vectorOf('same'));
    expect(c).toEqual(server.vectorOf('same'));
  });

  test('without batching, every text travels alone', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url], enableBatching: false });
    forget(server);
    await made.embed(texts(10));
    expect(server.batches().map((batch) => batch.length)).toEqual(Array(10).fill(1));
    expect(made.getMetrics()).toMatchObject({ individual_requests: 10, batch_requests: 0 });
  });

  test('prefixes are part of what is sent, and of what is the same', async () => {
    const { embedder } = gated();
    Object.assign(embedder.identity, { prefixes: { document: 'doc: ', query: 'ask: ' } });
    const made = await orchestrator({}, { embedder });
    embedder.requests.length = 0;
    const [[plain], [document], [query]] = await Promise.all([
      made.embed(['cat']),
      made.embed(['cat'], { prefix: 'document' }),
      made.embed(['cat'], { prefix: 'query' }),
    ]);
    expect(embedder.requests.flat().sort()).toEqual(['ask: cat', 'cat', 'doc: cat']);
    expect([plain, document, query]).toEqual(['cat', 'doc: cat', 'ask: cat'].map(vectorOf));
  });

  test('cut texts and shorter vectors don’t mix with whole ones', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url] });
    forget(server);
    const [[whole], [cut], [short]] = await Promise.all([
      made.embed(['one']),
      made.embed(['one'], { truncate: true }),
      made.embed(['one'], { dimensions: 64 }),
    ]);
    expect(whole).toEqual(server.vectorOf('one'));
    expect(cut).toEqual(server.vectorOf('one'));
    expect(short).toHaveLength(64);
    expect(server.requests.map(({ body }) => [body.truncate, body.dimensions])).toEqual(
      expect.arrayContaining([
        [false, undefined],
        [true, undefined],
        [false, 64],
      ]),
    );
  });
});

describe('by id', () => {
  test('a queued text is fetched once; an unknown id and a second fetch are told', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url] });
    const id = await made.queueEmbeddingRequest('queued', { priority: 0 });
    expect(await made.getEmbeddingResult(id)).toEqual(server.vectorOf('queued'));
    await expect(made.getEmbeddingResult(id)).rejects.toThrow(UnknownRequestError);
    await expect(made.getEmbeddingResult('nonsense')).rejects.toThrow(/no request "nonsense"/);
  });

  test('a late result is told, and can be fetched later', async () => {
    const { embedder, close, releaseAll } = gated();
    const made = await orchestrator({}, { embedder });
    close();
    const id = await made.queueEmbeddingRequest('slow');
    await expect(made.getEmbeddingResult(id, { timeoutMs: 5 })).rejects.toThrow(ResultTimeoutError);
    releaseAll();
    expect(await made.getEmbeddingResult(id)).toEqual(vectorOf('slow'));
  });

  test('what is not fetched is dropped after its time', async () => {
    const { embedder } = gated();
    const made = await orchestrator({ resultTtl: 1 }, { embedder });
    const id = await made.queueEmbeddingRequest('unclaimed');
    await eventually(() => made.getMetrics().dropped).toBe(1);
    await expect(made.getEmbeddingResult(id)).rejects.toThrow(UnknownRequestError);
  });

  test('a failed text fails its fetch, and nothing else', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url], maxRetries: 0 });
    server.script(faults.poisoned('poison'));
    const bad = await made.queueEmbeddingRequest('poison');
    const good = await made.queueEmbeddingRequest('good');
    await expect(made.getEmbeddingResult(bad)).rejects.toThrow(RejectedTextsError);
    expect(await made.getEmbeddingResult(good)).toEqual(server.vectorOf('good'));
  });
});

describe('a bounded queue', () => {
  test('callers wait while it is full, urgent ones get in first, and nothing is lost', async () => {
    const { embedder, close, releaseAll } = gated();
    const made = await orchestrator({ maxQueueSize: 8, batchSize: 4, concurrency: 1 }, { embedder });
    close();
    const bulk = made.embed(texts(40, 'bulk'), { priority: 3 });
    await eventually(() => made.getMetrics().queue_size).toBe(8);
    const urgent = made.embed(['urgent'], { priority: 0 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(made.getMetrics().queue_size).toBe(8);
    releaseAll();
    expect(await urgent).toEqual([vectorOf('urgent')]);
    expect(await bulk).toEqual(texts(40, 'bulk').map(vectorOf));
    const order = embedder.requests.flat();
    expect(order.indexOf('urgent')).toBeLessThan(order.indexOf('bulk number 20'));
  });

  test('who doesn’t want to wait is told so at once', async () => {
    const { embedder, close } = gated();
    const made = await orchestrator({ maxQueueSize: 8, batchSize: 4, concurrency: 1 }, { embedder });
    close();
    const bulk = made.embed(texts(9));
    bulk.catch(() => undefined);
    await eventually(() => made.getMetrics().active_requests).toBe(1);
    await expect(made.embed(texts(5, 'more'), { whenFull: 'reject' })).rejects.toThrow(QueueFullError);
    expect(made.getMetrics().rejected).toBe(5);
  });

  test('a caller that gives up takes its texts along', async () => {
    const { embedder, close, releaseAll } = gated();
    const made = await orchestrator({ batchSize: 1, concurrency: 1 }, { embedder });
    close();
    const first = made.embed(['first']);
    await eventually(() => made.getMetrics().active_requests).toBe(1);
    const control = new AbortController();
    const gone = made.embed(texts(5, 'gone'), { signal: control.signal });
    await eventually(() => made.getMetrics().queue_size).toBe(5);
    control.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    expect(made.getMetrics()).toMatchObject({ queue_size: 0, cancelled: 5 });
    releaseAll();
    expect(await first).toEqual([vectorOf('first')]);
    expect(embedder.requests.flat()).toEqual(['first']);
  });
});

describe('its life', () => {
  test('not started, and stopped, are told', async () => {
    const made = new BatchOrchestrator({ embedder: 'builtin', cache: 'none' });
    await expect(made.embed(['x'])).rejects.toThrow(NotStartedError);
    expect(() => made.resetCircuitBreaker()).toThrow(/start\(\)/);
    expect((await made.healthCheck()).status).toBe('stopped');
    await made.stop();
    await expect(made.embed(['x'])).rejects.toThrow(/was stopped/);
    await expect(made.start()).rejects.toThrow(NotStartedError);
  });

  test('stop answers what was asked before it, and `await using` stops', async () => {
    const server = await ollama({ requestDelayMs: 20 });
    let pending: Promise<unknown[]>;
    {
      await using made = await orchestrator({ ollamaUrl: [server.url], maxQueueSize: 32 });
      pending = made.embed(texts(200));
    }
    expect(await pending).toHaveLength(200);
  });

  test('a stop with a time-out gives up what hangs', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url] });
    server.script({ kind: 'hang' });
    const hanging = made.embed(['x']);
    hanging.catch(() => undefined);
    await eventually(() => made.getMetrics().active_requests).toBe(1);
    await made.stop({ timeoutMs: 50 });
    await expect(hanging).rejects.toThrow(NotStartedError);
  });

  test('a server that is down at the start is told, and the start can be tried again', async () => {
    const server = await ollama();
    await server.die();
    const made = new BatchOrchestrator({
      embedder: 'ollama',
      model: 'all-minilm',
      ollamaUrl: [server.url],
      cache: 'none',
    });
    await expect(made.start()).rejects.toThrow(ServiceError);
    await server.revive();
    await made.start();
    expect(await made.embed(['x'])).toEqual([server.vectorOf('x')]);
    await made.stop();
  });

  test('what is no text is refused before anything is sent', async () => {
    const { embedder } = gated();
    const made = await orchestrator({}, { embedder });
    await expect(made.embed(['fine', ''])).rejects.toThrow(/Text 1 is empty/);
    await expect(made.embed([42 as unknown as string])).rejects.toThrow(UsageError);
    await expect(made.embed(['x'], { priority: 7 as 4 })).rejects.toThrow(
      /priority: expected 0 \(first\) to 4/,
    );
    expect(await made.embed([])).toEqual([]);
  });
});

test('outcomes text by text: one bad text costs the others nothing', async () => {
  const server = await ollama();
  const made = await orchestrator({ ollamaUrl: [server.url], maxRetries: 0 });
  server.script(faults.poisoned('poison'));
  const outcomes = await made.processEmbeddingsBatch(['a', 'poison', 'b']);
  expect(outcomes[0]).toEqual({ vector: server.vectorOf('a'), cached: false });
  expect(outcomes[1]).toMatchObject({ fault: { meaning: 'bad-input' } });
  expect(outcomes[2]).toEqual({ vector: server.vectorOf('b'), cached: false });
  const error = await made.embed(['a', 'poison', 'b']).catch((reason) => reason);
  expect(error).toBeInstanceOf(RejectedTextsError);
  expect(error.rejected).toMatchObject([{ index: 1, fault: { meaning: 'bad-input' } }]);
  expect(error.vectors[2]).toEqual(server.vectorOf('b'));
});

describe('cache and health', () => {
  test('from memory the second time; cleared, it is asked for again', async () => {
    const { memoryCache } = await import('../../src/cache/memory/cache.js');
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url] }, { cache: memoryCache(2 ** 20) });
    forget(server);
    await made.embed(texts(10));
    expect(await made.embed(texts(10))).toEqual(texts(10).map((text) => server.vectorOf(text)));
    expect(server.stats.texts).toBe(10);
    expect(made.getMetrics()).toMatchObject({ cache_hits: 10, cache_misses: 10, cache_hit_rate: 0.5 });
    expect(await made.cache.stats()).toMatchObject({ entries: 10, hitRate: 0.5 });
    await made.cache.clear();
    await made.embed(texts(10));
    expect(server.stats.texts).toBe(20);
    made.resetMetrics();
    expect(made.getMetrics()).toMatchObject({ texts: 0, cache_hits: 0 });
  });

  test('vectors of another making are known by their model, and cleared away with it', async () => {
    const { memoryCache } = await import('../../src/cache/memory/cache.js');
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url] }, { cache: memoryCache(2 ** 20) });
    await made.embed(['whole']);
    await made.embed(['short'], { dimensions: 64 });
    const { spaces } = await made.cache.stats();
    expect(spaces.map(({ model, dimensions }) => [model, dimensions]).sort()).toEqual([
      ['all-minilm:latest', 384],
      ['all-minilm:latest', 64],
    ]);
  });

  test('health follows the server, and a reset lets requests through again', async () => {
    const server = await ollama();
    const made = await orchestrator({ ollamaUrl: [server.url], maxRetries: 0 });
    expect(await made.healthCheck()).toMatchObject({ status: 'ok', embedder: { ok: true } });
    await server.die();
    const breaker = async () => {
      await expect(made.embed(['down'])).rejects.toThrow(ServiceError);
      return made.getMetrics().endpoints[0]?.breaker;
    };
    await eventually(breaker).toBe('open');
    expect((await made.healthCheck()).status).toBe('down');
    await server.revive();
    await expect(made.embed(['still resting'])).rejects.toThrow(ServiceError);
    made.resetCircuitBreaker();
    expect(await made.embed(['back'])).toEqual([server.vectorOf('back')]);
    expect((await made.healthCheck()).status).toBe('ok');
  });
});
