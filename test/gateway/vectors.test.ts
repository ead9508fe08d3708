import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { recordedCase } from '../helpers/ollama/contract.js';
import { allMiniLm, faults, type TestOllama } from '../helpers/ollama.js';
import { floats, gateway, get, ollama, post, prints, queued } from './gateways.js';

const embed = (url: string, body: object, headers = {}) =>
  post(`${url}/api/embed`, { model: 'all-minilm', ...body }, headers);

function forget(server: TestOllama): void {
  server.requests.length = 0;
}

/** A gateway whose model is open, so that the server has seen its canaries. */
async function opened(server: TestOllama, changes = {}, options = {}) {
  const made = await gateway({ ollamaUrl: [server.url], ...changes }, options);
  await embed(made.url, { input: 'opens the model' });
  forget(server);
  return made;
}

test('clients share requests, and each gets its own vectors', async () => {
  const server = await ollama({ requestDelayMs: 50 });
  const { url } = await opened(server, { batchInterval: 100 });
  const texts = Array.from({ length: 60 }, (_, index) => `client ${index}`);
  const answers = await Promise.all(texts.map((input) => embed(url, { input })));
  expect(prints(answers.flatMap(({ body }) => floats(body.embeddings)))).toEqual(
    prints(texts.map((text) => server.vectorOf(text))),
  );
  expect(server.batches().length).toBeLessThan(30);
  expect(server.batches().flat().sort()).toEqual([...texts].sort());
});

test('a list comes back in its order, with the name that the client used', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const input = Array.from({ length: 100 }, (_, index) => `text ${index % 70}`);
  const { body } = await embed(url, { model: 'all-minilm:latest', input });
  expect(body.model).toBe('all-minilm:latest');
  expect(prints(floats(body.embeddings))).toEqual(prints(input.map((text) => server.vectorOf(text))));
});

test.each([
  'embed_one_string',
  'embed_batch_of_two',
  'embed_unicode',
  'embed_too_long_default_truncates_silently',
])('tokens are counted as the server counts them: %s', async (name) => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const { request, response } = recordedCase('0.24.0', name);
  const { body } = await post(`${url}/api/embed`, request.body);
  expect(body.prompt_eval_count).toBe((response.body as { prompt_eval_count: number }).prompt_eval_count);
});

test('what fits is sent whole, whatever the client says of cutting; the rest as it wants', async () => {
  const server = await ollama();
  const { url } = await opened(server);
  const long = 'word '.repeat(600);
  const cut = await embed(url, { input: ['short', long] });
  expect(floats(cut.body.embeddings)).toEqual([server.vectorOf('short'), server.vectorOf(long)]);
  const sent = server.requests.map(({ body }) => [body.truncate, body.input]);
  expect(sent).toEqual(
    expect.arrayContaining([
      [false, ['short']],
      [true, [long]],
    ]),
  );
  const whole = await embed(url, { input: ['short', long], truncate: false });
  expect([whole.status, whole.body.error]).toEqual([400, 'the input length exceeds the context length']);
});

test('a text that is longer for the server than it was counted is sent again, to be cut', async () => {
  const server = await ollama();
  const { url } = await opened(server);
  server.world.tokensOf = (text) => (text === 'longer than it looks' ? 513 : 5);
  const { status, body } = await embed(url, { input: ['fine', 'longer than it looks'] });
  expect(status).toBe(200);
  expect(floats(body.embeddings)).toEqual(
    ['fine', 'longer than it looks'].map((text) => server.vectorOf(text)),
  );
  expect((await embed(url, { input: 'longer than it looks', truncate: false })).status).toBe(400);
});

test('dimensions are each client’s own, and vectors of others are not mixed in', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url], cache: 'none' });
  const [short, whole, negative] = await Promise.all([
    embed(url, { input: 'one', dimensions: 8 }),
    embed(url, { input: 'one' }),
    embed(url, { input: 'one', dimensions: -1 }),
  ]);
  expect(floats(short.body.embeddings)).toEqual([server.vectorOf('one', 8)]);
  expect(floats(whole.body.embeddings)).toEqual([server.vectorOf('one')]);
  expect(floats(negative.body.embeddings)).toEqual([server.vectorOf('one')]);
});

test('no client makes the server load its model again', async () => {
  const server = await ollama();
  const { url } = await opened(server);
  await embed(url, { input: 'one', options: { num_ctx: 128, num_thread: 2 }, keep_alive: '1m' });
  await embed(url, { input: 'two', truncate: 'no', options: { num_ctx: 128 }, keep_alive: 0 });
  await post(`${url}/api/embeddings`, { model: 'all-minilm', prompt: 'three', options: { num_ctx: 64 } });
  await post(`${url}/v1/embeddings`, {
    model: 'all-minilm',
    input: 'four',
    truncate: 'no',
    options: { num_ctx: 64 },
  });
  const sent = server.requests.filter(({ method }) => method === 'POST');
  expect(new Set(sent.map(({ path }) => path))).toEqual(
    new Set(['/api/embed', '/api/embeddings', '/v1/embeddings']),
  );
  for (const { body } of sent) {
    expect(body).not.toHaveProperty('options');
    expect(body).not.toHaveProperty('keep_alive');
  }
});

