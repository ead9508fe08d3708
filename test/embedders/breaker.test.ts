import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BreakerState, type EmbedderWithBreaker, withBreaker } from '../../src/embedders/breaker.js';
import { openOllamaEmbedder } from '../../src/embedders/ollama/embedder.js';
import { faults, startOllama, type TestOllama } from '../helpers/ollama.js';

let server: TestOllama;
let embedder: EmbedderWithBreaker;
let states: BreakerState[];

beforeEach(async () => {
  server = await startOllama();
  const inner = await openOllamaEmbedder({
    url: new URL(server.url),
    model: 'all-minilm',
    batchTimeoutMs: 20_000,
  });
  states = [];
  embedder = withBreaker(inner, { failures: 3, restMs: 60_000, onChange: (state) => states.push(state) });
});
afterEach(async () => {
  vi.useRealTimers();
  await embedder.close();
  await server.stop();
});

/** Lets the clock that the breaker reads run ahead; timers and sockets go on as they are. */
function passTime(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
}

async function open(): Promise<void> {
  server.script(faults.busy({ times: 3 }));
  for (let i = 0; i < 3; i++) await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'busy' });
  expect(embedder.breakerState).toBe('open');
}

describe('withBreaker', () => {
  it('leaves the endpoint alone after failures in a row', async () => {
    await open();
    await expect(embedder.embed(['a'])).rejects.toMatchObject({
      meaning: 'unreachable',
      cause: { meaning: 'busy' },
    });
    expect(server.stats.embeds).toBe(3);
    expect(states).toEqual(['open']);
  });

  it('says when the next probe is', async () => {
    await open();
    passTime(24_000);
    const fault = await embedder.embed(['a']).catch((error: { retryAfterMs: number }) => error);
    expect(fault).toMatchObject({ retryAfterMs: expect.any(Number) });
    expect((fault as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(36_000);
  });

  it('closes when the probe succeeds, which alone goes out', async () => {
    await open();
    passTime(60_001);
    server.script({ kind: 'delay', ms: 50 });
    const all = await Promise.all(['a', 'b', 'c'].map((text) => embedder.embed([text])));
    expect(all).toEqual(['a', 'b', 'c'].map((text) => [server.vectorOf(text)]));
    expect(server.batches()[3]).toEqual(['a']);
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('opens again when the probe fails, and spares the others', async () => {
    await open();
    passTime(60_001);
    server.script(faults.busy());
    const all = await Promise.allSettled(['a', 'b', 'c'].map((text) => embedder.embed([text])));
    expect(all.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(server.stats.embeds).toBe(4);
    expect(embedder.breakerState).toBe('open');
  });

  it('does not close for a probe that was aborted', async () => {
    await open();
    passTime(60_001);
    server.script({ kind: 'hang' });
    const control = new AbortController();
    const probe = embedder.embed(['a'], { signal: control.signal });
    await expect.poll(() => server.stats.embeds, { timeout: 20_000 }).toBe(4);
    control.abort(new Error('enough'));
    await expect(probe).rejects.toThrow('enough');
    expect(embedder.breakerState).toBe('open');
  });

  it('does not open for faults of the request, nor for failures with successes between', async () => {
    server.script(faults.nan(400, { times: 5 }));
    for (let i = 0; i < 5; i++)
      await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'bad-input' });
    for (let i = 0; i < 4; i++) {
      server.script(faults.busy());
      await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning: 'busy' });
      await embedder.embed(['a']);
    }
    expect(states).toEqual([]);
  });
});
