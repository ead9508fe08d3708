import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openOllamaEmbedder } from '../../../src/embedders/ollama/embedder.js';
import {
  type BreakerState,
  type EmbedderWithBreaker,
  withBreaker,
} from '../../../src/embedders/pool/breaker.js';
import { eventually } from '../../helpers/eventually.js';
import { faults, startOllama, type TestOllama } from '../../helpers/ollama.js';

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
  embedder = withBreaker(inner, {
    failures: 3,
    lastingMs: 0,
    restMs: 60_000,
    where: 'Ollama at home',
    onChange: (state) => states.push(state),
  });
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

async function fails(meaning: string): Promise<void> {
  await expect(embedder.embed(['a'])).rejects.toMatchObject({ meaning });
}

async function open(): Promise<void> {
  server.script({ kind: 'too-few', times: 3 });
  for (let i = 0; i < 3; i++) await fails('bad-answer');
  expect(embedder.breakerState).toBe('open');
}

describe('withBreaker', () => {
  test('leaves the endpoint alone after failures in a row', async () => {
    await open();
    await expect(embedder.embed(['a'])).rejects.toMatchObject({
      meaning: 'resting',
      message: expect.stringMatching(
        /^Ollama at home .* gets no requests for 60 s; the last failure: .*0 vectors/,
      ),
      cause: { meaning: 'bad-answer' },
    });
    expect(server.stats.embeds).toBe(3);
    expect(states).toEqual(['open']);
  });

  test('says when the next probe is', async () => {
    await open();
    passTime(24_000);
    const fault = await embedder.embed(['a']).catch((error: { retryAfterMs: number }) => error);
    expect(fault).toMatchObject({ retryAfterMs: expect.any(Number) });
    expect((fault as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(36_000);
  });

  test('closes when the probe succeeds, which alone goes out', async () => {
    await open();
    passTime(60_001);
    server.script({ kind: 'delay', ms: 50 });
    const all = await Promise.all(['a', 'b', 'c'].map((text) => embedder.embed([text])));
    expect(all).toEqual(['a', 'b', 'c'].map((text) => [server.vectorOf(text)]));
    expect(server.batches()[3]).toEqual(['a']);
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  test('opens again when the probe fails, and spares the others', async () => {
    await open();
    passTime(60_001);
    server.script({ kind: 'reset' });
    const all = await Promise.allSettled(['a', 'b', 'c'].map((text) => embedder.embed([text])));
    expect(all.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(all.map((one) => one.status === 'rejected' && one.reason.meaning)).toEqual([
      'unreachable',
      'resting',
      'resting',
    ]);
    expect(server.stats.embeds).toBe(4);
    expect(embedder.breakerState).toBe('open');
  });

  test('lets those that wait for the probe give up at once', async () => {
    await open();
    passTime(60_001);
    server.script({ kind: 'hang' });
    const [probe, waiting] = [new AbortController(), new AbortController()];
    const first = embedder.embed(['a'], { signal: probe.signal });
    const second = embedder.embed(['b'], { signal: waiting.signal });
    waiting.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    probe.abort(new Error('enough, too'));
    await expect(first).rejects.toThrow('enough, too');
    expect(server.batches().flat()).not.toContain('b');
  });

  test('can be closed by hand, and counts from none again', async () => {
    await open();
    embedder.resetBreakers();
    expect(embedder.breakerState).toBe('closed');
    server.script({ kind: 'reset', times: 2 });
    await fails('unreachable');
    await fails('unreachable');
    expect(await embedder.embed(['a'])).toEqual([server.vectorOf('a')]);
    embedder.resetBreakers();
    expect(states).toEqual(['open', 'closed']);
  });

  test('does not open for failures at one moment: a server that restarts is soon back', async () => {
    const patient = withBreaker(embedder, { failures: 2 });
    server.script({ kind: 'too-few', times: 2 });
    await Promise.allSettled([patient.embed(['a']), patient.embed(['b'])]);
    expect(patient.breakerState).toBe('closed');
    passTime(2001);
    server.script({ kind: 'too-few' });
    await expect(patient.embed(['c'])).rejects.toMatchObject({ meaning: 'bad-answer' });
    expect(patient.breakerState).toBe('open');
  });

  test('does not close for a probe that was aborted', async () => {
    await open();
    passTime(60_001);
    server.script({ kind: 'hang' });
    const control = new AbortController();
    const probe = embedder.embed(['a'], { signal: control.signal });
    await eventually(() => server.stats.embeds).toBe(4);
    control.abort(new Error('enough'));
    await expect(probe).rejects.toThrow('enough');
    expect(embedder.breakerState).toBe('open');
  });

  test.each([
    ['a bad text', 'bad-input', faults.nan(400)],
    ['a server that is busy, hence alive', 'busy', faults.busy()],
  ])('does not open for %s', async (_, meaning, fault) => {
    server.script({ ...fault, times: 5 });
    for (let i = 0; i < 5; i++) await fails(meaning);
    expect(states).toEqual([]);
  });

  test('does not open for failures with successes between', async () => {
    for (let i = 0; i < 4; i++) {
      server.script({ kind: 'too-few' });
      await fails('bad-answer');
      await embedder.embed(['a']);
    }
    expect(states).toEqual([]);
  });
});
