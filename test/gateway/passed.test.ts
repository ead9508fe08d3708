// Vectors that are passed on as they are: none of a server that became another one, however it did.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RequestLine } from '../../src/gateway/options.js';
import { eventually } from '../helpers/eventually.js';
import type { TestOllama } from '../helpers/ollama.js';
import { floats, gateway, ollama, post } from './gateways.js';

const model = 'all-minilm';
/** Passed on, since only the server knows what it makes of that. */
const passedOn = (...texts: string[]) => ({ model, input: texts, truncate: 'no' });

async function vectorsOf(url: string, ...texts: string[]) {
  const { status, body } = await post(`${url}/api/embed`, passedOn(...texts));
  expect(body.error).toBeUndefined();
  expect(status).toBe(200);
  return floats(body.embeddings);
}

/** Two servers, the first of which is asked for what is passed on. */
async function two() {
  const servers = [await ollama(), await ollama()] as const;
  const { url } = await gateway({ ollamaUrl: servers.map((server) => server.url) });
  const right = (text: string) => [servers[1].vectorOf(text)];
  expect(await vectorsOf(url, 'before')).toEqual(right('before'));
  return { servers, url, right };
}

const asked = (server: TestOllama, text: string) =>
  server.batches().filter((texts) => texts.includes(text)).length;

test('one that lost its connections isn’t asked while another one hasn’t', async () => {
  const { servers, url, right } = await two();
  const [a] = servers;
  await a.die();
  await a.revive({ salt: 'other' });
  expect(await vectorsOf(url, 'after')).toEqual(right('after'));
  expect(asked(a, 'after')).toBe(0);
});

test('where all lost theirs, they are compared first: the one that is still what it was answers', async () => {
  const { servers, url, right } = await two();
  for (const server of servers) await server.die();
  await servers[0].revive({ salt: 'other' });
  await servers[1].revive();
  expect(await vectorsOf(url, 'after')).toEqual(right('after'));
  expect(asked(servers[0], 'after')).toBe(1);
});

test.each(['old', 'new'] as const)(
  'one whose model is pulled again while the %s one answers: the other server answers',
  async (answers) => {
    const { servers, url, right } = await two();
    servers[0].script({ kind: 'become', as: { digest: 'e'.repeat(64) }, answers });
    expect(await vectorsOf(url, 'meanwhile')).toEqual(right('meanwhile'));
    expect(asked(servers[0], 'meanwhile')).toBe(1);
    expect(await vectorsOf(url, 'after')).toEqual(right('after'));
    expect(asked(servers[0], 'after')).toBe(0);
  },
);

test('the only one, pulled again: as with what is batched, the answer is of the model that it has', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  expect(await vectorsOf(url, 'before')).toEqual([server.vectorOf('before')]);
  server.become({ digest: 'e'.repeat(64) });
  expect(await vectorsOf(url, 'after')).toEqual([server.vectorOf('after')]);
  // The first answer came before that was known.
  expect(asked(server, 'after')).toBe(2);
});

test('an answer of many vectors waits for that in the connection, and comes whole', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`);
  server.script({ kind: 'delay', ms: 300, path: '/api/tags', after: 2 });
  expect(await vectorsOf(url, ...texts)).toEqual(texts.map((text) => server.vectorOf(text)));
});

test('a client that leaves while that is found out, or in the middle of the answer, ends both', async () => {
  const server = await ollama();
  const lines: RequestLine[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url] },
    { events: { answered: (line) => lines.push(line) } },
  );
  await vectorsOf(url, 'before');
  server.script({ kind: 'delay', ms: 60_000, path: '/api/tags' });
  server.script({ kind: 'hang-mid-body', when: (texts) => texts.includes('half') });
  for (const text of ['whole', 'half']) {
    const leave = new AbortController();
    const answer = fetch(`${url}/api/embed`, {
      method: 'POST',
      body: JSON.stringify(passedOn(text)),
      signal: leave.signal,
    }).then((one) => one.text());
    await eventually(() => asked(server, text)).toBe(1);
    await sleep(200);
    leave.abort();
    await expect(answer).rejects.toThrow();
  }
  await eventually(() => lines.map(({ status }) => status)).toEqual([200, 499, 499]);
  await eventually(() => server.stats.inFlight).toBeLessThanOrEqual(1);
});

test('a server that breaks off in the middle of its answer is seen to break off', async () => {
  const server = await ollama();
  const lines: RequestLine[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url] },
    { events: { answered: (line) => lines.push(line) } },
  );
  await vectorsOf(url, 'before');
  server.script({ kind: 'reset-mid-body', when: (texts) => texts.includes('half') });
  const answer = fetch(`${url}/api/embed`, { method: 'POST', body: JSON.stringify(passedOn('half')) });
  // It depends on what is there first whether the answer has begun.
  const said = await answer.then(async (one) => [one.status, await one.text()]).catch(() => 'broke off');
  expect(['broke off', 502]).toContain([said].flat()[0]);
  await eventually(() => lines.map(({ status }) => status)).toEqual([200, 502]);
});

test('one that says nothing of its model: no vector, and when to try again', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url], maxRetries: 0 });
  await vectorsOf(url, 'before');
  server.script({ kind: 'answer', status: 500, body: '{}', path: '/api/tags', times: 100 });
  const { status, headers, body } = await post(`${url}/api/embed`, passedOn('after'));
  expect([status, body.embeddings]).toEqual([503, undefined]);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
});

test.each([
  { input: 'a', Input: 'b' },
  { input: 'a', Truncate: false },
  { input: 'a', DIMENSIONS: 8 },
  { input: 'a', options: [1] },
])('%j, which only Ollama reads in its way, is answered by it', async (fields) => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const body = { model: 'all-minilm', ...fields };
  const answer = await post(`${url}/api/embed`, body);
  expect(answer.status).toBe(200);
  expect(server.requests.map((one) => one.body)).toContainEqual(
    'options' in fields ? { model: 'all-minilm', input: 'a' } : body,
  );
});
