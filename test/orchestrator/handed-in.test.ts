import { afterEach, describe, expect, test } from 'vitest';
import { memoryCache } from '../../src/cache/memory/cache.js';
import { EmbedderFault, NotStartedError, RejectedTextsError, UsageError } from '../../src/errors.js';
import { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import type { VectorCache } from '../../src/types/cache.js';
import type { Json } from '../../src/types/json.js';
import { FakeEmbedder, vectorOf } from '../helpers/embedder.js';
import { gated } from './orchestrators.js';

const running: BatchOrchestrator[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop({ timeoutMs: 0 });
});

async function started(
  ...given: ConstructorParameters<typeof BatchOrchestrator>
): Promise<BatchOrchestrator> {
  const made = new BatchOrchestrator(...given);
  running.push(made);
  return await made.start();
}

/** A memory cache of which some methods are others. */
function cacheWith(methods: Partial<VectorCache>): VectorCache {
  const inner = memoryCache(1_000_000);
  return new Proxy(inner, {
    get(target, name) {
      const own = methods[name as keyof VectorCache] ?? target[name as keyof VectorCache];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

describe('a handed-in embedder', () => {
  test('that gives too few vectors is told so, and no text waits for ever', async () => {
    let well = true;
    const embedder = new FakeEmbedder((all) => (well ? all : all.slice(1)).map(vectorOf));
    const made = await started({ cache: 'none' }, { embedder });
    well = false;
    await expect(made.embed(['one', 'two'])).rejects.toThrow(RejectedTextsError);
    await expect(made.embed(['one'])).rejects.toThrow(/0 vectors for 1 texts/);
  });

  test('survives a start that fails, and is closed by the stop', async () => {
    let down = true;
    let closings = 0;
    const embedder = new FakeEmbedder((all) => {
      if (down) throw new EmbedderFault('unreachable', 'down');
      return all.map(vectorOf);
    });
    embedder.close = async () => {
      closings++;
    };
    const made = new BatchOrchestrator({ cache: 'none' }, { embedder });
    await expect(made.start()).rejects.toThrow(EmbedderFault);
    expect(closings).toBe(0);
    down = false;
    await made.start();
    expect(await made.embed(['now'])).toEqual([vectorOf('now')]);
    await made.stop();
    expect(closings).toBe(1);

    await new BatchOrchestrator({ cache: 'none' }, { embedder }).stop();
    expect(closings).toBe(2);
  });
});

describe('stop', () => {
  test('doesn’t wait for a server on behalf of callers that gave up', async () => {
    let asked: (() => void) | undefined;
    const embedder = new FakeEmbedder((all) => {
      if (!asked) return all.map(vectorOf);
      asked();
      throw new EmbedderFault('unreachable', 'down');
    });
    const made = await started({ cache: 'none', waitForServer: 600_000 }, { embedder });
    const waits = new Promise<void>((resolve) => {
      // The text, the canary, and the canary of the wait.
      let requests = 0;
      asked = () => ++requests === 3 && resolve();
    });
    const control = new AbortController();
    const call = made.embed(['given up'], { signal: control.signal });
    await waits;
    control.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
    await made.stop();
  });

  test('can be cut short by another one', async () => {
    const gate = gated();
    const made = await started({ cache: 'none' }, { embedder: gate.embedder });
    gate.close();
    const call = expect(made.embed(['held'])).rejects.toThrow(NotStartedError);
    const patient = made.stop();
    await made.stop({ timeoutMs: 0 });
    await patient;
    await call;
  });

  test('and a fetch may wait for ever', async () => {
    const gate = gated();
    const made = await started({ cache: 'none' }, { embedder: gate.embedder });
    gate.close();
    const fetched = made.getEmbeddingResult(await made.queueEmbeddingRequest('slow'), {
      timeoutMs: Number.POSITIVE_INFINITY,
    });
    const second = made.embed(['slow, too']);
    const stopping = made.stop({ timeoutMs: Number.POSITIVE_INFINITY });
    // A timer that overflows ends after a millisecond, before this one.
    await new Promise((resolve) => setTimeout(resolve, 5));
    gate.releaseAll();
    expect(await fetched).toEqual(vectorOf('slow'));
    expect(await second).toEqual([vectorOf('slow, too')]);
    await stopping;
  });
});

describe('health', () => {
  test('of a cache that fails is degraded, and nothing is thrown', async () => {
    const cache = cacheWith({
      setMeta: async (key) => {
        if (key === 'health') throw new Error('read-only');
      },
    });
    const made = await started({ cacheMaxMemoryMb: 0 }, { embedder: new FakeEmbedder(), cache });
    expect(await made.healthCheck()).toMatchObject({ status: 'degraded', cache: { ok: false } });
  });

  test('of a cache that keeps nothing new is degraded', async () => {
    const cache = cacheWith({ setMeta: async () => undefined, getMeta: async () => 'an old mark' });
    const made = await started({ cacheMaxMemoryMb: 0 }, { embedder: new FakeEmbedder(), cache });
    expect((await made.healthCheck()).status).toBe('degraded');
  });

  test('is not spoiled by another caller’s mark', async () => {
    let stored: Json | undefined;
    const cache = cacheWith({
      setMeta: async (key, value) => {
        if (key === 'health') stored = `${value} of another process`;
      },
      getMeta: async (key) => (key === 'health' ? stored : undefined),
    });
    const made = await started({ cacheMaxMemoryMb: 0 }, { embedder: new FakeEmbedder(), cache });
    expect((await made.healthCheck()).status).toBe('ok');
  });
});

test('options that can’t be are refused before anything is sent', async () => {
  const embedder = new FakeEmbedder();
  const made = await started({ cache: 'none' }, { embedder });
  embedder.requests.length = 0;
  for (const options of [{ dimensions: 0 }, { dimensions: 1.5 }, { prefix: 'passage' as 'query' }]) {
    await expect(made.embed(['text'], options)).rejects.toThrow(UsageError);
  }
  expect(embedder.requests).toEqual([]);
});
