// OpenAI-compatible servers behind the gateway: Ollama's clients and OpenAI's get vectors, all else goes through.
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../../../src/gateway/gateway.js';
import { allMiniLm } from '../../helpers/ollama.js';
import { startOpenAi, type TestOpenAi } from '../../helpers/openai.js';
import { stopAfterTest } from '../../helpers/running.js';
import { floats, gateway, get, ollama, post, prints, settingsWith } from '../gateways.js';

let server: TestOpenAi;
let made: Gateway;
const settingsFor = (url = server.url) => settingsWith({ embedder: 'openai', url: [url] });

beforeAll(async () => {
  server = await startOpenAi();
  made = await startGateway({ settings: await settingsFor(), port: 0 });
});
afterAll(async () => {
  await made.stop();
  await server.stop();
});
beforeEach(() => {
  server.requests.length = 0;
});

test('vectors come by every API, the same bits, and in batches', async () => {
  const ollama = new Ollama({ host: made.url });
  const openAi = new OpenAI({ baseURL: `${made.url}/v1`, apiKey: 'none' });
  const texts = ['one', 'two', 'naïve café'];
  const expected = texts.map((text) => server.vectorOf(text));
  const asFloats = (rows: readonly number[][]) => rows.map((row) => Float32Array.from(row));
  const { embeddings } = await ollama.embed({ model: 'all-minilm:latest', input: texts });
  expect(asFloats(embeddings)).toEqual(expected);
  const { data } = await openAi.embeddings.create({ model: 'all-minilm', input: texts });
  expect(asFloats(data.map(({ embedding }) => embedding))).toEqual(expected);
  const { embedding } = await ollama.embeddings({ model: 'all-minilm', prompt: 'one' });
  expect(Float32Array.from(embedding)).toEqual(expected[0]);
  const before = server.batches().length;
  const singles = Array.from({ length: 24 }, (_, index) =>
    ollama.embed({ model: 'all-minilm', input: `text ${index}` }),
  );
  const vectors = await Promise.all(singles);
  expect(vectors.map((one) => Float32Array.from(one.embeddings[0]!))).toEqual(
    singles.map((_, index) => server.vectorOf(`text ${index}`)),
  );
  expect(server.batches().length - before).toBeLessThan(20);
});

test('Ollama’s routes describe the server’s model', async () => {
  const { models } = await get<{ models: { name: string; digest: string }[] }>(`${made.url}/api/tags`);
  expect(models).toEqual([
    expect.objectContaining({ name: 'all-minilm', digest: expect.stringMatching(/^[0-9a-f]{64}$/) }),
  ]);
  const shown = (await post(`${made.url}/api/show`, { model: 'all-minilm' })).body as unknown;
  expect(shown).toMatchObject({
    capabilities: ['embedding'],
    model_info: { 'openai.context_length': 512 },
  });
  expect(await get(`${made.url}/api/version`)).toEqual({ version: expect.any(String) });
  expect(await post(`${made.url}/api/embed`, { model: 'all-minilm', input: [] })).toMatchObject({
    status: 200,
    body: { embeddings: [] },
  });
});

test.each([
  ['/api/chat', 501, /only embeds/],
  ['/api/pull', 501, /only embeds/],
  ['/api/nope', 404, undefined],
])('%s answers %i', async (path, status, words) => {
  const answer = await fetch(made.url + path, { method: 'POST', body: '{"model":"all-minilm"}' });
  expect(answer.status).toBe(status);
  if (words) expect(await answer.text()).toMatch(words);
  expect(server.requests).toEqual([]);
});

test('a model that the server lacks is a 404, though the server would answer with another', async () => {
  for (const path of ['/api/embed', '/v1/embeddings']) {
    expect((await post(made.url + path, { model: 'nope', input: 'one' })).status).toBe(404);
  }
  expect(server.batches()).toEqual([]);
});

