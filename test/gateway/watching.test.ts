// What the gateway says of itself: health, readiness, metrics, and the log.

import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog } from '../../src/gateway/http/logging.js';
import type { RequestLine } from '../../src/gateway/options.js';
import { eventually } from '../helpers/eventually.js';
import { allMiniLm } from '../helpers/ollama.js';
import { gateway, get, ollama, post } from './gateways.js';

test('/health tells of servers, cache, pipeline and performance', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  for (const input of ['one', ['two', 'three']])
    await post(`${url}/api/embed`, { model: 'all-minilm', input });
  expect(await get(`${url}/health`)).toMatchObject({
    status: 'ok',
    embedder: 'ollama',
    servers: [{ url: server.url, up: true }],
    cache: { kind: 'none', ok: true },
    pipeline: [
      {
        model: 'all-minilm:latest',
        dimensions: 384,
        queue_size: 0,
        active_requests: 0,
        endpoints: [{ url: server.url, breaker: 'closed' }],
      },
    ],
    performance: {
      texts_in: 3,
      texts_embedded: 3,
      requests_out: 2,
      average_batch_size: 1.5,
      cache_hit_rate: 0,
    },
  });
  await server.die();
  await eventually(() => get(`${url}/health`)).toMatchObject({ status: 'down', servers: [{ up: false }] });
  expect(await get(`${url}/ready`)).toEqual({ ready: false, reason: 'upstream down' });
});

test('/metrics is Prometheus’s text, each model with its name, every family once', async () => {
  const models = ['a', 'b'].map((name) => ({ ...allMiniLm, name: `${name}:latest` }));
  const server = await ollama({ models });
  const { url } = await gateway({ ollamaUrl: [server.url] });
  await post(`${url}/api/embed`, { model: 'a', input: ['one', 'two'] });
  await post(`${url}/v1/embeddings`, { model: 'b', input: 'one' });
  await fetch(`${url}/api/tags`);
  const answer = await fetch(`${url}/metrics`);
  const lines = (await answer.text()).split('\n');
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(lines).toEqual(
    expect.arrayContaining([
      'embed_gateway_texts_total 3',
      'embed_gateway_requests_total{route="/api/embed",status="200"} 1',
      'embed_gateway_requests_total{route="/*",status="200"} 1',
      'embed_gateway_request_duration_seconds_count 2',
      'embed_texts_total{model="a:latest"} 2',
      'embed_texts_total{model="b:latest"} 1',
      `embed_endpoint_requests_total{endpoint="${server.url}",model="b:latest"} 1`,
      'embed_queue_size{model="a:latest"} 0',
    ]),
  );
  const types = lines.filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
  const json = await fetch(`${url}/metrics`, { headers: { accept: 'application/json' } });
  expect(await json.json()).toMatchObject({
    gateway: { texts_in: 3 },
    models: { 'a:latest': { texts: 2 }, 'b:latest': { texts: 1 } },
  });
});

test('how long answers took, those that are passed on, too', async () => {
  const server = await ollama({ requestDelayMs: 50 });
  const lines: RequestLine[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url] },
    { events: { answered: (line) => lines.push(line) } },
  );
  await post(`${url}/api/embed`, { model: 'all-minilm', input: 'one' });
  await post(`${url}/api/embeddings`, { model: 'all-minilm', prompt: 'one' });
  await eventually(() => lines.length).toBe(2);
  for (const { ms } of lines) expect(ms).toBeGreaterThanOrEqual(49);
  const { performance } = await get<{ performance: { latency_seconds: { p50: number } } }>(`${url}/health`);
  expect(performance.latency_seconds.p50).toBeGreaterThan(0.03);
});

test('the log has a line for each request, and neither texts nor tokens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'embed-log-'));
  const file = join(folder, 'log');
  const log = openLog('info', createWriteStream(file));
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { token: 'sesame', events: log });
  const headers = { authorization: 'Bearer sesame', 'x-request-id': 'mine-1', 'x-embed-client': 'wiki' };
  const answer = await post(`${url}/api/embed`, { model: 'all-minilm', input: ['secret text'] }, headers);
  expect(answer.headers.get('x-request-id')).toBe('mine-1');
  const asked = await fetch(`${url}/embedding?text=secret%20text`, {
    headers: { ...headers, 'x-request-id': '\t' },
  });
  expect(asked.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-\d+$/);
  await post(`${url}/api/embed`, '{"secret text', headers);
  await fetch(`${url}/api/nope?secret`, { headers });
  const lines = () =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  await eventually(() => lines().length).toBe(4);
  expect(await log.end()).toBe(0);
  expect(lines()[0]).toMatchObject({
    id: 'mine-1',
    method: 'POST',
    path: '/api/embed',
    status: 200,
    texts: 1,
    client: 'wiki',
    msg: 'request',
  });
  expect(lines().map(({ status }) => status)).toEqual([200, 200, 400, 404]);
  expect(readFileSync(file, 'utf8')).not.toMatch(/secret|sesame/);
  rmSync(folder, { recursive: true });
});
