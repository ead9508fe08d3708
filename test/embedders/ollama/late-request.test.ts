// A request that is late: does the server load its model, is it slow, or does it hang?
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OllamaClient } from '../../../src/embedders/ollama/client.js';
import { openOllamaEmbedder } from '../../../src/embedders/ollama/embedder.js';
import { latenessOf, presenceOf } from '../../../src/embedders/ollama/late-request.js';
import { type OllamaOptions, startOllama, type TestOllama } from '../../helpers/ollama.js';

let server: TestOllama;
let client: OllamaClient;
const model = 'all-minilm';
const time = { lateMs: 100, normalMs: 1000, loadMs: 60_000, mayLoad: true };

beforeEach(async () => {
  await start();
});
afterEach(async () => {
  server.thaw();
  await client.close();
  await server.stop();
});

async function start(options: OllamaOptions = {}): Promise<void> {
  server = await startOllama(options);
  client = new OllamaClient({ url: new URL(server.url) });
}

const looks = () => server.requests.filter(({ path }) => path === '/api/ps').length;

describe('what the server says', () => {
  test('is that the model is loaded, or that it is not', async () => {
    expect(await presenceOf(client, model)).toBe('absent');
    server.world.loaded.set('all-minilm:latest', 512);
    expect(await presenceOf(client, model)).toBe('loaded');
    expect(await presenceOf(client, 'other')).toBe('absent');
  });

  test.each([
    ['no such route', 404, '{"error":"not found"}'],
    ['another shape', 200, '{"models":"none"}'],
    ['no JSON', 200, 'hello'],
    ['nothing', 200, 'null'],
  ])('is unknown: %s', async (_, status, body) => {
    server.script({ kind: 'answer', status, body, path: '/api/ps' });
    expect(await presenceOf(client, model)).toBe('unknown');
  });

  test('is nothing where it hangs or is gone', async () => {
    server.freeze();
    expect(await presenceOf(client, model)).toBe('silent');
    server.thaw();
    await server.die();
    expect(await presenceOf(client, model)).toBe('silent');
  });
});

describe('a late request', () => {
  test('gets the long time while the model is absent, and is looked after again and again', async () => {
    const late = latenessOf(client, model, time);
    expect(await late(100)).toBe(6000);
    expect(await late(6100)).toBe(12_000);
    expect(await late(59_000)).toBe(1000);
    expect(await late(60_000)).toMatchObject({ meaning: 'timeout' });
  });

  test('gets the normal time when the model is loaded', async () => {
    server.world.loaded.set('all-minilm:latest', 512);
    const late = latenessOf(client, model, time);
    expect(await late(100)).toBe(900);
    expect(await late(1000)).toMatchObject({
      meaning: 'timeout',
      message: expect.stringMatching(/within 1 s/),
    });
  });

  test('gets no more time where the server says nothing', async () => {
    server.freeze();
    const fault = await latenessOf(client, model, time)(100);
    expect(fault).toMatchObject({ meaning: 'timeout', message: expect.stringMatching(/hangs.*restart it/) });
  });

  test('is treated by what its sender knows, where the server has no list', async () => {
    server.script({ kind: 'answer', status: 404, body: '', path: '/api/ps', times: 2 });
    expect(await latenessOf(client, model, time)(1000)).toBe(6000);
    const loaded = { ...time, mayLoad: false };
    expect(await latenessOf(client, model, loaded)(1000)).toMatchObject({ meaning: 'timeout' });
  });
});

describe('the list of loaded models', () => {
  test('is never asked for while answers are in time', async () => {
    const embedder = await openOllamaEmbedder({ url: new URL(server.url), model, batchTimeoutMs: 20_000 });
    for (const text of ['one', 'two', 'three']) await embedder.embed([text]);
    expect(looks()).toBe(0);
    await embedder.close();
  });

  test('tells a long load from a hang: the one is waited for, the other is not', async () => {
    await server.stop();
    await start({ loadMs: 400 });
    const embedder = await openOllamaEmbedder({ url: new URL(server.url), model, batchTimeoutMs: 100 });
    expect(await embedder.embed(['one'])).toEqual([server.vectorOf('one')]);
    expect(looks()).toBeGreaterThan(0);
    server.script({ kind: 'hang' });
    await expect(embedder.embed(['two'])).rejects.toMatchObject({ meaning: 'timeout' });
    await embedder.close();
  });
});