test('chat, rerank and the list of models go through to the server', async () => {
  const chat = { model: 'x', messages: [] };
  expect((await post(`${made.url}/v1/chat/completions`, chat)).body).toMatchObject({
    object: 'chat.completion',
  });
  expect((await post(`${made.url}/v1/rerank`, { query: 'q', documents: ['d'] })).body).toMatchObject({
    results: [{ index: 0 }],
  });
  expect(await get(`${made.url}/v1/models`)).toMatchObject({
    data: [{ id: 'all-minilm', owned_by: 'llamacpp' }],
  });
  expect((await post(`${made.url}/tokenize`, { content: 'one' })).body).toMatchObject({
    tokens: [100, 101, 102],
  });
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/v1/chat/completions',
    '/v1/rerank',
    '/v1/models',
    '/tokenize',
  ]);
});

test('a text that is too long is refused in Ollama’s words, and its neighbours are not', async () => {
  const long = 'word '.repeat(600);
  const answer = await post(`${made.url}/api/embed`, {
    model: 'all-minilm',
    input: ['one', long],
    truncate: false,
  });
  expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining('context length') } });
  expect((await post(`${made.url}/api/embed`, { model: 'all-minilm', input: ['one'] })).status).toBe(200);
});

test('the gateway’s own address is refused', async () => {
  const own = { settings: await settingsFor('http://127.0.0.1:11444/v1'), port: 11_444 };
  await expect(startGateway(own)).rejects.toThrow(/gateway's own address/);
});

test('a replaced model is noticed, and opened again', async () => {
  await using other = await startOpenAi();
  const gateway = await startGateway({ settings: await settingsFor(other.url), port: 0 });
  try {
    const ask = () => post(`${gateway.url}/api/embed`, { model: 'all-minilm', input: 'one' });
    expect(Float32Array.from((await ask()).body.embeddings[0]!)).toEqual(other.vectorOf('one'));
    other.world.salt = 'other';
    other.world.size = 1;
    expect(Float32Array.from((await ask()).body.embeddings[0]!)).toEqual(other.vectorOf('one'));
  } finally {
    await gateway.stop();
  }
});

test('beside an Ollama it takes a share of the texts, and chats go to the Ollama alone', async () => {
  const models = [{ ...allMiniLm }, { ...allMiniLm, name: 'another:latest', digest: 'a'.repeat(64) }];
  const first = await ollama({ models });
  const { world } = first;
  const other = await startOpenAi({ seedOf: (text) => world.seedOf(world.models[0]!, text) });
  stopAfterTest(other);
  const { url } = await gateway({
    ollamaUrl: [first.url, `openai+${other.url}#weight=9`],
    model: 'all-minilm',
  });
  const texts = Array.from({ length: 40 }, (_, index) => `text ${index}`);
  const answers = await Promise.all(
    texts.map((input) => post(`${url}/api/embed`, { model: 'all-minilm', input })),
  );
  expect(prints(answers.flatMap(({ body }) => floats(body.embeddings)))).toEqual(
    prints(texts.map((text) => first.vectorOf(text))),
  );
  expect(other.batches().flat()).toEqual(expect.arrayContaining([expect.stringMatching(/^text /)]));
  // It need not have another model than the gateway's own.
  const before = other.batches().length;
  const more = await post(`${url}/api/embed`, { model: 'another', input: ['text 0', 'text 1'] });
  expect([more.status, more.body.embeddings?.length]).toEqual([200, 2]);
  expect(other.batches()).toHaveLength(before);
  for (let chat = 0; chat < 3; chat++) {
    const answer = await fetch(`${url}/api/chat`, { method: 'POST', body: '{"model":"x","messages":[]}' });
    await answer.text();
  }
  expect(first.requests.filter(({ path }) => path === '/api/chat')).toHaveLength(3);
  expect(other.requests.filter(({ path }) => path.includes('chat'))).toEqual([]);
});