test('to unload a model is a wish about the model, and goes through', async () => {
  const server = await ollama();
  const { url } = await opened(server);
  const loaded = async () => (await get<{ models: object[] }>(`${url}/api/ps`)).models;
  expect(await loaded()).toHaveLength(1);
  await post(`${url}/api/embed`, { model: 'all-minilm', keep_alive: 0 });
  expect(await loaded()).toHaveLength(0);
});

test('the older endpoint shares batches and cache where its vectors are the same', async () => {
  const server = await ollama({ requestDelayMs: 20 });
  const { url } = await opened(server, { batchInterval: 100 });
  const older = (prompt: string) => post(`${url}/api/embeddings`, { model: 'all-minilm', prompt });
  await older('finds out');
  forget(server);
  const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
  const answers = await Promise.all(texts.map(older));
  expect(prints(floats(answers.map(({ body }) => body.embedding)))).toEqual(
    prints(texts.map((text) => server.vectorOf(text))),
  );
  expect(server.requests.map(({ path }) => path)).not.toContain('/api/embeddings');
  expect(server.batches().length).toBeLessThan(15);
});

test('the older endpoint has its own vectors, and never others, where they differ', async () => {
  const server = await ollama();
  const { url } = await opened(server);
  // Of another length for one of the canaries is enough.
  const long = [...server.vectorOf('one')].map((value) => value * 1.00001);
  const body = JSON.stringify({ embedding: long });
  server.script({ kind: 'answer', path: '/api/embeddings', status: 200, body, times: 100 });
  for (const prompt of ['one', 'two']) {
    const answer = await post(`${url}/api/embeddings`, { model: 'all-minilm', prompt });
    expect([answer.status, answer.body.embedding]).toEqual([200, long]);
  }
  const asked = server.requests.filter(({ path }) => path === '/api/embeddings');
  // One to find out, and each alone.
  expect(asked).toHaveLength(3);
});

test('a text that the older endpoint refuses gets its own words', async () => {
  const server = await ollama();
  const { url } = await opened(server);
  const { request, response } = recordedCase('0.24.0', 'legacy_embeddings_too_long');
  const { status, body } = await post(`${url}/api/embeddings`, request.body);
  expect([status, body]).toEqual([response.status, response.body]);
});

test('a model that the server can’t embed with is refused in the server’s own words', async () => {
  const server = await ollama({
    models: [{ ...allMiniLm, name: 'chat:latest', capabilities: ['completion'] }],
  });
  server.script({
    kind: 'answer',
    status: 501,
    body: '{"error":"this model does not support embeddings"}',
    times: 2,
  });
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const answer = await embed(url, { model: 'chat', input: 'x' });
  expect([answer.status, answer.body.error]).toEqual([501, 'this model does not support embeddings']);
});

test('a text that the server fails on costs the others nothing', async () => {
  const server = await ollama();
  const { url } = await opened(server, { maxRetries: 0 });
  server.script(faults.poisoned('poison'));
  const answers = await Promise.all(['one', 'poison', 'two'].map((input) => embed(url, { input })));
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 200]);
});

test('a server that comes up later is used then; before that, no client waits', async () => {
  const server = await ollama();
  await server.die();
  const { url } = await gateway({ ollamaUrl: [server.url], maxRetries: 0 });
  expect((await fetch(`${url}/ready`)).status).toBe(503);
  const early = await embed(url, { input: 'one' });
  expect(early.status).toBe(503);
  expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await fetch(`${url}/api/tags`)).status).toBe(502);
  await server.revive();
  const late = await embed(url, { input: 'one' });
  expect(floats(late.body.embeddings)).toEqual([server.vectorOf('one')]);
  await eventually(async () => (await fetch(`${url}/ready`)).status).toBe(200);
});

test('a server that never answers is given up in time', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { deadlineMs: 200 } });
  server.script({ kind: 'hang', times: Number.POSITIVE_INFINITY });
  const { status, body } = await embed(url, { input: 'one' });
  expect([status, body.error]).toEqual([503, 'no answer in time, please try again']);
});

test('a model that was replaced on the server is opened again, also for the request that found out', async () => {
  const server = await ollama();
  const { url } = await opened(server, { maxRetries: 0 });
  await server.die();
  await server.revive({ digest: 'ab'.repeat(32), salt: 'another release' });
  const { status, body } = await embed(url, { input: 'one' });
  expect(status).toBe(200);
  expect(floats(body.embeddings)).toEqual([server.vectorOf('one')]);
});

test('a client that pulls a model through the gateway gets the new one’s vectors afterwards', async () => {
  const server = await ollama();
  const cacheDir = mkdtempSync(join(tmpdir(), 'embed-gateway-'));
  const { url } = await opened(server, { cache: 'disk', cacheDir });
  const old = server.vectorOf('one');
  expect(floats((await embed(url, { input: 'one' })).body.embeddings)).toEqual([old]);
  server.world.registry = [{ ...allMiniLm, digest: 'cd'.repeat(32) }];
  server.world.models = [{ ...allMiniLm, digest: 'cd'.repeat(32) }];
  await fetch(`${url}/api/pull`, { method: 'POST', body: '{"model":"all-minilm"}' }).then((one) =>
    one.text(),
  );
  // The first request afterwards starts the look at the server's list.
  await eventually(async () => floats((await embed(url, { input: 'one' })).body.embeddings)[0]).toEqual(
    server.vectorOf('one'),
  );
  expect(server.vectorOf('one')).not.toEqual(old);
  rmSync(cacheDir, { recursive: true });
});

