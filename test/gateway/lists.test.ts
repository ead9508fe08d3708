// Long lists: answered as by the server itself, in memory that has a bound, and never half of one as the whole.
import { connect } from 'node:net';
import { request as ask } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayLimits, RequestLine } from '../../src/gateway/options.js';
import { makeWorkspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { allMiniLm, type OllamaOptions } from '../helpers/ollama.js';
import { floats, gateway, ollama, post, prints } from './gateways.js';

const textsOf = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);

/** With a model that is open. */
async function started(limits: Partial<GatewayLimits> = {}, options: OllamaOptions = {}, changes = {}) {
  // Short vectors, as there are many.
  const server = await ollama({ models: [{ ...allMiniLm, dimensions: 16 }], ...options });
  const { url } = await gateway(
    { ollamaUrl: [server.url], batchSize: 64, concurrency: 2, ...changes },
    { limits },
  );
  await post(`${url}/api/embed`, { model: 'all-minilm', input: 'opens the model' });
  server.requests.length = 0;
  return { server, url };
}

const bodyOf = (input: string[], more = {}) => JSON.stringify({ model: 'all-minilm', input, ...more });

test.each([
  ['/api/embed', 8000, false],
  ['/api/embed', 0, true],
  ['/v1/embeddings', 0, true],
  ['/embedding', 0, true],
] as const)('%s gives all vectors in order, held for %i ms', async (path, holdMs, isStreamed) => {
  const { server, url } = await started({ holdMs });
  const texts = textsOf(400);
  const body = JSON.stringify({ model: 'all-minilm', input: texts, texts, encoding_format: 'float' });
  const answer = await ask(url + path, { method: 'POST', body });
  const said = (await answer.body.json()) as {
    embeddings?: number[][];
    data?: { embedding: number[]; index: number }[];
  };
  expect(prints(floats(said.embeddings ?? said.data!.map(({ embedding }) => embedding)))).toEqual(
    prints(texts.map((text) => server.vectorOf(text))),
  );
  if (said.data) expect(said.data.map(({ index }) => index)).toEqual([...texts.keys()]);
  expect(answer.headers['transfer-encoding']).toBe(isStreamed ? 'chunked' : undefined);
  expect(answer.headers['x-request-id']).toEqual(expect.any(String));
  // From one piece to the next, batches stay full.
  expect(server.batches().length).toBeLessThanOrEqual(Math.ceil(400 / 64) + 2);
});

test('more texts than any queue of the gateway holds are taken, as by the server', async () => {
  const { server, url } = await started({ maxQueue: 300 });
  const { status, body } = await post(`${url}/api/embed`, { model: 'all-minilm', input: textsOf(1000) });
  expect([status, body.embeddings.length]).toEqual([200, 1000]);
  expect(floats(body.embeddings.slice(-1))).toEqual([server.vectorOf('text 999')]);
  const repeated = await post(`${url}/api/embed`, { model: 'all-minilm', input: Array(8193).fill('a') });
  expect([repeated.status, repeated.body.embeddings.length]).toEqual([200, 8193]);
});

test('a list takes as long as it takes, while its texts are embedded', async () => {
  const { server, url } = await started({ deadlineMs: 1000, holdMs: 0 }, { textDelayMs: 4 });
  const start = performance.now();
  const { status, body } = await post(`${url}/api/embed`, { model: 'all-minilm', input: textsOf(400) });
  expect([status, body.embeddings?.length]).toEqual([200, 400]);
  expect(performance.now() - start).toBeGreaterThan(1000);
  // When nothing goes on, it ends.
  server.freeze();
  const { status: late } = await post(`${url}/api/embed`, { model: 'all-minilm', input: ['x'] });
  server.thaw();
  expect(late).toBe(503);
});

test('the answer begins with the first texts, and a fault after that breaks the connection', async () => {
  const { server, url } = await started({ holdMs: 0 });
  const last = (texts: readonly string[]) => texts.includes('text 250');
  server.script({ kind: 'answer', status: 400, body: '{"error":"bad text"}', when: last, times: 100 });
  const { statusCode, body } = await ask(`${url}/api/embed`, {
    method: 'POST',
    body: bodyOf(textsOf(300), { truncate: false }),
  });
  expect(statusCode).toBe(200);
  let got = '';
  await expect(async () => {
    for await (const part of body.setEncoding('utf8')) got += part;
  }).rejects.toThrow();
  expect(got).toContain('"embeddings":[[');
  expect(got).not.toContain('prompt_eval_count');
});

test('while nothing has been sent, a fault has its status, however long the list is', async () => {
  const { server, url } = await started();
  const when = (texts: readonly string[]) => texts.includes('text 250');
  const body = '{"error":"the input length exceeds the context length"}';
  server.script({ kind: 'answer', status: 400, body, when, times: 100 });
  const answer = await post(`${url}/api/embed`, {
    model: 'all-minilm',
    input: textsOf(300),
    truncate: false,
  });
  expect([answer.status, answer.body]).toEqual([400, JSON.parse(body)]);
});

test('a client that leaves a long list takes the rest of it from the queue', async () => {
  const { server, url } = await started({ holdMs: 0 }, {}, { concurrency: 1 });
  const leave = new AbortController();
  const { body } = await ask(`${url}/api/embed`, {
    method: 'POST',
    body: bodyOf(textsOf(3000)),
    signal: leave.signal,
  });
  body.on('error', () => undefined);
  leave.abort();
  await eventually(
    async () => (await post(`${url}/api/embed`, { model: 'all-minilm', input: 'another' })).status,
  ).toBe(200);
  expect(server.batches().flat().length).toBeLessThan(2900);
});

