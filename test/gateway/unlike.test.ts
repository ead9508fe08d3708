// Servers whose vectors can't be compared with each other, or can't be right: no vector goes out, for any way of asking
// and whichever server dies; and the operators of the gateway are told.
import { afterEach, expect, test, vi } from 'vitest';
import { WrongVectorsError } from '../../src/errors.js';
import { saidInto } from '../helpers/events.js';
import { eventually } from '../helpers/eventually.js';
import { faults, type TestOllama } from '../helpers/ollama.js';
import { gateway, get, ollama } from './gateways.js';

const model = 'all-minilm';
const unlike = 'gives other vectors than the one at';
const one = 'unlike texts one and the same vector';

/** All ways to ask for vectors: what is batched, and what is passed on as it is. */
const ways: [name: string, path: string, body: string | object][] = [
  ['texts', '/api/embed', { model, input: ['one', 'two'] }],
  ['texts of OpenAI', '/v1/embeddings', { model, input: ['one', 'two'] }],
  ['base64', '/v1/embeddings', { model, input: 'one', encoding_format: 'base64' }],
  ['the own API', '/embedding', { model, texts: ['one'] }],
  ['fewer dimensions', '/api/embed', { model, input: 'one', dimensions: 64 }],
  ['texts that aren’t to be cut', '/api/embed', { model, input: 'one', truncate: false }],
  ['another context', '/api/embed', { model, input: 'one', options: { num_ctx: 64 } }],
  ['a single text, as once', '/api/embeddings', { model, prompt: 'one' }],
  ['one of another alphabet, as once', '/api/embeddings', { model, prompt: 'één' }],
  ['a blank text among others', '/api/embed', { model, input: ['one', ''] }],
  ['an unknown encoding', '/v1/embeddings', { model, input: 'one', encoding_format: 'hex' }],
  ['a time to stay loaded that is none', '/api/embed', { model, input: 'one', keep_alive: 'long' }],
  ['a list as dimensions', '/api/embed', { model, input: 'one', dimensions: [] }],
];

afterEach(() => {
  vi.restoreAllMocks();
});

const post = (url: string, body: string | object) =>
  fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

async function unlikeServers(): Promise<[TestOllama, TestOllama]> {
  const [a, b] = [await ollama(), await ollama()];
  b.world.models[0]!.salt = 'other';
  return [a, b];
}

const gatewayOf = (servers: TestOllama[]) => gateway({ ollamaUrl: servers.map(({ url }) => url) });