test('models beyond the bound make room for each other', async () => {
  const models = ['a', 'b', 'c'].map((name) => ({ ...allMiniLm, name: `${name}:latest`, salt: name }));
  const server = await ollama({ models });
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { maxModels: 2 } });
  for (const model of ['a', 'b', 'c', 'a']) {
    const answer = await embed(url, { model, input: 'one' });
    expect(answer.status).toBe(200);
  }
  const { pipeline } = await get<{ pipeline: { model: string }[] }>(`${url}/health`);
  expect(pipeline.map(({ model }) => model)).toEqual(['c:latest', 'a:latest']);
});

test('a full queue answers as a full server does', async () => {
  const server = await ollama();
  const { url } = await opened(server, { concurrency: 1, batchSize: 1 }, { limits: { maxQueue: 2 } });
  const go = hold(server);
  const came: Awaited<ReturnType<typeof embed>>[] = [];
  const asked = Array.from({ length: 8 }, async (_, index) =>
    came.push(await embed(url, { input: `text ${index}` })),
  );
  await eventually(() => came.length).toBeGreaterThan(0);
  go();
  await Promise.all(asked);
  const refused = came.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(8);
  for (const { body, headers } of refused) {
    expect(body).toEqual({ error: 'server busy, please try again.  maximum pending requests exceeded' });
    expect(headers.get('retry-after')).toBe('1');
  }
});

test('clients that go away take their texts from the queue', async () => {
  const server = await ollama();
  const { url } = await opened(server, { concurrency: 1, batchSize: 1 });
  const go = hold(server);
  const first = embed(url, { input: 'first' });
  await eventually(() => server.batches().length).toBe(1);
  const leave = new AbortController();
  const gone = fetch(`${url}/api/embed`, {
    method: 'POST',
    body: JSON.stringify({ model: 'all-minilm', input: ['gone 1', 'gone 2'] }),
    signal: leave.signal,
  });
  await eventually(() => queued(url)).toBe(2);
  leave.abort();
  await expect(gone).rejects.toThrow();
  await eventually(() => queued(url)).toBe(0);
  go();
  await first;
  await embed(url, { input: 'last' });
  expect(server.batches()).toEqual([['first'], ['last']]);
});

test('the urgent overtake, and priorities that don’t exist are refused', async () => {
  const server = await ollama();
  const { url } = await opened(server, { concurrency: 1, batchSize: 1 });
  const go = hold(server);
  const first = embed(url, { input: 'first' });
  await eventually(() => server.batches().length).toBe(1);
  const low = embed(url, { input: 'low' }, { 'x-embed-priority': '4' });
  await eventually(() => queued(url)).toBe(1);
  const high = embed(url, { input: 'high' }, { 'x-embed-priority': '0' });
  await eventually(() => queued(url)).toBe(2);
  go();
  await Promise.all([first, low, high]);
  expect(server.batches()).toEqual([['first'], ['high'], ['low']]);
  expect((await embed(url, { input: 'x' }, { 'x-embed-priority': '5' })).status).toBe(400);
});

test('one client’s flood doesn’t starve another', async () => {
  const server = await ollama({ requestDelayMs: 2 });
  const { url } = await opened(server, { concurrency: 1, batchSize: 1 });
  const flood = embed(
    url,
    { input: Array.from({ length: 200 }, (_, index) => `flood ${index}`) },
    { 'x-embed-client': 'flood' },
  );
  await eventually(() => server.requests.length).toBeGreaterThan(1);
  const before = server.requests.length;
  await embed(url, { input: 'single' }, { 'x-embed-client': 'single' });
  const place = server.batches().findIndex(([text]) => text === 'single');
  expect(place - before).toBeLessThan(50);
  await flood;
});

test('a script that the model does not know is refused by every route, unless nothing is known of its vocabulary', async () => {
  const server = await ollama();
  const { url } = await opened(server);
  const text = '灯塔位于岛的北端';
  for (const [path, body] of [
    ['/api/embed', { input: ['a lighthouse', text] }],
    ['/api/embeddings', { prompt: text }],
    ['/v1/embeddings', { input: text }],
    ['/embedding', { text }],
  ] as const) {
    expect([path, (await post(url + path, { model: 'all-minilm', ...body })).status]).toEqual([path, 400]);
  }
  expect(server.batches().flat()).not.toContain(text);
  const other = await ollama({ models: [{ ...allMiniLm, tokenizer: 't5' }] });
  const { body } = await embed((await opened(other)).url, { input: text });
  expect(prints(floats(body.embeddings))).toEqual([String(prints([other.vectorOf(text)]))]);
});
