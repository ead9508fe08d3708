import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RetryOptions, withRetry } from '../../src/embedders/back-off.js';
import { openOllamaEmbedder } from '../../src/embedders/ollama/embedder.js';
import { wrapEmbedder } from '../../src/embedders/wrap-embedder.js';
import { EmbedderFault } from '../../src/errors.js';
import { eventsFor } from '../../src/events.js';
import type { Embedder } from '../../src/types/embedder.js';
import { type Fault, faults, startOllama, type TestOllama } from '../helpers/ollama.js';

let server: TestOllama;
let inner: Embedder;

beforeEach(async () => {
  server = await startOllama();
  inner = await openOllamaEmbedder({ url: new URL(server.url), model: 'all-minilm', batchTimeoutMs: 20_000 });
});
afterEach(async () => {
  await inner.close();
  await server.stop();
});

const retrying = (options: Partial<RetryOptions> = {}) =>
  withRetry(inner, { retries: 3, baseMs: 1, ...options });

describe('withRetry', () => {
  test.each<[Fault]>([
    [faults.busy()],
    [{ kind: 'reset' }],
    [{ kind: 'reset-mid-body' }],
    [{ kind: 'truncated-json' }],
    [{ kind: 'too-few' }],
    [{ kind: 'value', text: 'NaN' }],
    [faults.runnerDied()],
  ])('%o is gone on a second try, and the vectors are right', async (fault) => {
    server.script(fault);
    const texts = ['one', 'two', 'three'];
    expect(await retrying().embed(texts)).toEqual(texts.map((text) => server.vectorOf(text)));
    expect(server.batches()).toEqual([texts, texts]);
  });

  test.each<[string, Fault, number]>([
    ['busy', faults.busy(), 4],
    ['bad-answer', { kind: 'too-many' }, 4],
    ['bad-input', faults.nan(400), 2],
    ['refused', { kind: 'answer', status: 401, body: '{}' }, 1],
    ['missing-model', { kind: 'answer', status: 404, body: '{"error":"model \'x\' not found"}' }, 1],
    ['too-long', { kind: 'answer', status: 413, body: '' }, 1],
  ])('a lasting %s ends after the tries it is worth', async (meaning, fault, requests) => {
    server.script({ ...fault, times: Number.POSITIVE_INFINITY });
    await expect(retrying().embed(['a'])).rejects.toMatchObject({ meaning });
    expect(server.stats.embeds).toBe(requests);
  });

  test.each(['resting', 'changed'] as const)('hands on at once what was not sent: %s', async (meaning) => {
    const fault = new EmbedderFault(meaning, 'no', { retryAfterMs: 5 });
    let tries = 0;
    const unsent = wrapEmbedder(inner, async () => {
      tries++;
      throw fault;
    });
    await expect(withRetry(unsent, { retries: 3, baseMs: 1 }).embed(['a'])).rejects.toBe(fault);
    expect(tries).toBe(1);
  });

  test('counts bad input once, however the other faults fall', async () => {
    server.script(faults.busy(), faults.nan(400), faults.busy(), faults.nan(400));
    await expect(retrying({ retries: 9 }).embed(['a'])).rejects.toMatchObject({ meaning: 'bad-input' });
    expect(server.stats.embeds).toBe(4);
  });

  test('does not retry without retries', async () => {
    server.script(faults.busy());
    await expect(retrying({ retries: 0 }).embed(['a'])).rejects.toMatchObject({ meaning: 'busy' });
    expect(server.stats.embeds).toBe(1);
  });

  test('waits longer each time, up to a bound, at random below it', async () => {
    const waits: number[] = [];
    server.script(faults.busy({ times: 5 }));
    const embedder = retrying({
      retries: 5,
      baseMs: 2,
      maxMs: 10,
      random: () => 0.5,
      events: eventsFor({ retrying: (_, waitMs) => waits.push(waitMs) }),
    });
    await embedder.embed(['a']);
    expect(waits).toEqual([1, 2, 4, 5, 5]);
  });

  test('waits as long as the server asks, and gives up when that is too long', async () => {
    const waits: [EmbedderFault, number][] = [];
    const embedder = retrying({ events: eventsFor({ retrying: (...retry) => waits.push(retry) }) });
    server.script(faults.tooManyRequests(1), faults.tooManyRequests(3600));
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
    expect(waits.map(([fault, waitMs]) => [fault.meaning, waitMs])).toEqual([['busy', 1000]]);
  });

  test.each(['of the run', 'of the call'])('ends at once when the signal %s is aborted', async (whose) => {
    const control = new AbortController();
    server.script(faults.busy());
    const embedder = retrying({
      ...(whose === 'of the run' ? { signal: control.signal } : {}),
      baseMs: 1e9,
      maxMs: 1e9,
      random: () => 1,
      events: eventsFor({ retrying: () => setImmediate(() => control.abort(new Error('enough'))) }),
    });
    const options = whose === 'of the call' ? { signal: control.signal } : {};
    await expect(embedder.embed(['a'], options)).rejects.toThrow('enough');
    expect(server.stats.embeds).toBe(1);
  });

  test('is the embedder that it wraps in all else', () => {
    const { identity, counter, maxTokens, defaultChunkTokens } = retrying();
    expect({ identity, counter, maxTokens, defaultChunkTokens }).toEqual({
      identity: inner.identity,
      counter: inner.counter,
      maxTokens: inner.maxTokens,
      defaultChunkTokens: inner.defaultChunkTokens,
    });
  });
});
