// `embed serve --in`: questions over HTTP, as the command answers them, and for agents.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, test } from 'vitest';
import { openIndexes } from '../../../src/commands/indexes/open-indexes.js';
import { search } from '../../../src/commands/search.js';
import { eventually } from '../../helpers/eventually.js';
import { gateway, ollama } from '../gateways.js';
import { indexed } from './indexed.js';

const documents = {
  'boats.md': '# Boats\n\nA boat leaves at noon.\n',
  'mill.md': '# Mill\n\nThe mill is behind the harbour.\n',
};
const bearer = { authorization: 'Bearer sesame' };

interface Answer {
  schema: number;
  results: { text: string; metadata: { source: string } }[];
  indexes: { name: string; rows: number; problem?: string }[];
  error: string;
}

async function ask(url: string, question: object | string, headers: Record<string, string> = {}) {
  const body = typeof question === 'string' ? question : JSON.stringify(question);
  const answer = await fetch(`${url}/search`, { method: 'POST', body, headers });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

const sourcesOf = ({ body }: { body: Answer }) => body.results.map(({ metadata }) => metadata.source);

test('a question gets what the command finds', async () => {
  const { url, out, settings } = await indexed({ ...documents, 'copy.md': documents['mill.md'] });
  const question = 'The mill is behind the harbour.';
  const { status, body } = await ask(url, { question, results: 2 });
  const found = await search({ question, settings, k: 2, in: `docs=${out}` });
  expect([status, body]).toEqual([200, { schema: 1, results: JSON.parse(JSON.stringify(found)) }]);
  const [first] = body.results as unknown as { sources: string[] }[];
  expect(first?.sources).toEqual(['docs/copy.md', 'docs/mill.md']);
  expect(sourcesOf(await ask(url, { question, source: ['boats.*'] }))).toEqual(['docs/boats.md']);
  const { indexes } = (await (await fetch(`${url}/search`)).json()) as Answer;
  expect(indexes).toMatchObject([{ name: 'docs', kind: 'output', documents: 3, rows: 3 }]);
});

test('what is wrong with a question is told in words', async () => {
  const { url } = await indexed(documents);
  for (const [question, words] of [
    ['{', 'JSON object'],
    ['[]', 'JSON object'],
    [{}, 'question'],
    [{ question: 'x', results: 51 }, 'results'],
    [{ question: 'x', limit: 3 }, 'limit'],
    [{ question: 'x', in: ['none'] }, 'no index "none"'],
    [{ question: 'x', where: ['lang'] }, 'where'],
  ] as const) {
    const { status, body } = await ask(url, question);
    expect([status, body.error]).toEqual([400, expect.stringContaining(words)]);
  }
});

test('a damaged output is told, and the rest of the gateway goes on', async () => {
  const { url, out } = await indexed(documents);
  writeFileSync(join(out, 'chunks.jsonl'), 'x'.repeat(statSync(join(out, 'chunks.jsonl')).size));
  const { status, body } = await ask(url, { question: 'x' });
  expect([status, body.error]).toEqual([503, expect.stringContaining('chunks.jsonl')]);
  expect((await fetch(`${url}/api/tags`)).status).toBe(200);
});

test('a damaged output is told at the start', async () => {
  const { out, settings } = await indexed(documents);
  writeFileSync(join(out, 'vectors.npy'), 'x');
  const told: string[] = [];
  const warning = (message: string, code: string) => void told.push(`${code}: ${message}`);
  const indexes = openIndexes({ in: [out], settings, maxBytes: 1024, events: { warning } });
  await eventually(() => told).toEqual([
    expect.stringMatching(/^index-not-usable: .*vectors\.npy is damaged/),
  ]);
  await indexes.close();
});

test('nothing but the page comes without the token', async () => {
  const { url } = await indexed(documents, { token: 'sesame' });
  for (const [path, method] of [
    ['/search', 'POST'],
    ['/search', 'GET'],
    ['/mcp', 'POST'],
    ['/mcp', 'GET'],
  ]) {
    expect((await fetch(`${url}${path}`, { method: method! })).status).toBe(401);
  }
  const page = await fetch(`${url}/ui`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await page.text()).not.toContain('harbour');
  expect((await ask(url, { question: 'x' }, bearer)).status).toBe(200);
  const headers = { ...bearer, origin: 'https://evil.example' };
  expect((await ask(url, { question: 'x' }, headers)).status).toBe(403);
});

test('a browser at the bare address is led to the page, and a client of Ollama gets its answer', async () => {
  const { url } = await indexed(documents, { token: 'sesame' });
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const led = await fetch(url, { headers: { accept }, redirect: 'manual' });
  expect([led.status, new URL(led.headers.get('location')!, led.url).pathname]).toEqual([302, '/ui']);
  expect((await fetch(url)).status).toBe(401);
  const client = await fetch(url, { headers: bearer });
  expect([client.status, await client.text()]).toEqual([200, 'Ollama is running']);
});

test('what programs are told of is what is checked', async () => {
  const { url } = await indexed(documents, { token: 'sesame' });
  const api = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object };
  expect(api).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const method of Object.keys(methods)) {
      const init = { method: method.toUpperCase(), headers: bearer };
      expect((await fetch(url + path, init)).status).not.toBe(404);
    }
  }
});