test('a client that doesn’t take its answer is left', async () => {
  const server = await ollama();
  const lines: RequestLine[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url] },
    { limits: { receiveMs: 1000, idleMs: 60_000 }, events: { answered: (line) => lines.push(line) } },
  );
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined).once('data', () => socket.pause());
  const body = bodyOf(Array(6000).fill('a'));
  socket.write(
    `POST /api/embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await eventually(() => lines).toEqual([expect.objectContaining({ status: 502, texts: 6000 })]);
  // What lies in the buffers between them comes, and then the end of the connection, long before that of the answer.
  socket.resume();
  await eventually(() => socket.closed).toBe(true);
  expect(socket.bytesRead).toBeLessThan(20_000_000);
});

test('a long list under way leaves others room for their answers', async () => {
  const limits = { holdMs: 0, maxAnswers: 17_000_000, deadlineMs: 20_000 };
  const { server, url } = await started(limits, { models: [allMiniLm] });
  const input = Array(3000).fill('a');
  input[300] = 'held';
  const go = hold(server, { when: (texts) => texts.includes('held') });
  const { body } = await ask(`${url}/api/embed`, { method: 'POST', body: bodyOf(input) });
  const whole = body.json() as Promise<{ embeddings: number[][] }>;
  const other = await post(`${url}/api/embed`, { model: 'all-minilm', input: Array(150).fill('b') });
  go();
  expect([other.status, (await whole).embeddings.length]).toEqual([200, 3000]);
});

test('a single text waits for about one batch beside a long list, and not behind it', async () => {
  const { server, url } = await started({}, {}, { concurrency: 1, batchSize: 10 });
  const go = hold(server);
  const bulk = post(`${url}/api/embed`, { model: 'all-minilm', input: textsOf(500) });
  await eventually(() => server.batches().length).toBe(1);
  const single = post(`${url}/api/embed`, { model: 'all-minilm', input: 'single' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  go();
  expect((await single).status).toBe(200);
  await bulk;
  expect(server.batches().findIndex((batch) => batch.includes('single'))).toBeLessThanOrEqual(2);
});

test('requests under one name take their turns as one', async () => {
  const { server, url } = await started({}, {}, { concurrency: 1, batchSize: 10 });
  const go = hold(server);
  const send = (input: string[], name: string) =>
    post(`${url}/api/embed`, { model: 'all-minilm', input }, { 'x-embed-client': name });
  const many = Array.from({ length: 8 }, (_, at) =>
    send(
      Array.from({ length: 10 }, (_, index) => `${at} ${index}`),
      'wiki',
    ),
  );
  await eventually(() => server.batches().length).toBe(1);
  const other = send(['other 0', 'other 1', 'other 2', 'other 3'], 'notes');
  await new Promise((resolve) => setTimeout(resolve, 50));
  go();
  await Promise.all([...many, other]);
  // Every second place is its own, whatever the other has sent before.
  expect(
    server
      .batches()
      .slice(0, 3)
      .flat()
      .filter((text) => text.startsWith('other')),
  ).toHaveLength(4);
});

test('an empty text in a list has a vector, and the others share requests', async () => {
  const { server, url } = await started();
  for (const [path, rowsOf] of [
    ['/api/embed', (body: { embeddings: number[][] }) => body.embeddings],
    [
      '/v1/embeddings',
      (body: { data: { embedding: number[] }[] }) => body.data.map(({ embedding }) => embedding),
    ],
  ] as const) {
    const input = ['', `one by ${path}`, ''];
    const { status, body } = await post(url + path, { model: 'all-minilm', input });
    expect([path, status]).toEqual([path, 200]);
    expect(floats(rowsOf(body as never))).toEqual(input.map((text) => server.vectorOf(text)));
  }
  expect(server.requests.filter(({ path }) => path === '/v1/embeddings')).toHaveLength(0);
  const alone = await post(`${url}/api/embed`, { model: 'all-minilm', input: '' });
  expect(alone.body.embeddings).toEqual([]);
});

test('x-embed-cache leaves the cache alone, or makes it new', async () => {
  const workspace = makeWorkspace();
  onTestFinished(() => workspace.remove());
  const { server, url } = await started({}, {}, { cache: 'disk', cacheDir: workspace.dir });
  const asked = async (use: string) => {
    const before = server.batches().length;
    const { status, body } = await post(
      `${url}/api/embed`,
      { model: 'all-minilm', input: 'one' },
      { 'x-embed-cache': use },
    );
    if (status !== 200) return [status, body.error];
    expect(floats(body.embeddings)).toEqual([server.vectorOf('one')]);
    return server.batches().length - before;
  };
  expect(await asked('bypass')).toBe(1);
  // Nothing was stored.
  expect(await asked('use')).toBe(1);
  expect(await asked('use')).toBe(0);
  expect(await asked('bypass')).toBe(1);
  expect(await asked('refresh')).toBe(1);
  expect(await asked('')).toBe(0);
  expect(await asked('none')).toEqual([400, 'x-embed-cache must be use, bypass or refresh']);
});