async function expectRefused(url: string, path: string, body: string | object, reason: string) {
  const answer = await post(url + path, body);
  const text = await answer.text();
  expect([answer.status, text]).toEqual([503, expect.stringContaining(reason)]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

test.each(ways)('%s of unlike servers: 503 with the reason, at the first request', async (_, path, body) => {
  const { url } = await gatewayOf(await unlikeServers());
  await expectRefused(url, path, body, unlike);
});

test.each(ways)('%s of a server with one vector: 503 with the reason', async (_, path, body) => {
  const server = await ollama();
  server.script(faults.oneVector());
  const { url } = await gatewayOf([server]);
  await expectRefused(url, path, body, one);
});

test.each([0, 1])('and when server %i of two unlike ones has died, neither gives vectors', async (dead) => {
  const servers = await unlikeServers();
  const { url } = await gatewayOf(servers);
  await expectRefused(url, ...([ways[0]![1], ways[0]![2], unlike] as const));
  await servers[dead]!.die();
  const now = performance.now.bind(performance);
  // The looks at the servers are 2 s apart.
  for (const later of [0, 2100, 4200]) {
    vi.spyOn(performance, 'now').mockImplementation(() => now() + later);
    for (const [, path, body] of ways) await expectRefused(url, path, body, unlike);
  }
});

test('one that lacks the model makes those that have it no likelier', async () => {
  const servers = [...(await unlikeServers()), await ollama({ models: [] })];
  const { url } = await gatewayOf(servers);
  for (const [, path, body] of ways) await expectRefused(url, path, body, unlike);
});

/** Vectors for requests in a form that the scripted server doesn't read, as real ones may. */
const forOddOnes = (path: string) =>
  ({
    kind: 'answer',
    status: 200,
    body: '{"embeddings":[[1,0]],"embedding":[1,0]}',
    path,
    when: (texts: readonly string[]) => texts.length === 0,
    times: Number.POSITIVE_INFINITY,
  }) as const;

test.each([
  ['names in other letters', '/api/embed', '{"Model":"all-minilm","INPUT":"one"}', 503],
  ['names in other letters, as once', '/api/embeddings', '{"mOdel":"all-minilm","Prompt":"one"}', 503],
  ['two models', '/api/embed', '{"MODEL":"nope","Input":"one","Model":"all-minilm"}', 400],
  ['more after the end', '/api/embed', '{"model":"all-minilm","input":"one"} and more', 400],
  ['more after the end, of the old API', '/api/embeddings', '{"model":"all-minilm","prompt":"one"}{', 400],
])('a body with %s is no way around', async (_, path, body, status) => {
  const servers = await unlikeServers();
  for (const server of servers) server.script(forOddOnes(path));
  const { url } = await gatewayOf(servers);
  const answer = await post(url + path, body);
  expect([answer.status, await answer.text()]).toEqual([status, expect.not.stringContaining('[')]);
});

test('what holds no text still loads the model', async () => {
  const { url } = await gatewayOf(await unlikeServers());
  const answer = await post(`${url}/api/embed`, { model });
  expect([answer.status, await answer.json()]).toMatchObject([200, { embeddings: [] }]);
});

test('a server that comes late with other vectors gets no request for them, not even when it is the only one', async () => {
  const [a, b] = await unlikeServers();
  await b.die();
  const { url } = await gatewayOf([a, b]);
  const body = { model, prompt: 'one' };
  expect((await post(`${url}/api/embeddings`, body)).status).toBe(200);
  await b.revive();
  await a.die();
  await eventually(() => get(`${url}/health`)).toMatchObject({
    servers: [{ up: false }, { up: true }],
  });
  const asked = b.requests.length;
  for (let count = 0; count < 5; count++) {
    const answer = await post(`${url}/api/embeddings`, body);
    expect(answer.status).toBeGreaterThanOrEqual(500);
  }
  expect(b.requests.slice(asked).filter(({ path }) => path === '/api/embeddings')).toEqual([]);
});

test('a client that tries again and again costs no measurement', async () => {
  const servers = await unlikeServers();
  const { url } = await gatewayOf(servers);
  const [, path, body] = ways[0]!;
  await expectRefused(url, path, body, unlike);
  const embeds = servers.map(({ stats }) => stats.embeds);
  const requests = servers.map(({ stats }) => stats.requests);
  for (let count = 0; count < 50; count++) await expectRefused(url, path, body, unlike);
  expect(servers.map(({ stats }) => stats.embeds)).toEqual(embeds);
  for (const [index, { stats }] of servers.entries()) {
    // A look is two requests, once in two seconds.
    expect(stats.requests - requests[index]!).toBeLessThan(10);
  }
});

interface Health {
  status: string;
  refused: { model: string; reason: string; error: string }[];
}

test('health, metrics and JSON say which model, why, and when it is over', async () => {
  const [a, b] = [await ollama(), await ollama()];
  const { digest } = b.world.models[0]!;
  b.world.models[0]!.digest = `00${digest.slice(2)}`;
  const notices: string[] = [];
  const settings = { ollamaUrl: [a.url, b.url] };
  const { url } = await gateway(settings, { events: saidInto(notices) });
  expect(await get<Health>(`${url}/health`)).toMatchObject({ status: 'ok', refused: [] });
  const [, path, body] = ways[0]!;
  for (let count = 0; count < 3; count++) await expectRefused(url, path, body, unlike);
  expect(notices).toEqual([expect.stringMatching(`^No vectors of "all-minilm" are given. .*${unlike}`)]);
  const health = await fetch(`${url}/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({
    status: 'degraded',
    refused: [{ model, reason: 'unlike-servers', error: expect.stringContaining(unlike) }],
  });
  const metrics = await fetch(`${url}/metrics`).then((answer) => answer.text());
  expect(metrics).toContain('embed_gateway_model_refused{model="all-minilm",reason="unlike-servers"} 1');
  expect(await get(`${url}/metrics?format=json`)).toMatchObject({
    gateway: { refused_models: [{ model, reason: 'unlike-servers' }] },
  });
  // The operator repairs the server, and sees that: no client needs to try.
  b.world.models[0]!.digest = digest;
  await eventually(() => get<Health>(`${url}/health`)).toMatchObject({ status: 'ok', refused: [] });
  expect((await post(url + path, body)).status).toBe(200);
  expect(notices.slice(1)).toEqual([expect.stringContaining('it is served again')]);
  expect(await fetch(`${url}/metrics`).then((answer) => answer.text())).not.toContain('model_refused{');
});

test('a gateway that was named the model doesn’t start', async () => {
  const servers = await unlikeServers();
  const named = gateway({ ollamaUrl: servers.map(({ url }) => url), model });
  await expect(named).rejects.toThrow(WrongVectorsError);
  await expect(named).rejects.toThrow(unlike);
});