test('without an index, its paths go to the server as before', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  for (const path of ['/search', '/mcp', '/ui']) {
    await fetch(url + path);
    expect(server.requests.at(-1)?.path).toBe(path);
  }
});

test('a new index is taken up while questions go on, and none of them fails', async () => {
  const { url, write, ingest } = await indexed(documents);
  let isDone = false;
  const answers: number[] = [];
  const asking = Array.from({ length: 2 }, async (_, n) => {
    while (!isDone) answers.push((await ask(url, { question: `question ${n}` })).status);
  });
  for (let n = 0; n < 2; n++) {
    write(`new${n}.md`, `The lighthouse ${n} is new.\n`);
    await ingest();
    const question = `The lighthouse ${n} is new.`;
    expect(sourcesOf(await ask(url, { question, results: 1 }))).toEqual([`docs/new${n}.md`]);
  }
  isDone = true;
  await Promise.all(asking);
  expect(answers.length).toBeGreaterThan(4);
  expect(new Set(answers)).toEqual(new Set([200]));
});

test.each([
  { maxBytes: 1024 ** 2, isHeld: true },
  { maxBytes: 100, isHeld: false },
])('vectors of $maxBytes bytes at most stay in memory: $isHeld', async ({ maxBytes, isHeld }) => {
  const { url, out } = await indexed(documents, { maxBytes });
  const question = { question: 'The mill is behind the harbour.', results: 1 };
  const before = await ask(url, question);
  const file = join(out, 'vectors.npy');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0, 128));
  expect(JSON.stringify(await ask(url, question)) === JSON.stringify(before)).toBe(isHeld);
});

test('an agent asks over HTTP, with the token', async () => {
  const { url } = await indexed(documents, { token: 'sesame' });
  const connect = async (headers: Record<string, string>) => {
    const client = new Client({ name: 'agent', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } });
    // Its optional session is `string | undefined`.
    await client.connect(transport as Parameters<Client['connect']>[0]);
    return client;
  };
  await expect(connect({})).rejects.toThrow('unauthorized');
  const client = await connect(bearer);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
    'search',
    'get',
    'list',
    'status',
  ]);
  const { content } = await client.callTool({ name: 'search', arguments: { question: 'mill', results: 1 } });
  expect(JSON.parse((content as [{ text: string }])[0].text).results).toHaveLength(1);
  const { resources } = await client.listResources();
  expect(resources.map(({ name }) => name)).toEqual(['docs/boats.md', 'docs/mill.md']);
  await client.close();
  for (const method of ['GET', 'DELETE']) {
    const { status, headers } = await fetch(`${url}/mcp`, { method, headers: bearer });
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  }
  for (const body of ['', '[]', '{"id":1}', 'null']) {
    const headers = {
      ...bearer,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    };
    expect((await fetch(`${url}/mcp`, { method: 'POST', headers, body })).status).toBe(400);
  }
});

test('a question that waits behind others is not late while these are answered', async () => {
  const { url, server } = await indexed(documents, { limits: { deadlineMs: 400 } });
  await ask(url, { question: 'warm' });
  const held = Array.from({ length: 4 }, () => {
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    return { promise, resolve };
  });
  // Sixteen are asked at once, so the last sixteen wait for three turns of others, longer than the deadline.
  server.script(...held.flatMap(({ promise }) => Array(16).fill({ kind: 'hold', until: promise })));
  const answers = Promise.all(
    Array.from({ length: 64 }, (_, at) => ask(url, { question: `question ${at}`, by: 'vectors' })),
  );
  for (const { resolve } of held) {
    await new Promise((later) => setTimeout(later, 200));
    resolve();
  }
  expect((await answers).map(({ status }) => status)).toEqual(Array(64).fill(200));
});
