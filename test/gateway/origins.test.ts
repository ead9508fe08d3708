// Which web pages may use the gateway: as a real Ollama was seen to decide, and never before a token or a page's origin
// was checked.
import { readFileSync } from 'node:fs';
import { request as ask } from 'undici';
import { describe, expect, test } from 'vitest';
import type { GatewayOptions } from '../../src/gateway/options.js';
import type { TestOllama } from '../helpers/ollama.js';
import { gateway, ollama } from './gateways.js';

type Headers = Record<string, string>;

interface Recorded {
  request: { method: 'GET' | 'POST' | 'OPTIONS'; path: string; headers: Headers };
  response: { status: number; headers: Headers };
}

const file = new URL('../contract/cors-0.32.15.json', import.meta.url);
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[];

const body = JSON.stringify({ model: 'all-minilm', input: 'secret words' });

/** By a client that sends any header, as browsers do; `fetch` sends no origin of our choice. */
async function send(url: string, method: 'GET' | 'POST' | 'OPTIONS', path: string, headers: Headers = {}) {
  const answer = await ask(url + path, { method, headers, ...(method === 'POST' && { body }) });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text };
}

/** How many of our texts the server got. */
const embedded = (server: TestOllama) =>
  server
    .batches()
    .flat()
    .filter((text) => text === 'secret words').length;

async function started(options: Partial<GatewayOptions> = {}) {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, options);
  return { server, url };
}

/** A list in a header, in lower case. */
const listed = (header: unknown) => new Set(`${header}`.toLowerCase().split(/, ?/));

test('pages are let in, refused and told what they may send as by the recorded server', async () => {
  const { server, url } = await started();
  for (const { request, response } of recorded) {
    // There, a page without an origin may do what it likes.
    if ('Sec-Fetch-Site' in request.headers) continue;
    const said = JSON.stringify(request);
    const before = embedded(server);
    const answer = await send(url, request.method, request.path, request.headers);
    expect([said, answer.status]).toEqual([said, response.status]);
    if (response.status === 403) {
      expect(embedded(server), said).toBe(before);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      continue;
    }
    for (const [name, value] of Object.entries(response.headers)) {
      const got = listed(answer.headers[name]);
      for (const one of listed(value))
        expect([said, name, [...got]]).toEqual([said, name, expect.arrayContaining([one])]);
    }
  }
  expect(embedded(server)).toBe(
    recorded.filter(
      ({ request, response }) =>
        request.path === '/api/embed' &&
        request.method === 'POST' &&
        response.status === 200 &&
        !('Sec-Fetch-Site' in request.headers),
    ).length,
  );
});

test('what a page of another site loads without telling its origin is refused, on every route', async () => {
  const { server, url } = await started({ token: 'sesame' });
  const authorization = 'Bearer sesame';
  const paths = ['/embedding?text=secret%20words', '/health', '/metrics', '/api/tags', '/'];
  const before = server.requests.length;
  for (const path of paths) {
    const answer = await send(url, 'GET', path, { authorization, 'sec-fetch-site': 'cross-site' });
    expect([path, answer.status]).toEqual([path, 403]);
  }
  expect(server.requests).toHaveLength(before);
  for (const site of ['same-origin', 'none', 'same-site']) {
    const answer = await send(url, 'GET', '/api/tags', { authorization, 'sec-fetch-site': site });
    expect([site, answer.status]).toEqual([site, 200]);
  }
  // A neighbour in the domain may be anyone's, unless its origin is let in.
  const host = 'gateway.example:11444';
  expect((await send(url, 'GET', '/health', { host, 'sec-fetch-site': 'same-site' })).status).toBe(403);
});

describe('origins of the user', () => {
  const origins = ['https://app.example', 'https://*.team.example', 'chrome-extension://*'];

  test.each([
    ['https://app.example', 200],
    ['https://app.example.evil', 403],
    ['http://app.example', 403],
    ['https://notes.team.example', 200],
    ['https://team.example', 403],
    ['https://.team.example.evil', 403],
    ['chrome-extension://abcdef', 200],
    ['http://localhost:5173', 200],
    ['null', 403],
  ])('%s: %i', async (origin, status) => {
    const { server, url } = await started({ origins });
    expect((await send(url, 'POST', '/api/embed', { origin })).status).toBe(status);
    expect(embedded(server)).toBe(status === 200 ? 1 : 0);
    expect((await send(url, 'OPTIONS', '/v1/embeddings', { origin })).status).toBe(
      status === 200 ? 204 : 403,
    );
  });

  test('* lets all in', async () => {
    const { url } = await started({ origins: ['*'] });
    const { status, headers } = await send(url, 'POST', '/api/embed', { origin: 'https://any.example' });
    expect([status, headers['access-control-allow-origin']]).toEqual([200, 'https://any.example']);
  });

  test.each(['app.example', 'https://*.*.example', 'https://app.example/path', 'https://a b'])(
    '%j is none, which ends the start',
    async (origin) => {
      await expect(started({ origins: [origin] })).rejects.toThrow(
        /--origin \(OLLAMA_ORIGINS\): expected origins such as/,
      );
    },
  );
});

test('a preflight needs no token, all else does; a page can read why it was refused', async () => {
  const { server, url } = await started({ token: 'sesame' });
  const origin = 'http://localhost:5173';
  const asks = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-private-network': 'true',
  };
  const preflight = await send(url, 'OPTIONS', '/api/chat', asks);
  expect([preflight.status, preflight.headers['access-control-allow-private-network']]).toEqual([
    204,
    'true',
  ]);
  for (const [authorization, status] of [
    ['Bearer wrong', 401],
    ['Bearer sesame', 200],
  ] as const) {
    const answer = await send(url, 'POST', '/api/embed', { origin, authorization });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, origin]);
    expect(listed(answer.headers['access-control-expose-headers'])).toContain('retry-after');
  }
  // The right token doesn't make up for a wrong page.
  const authorization = 'Bearer sesame';
  expect(
    (await send(url, 'POST', '/api/embed', { origin: 'https://evil.example', authorization })).status,
  ).toBe(403);
  expect(embedded(server)).toBe(1);
});

test('a name that resolves to this machine gives a page no way in', async () => {
  const host = 'evil.example:11444';
  const origin = `http://${host}`;
  // Without a token: on loopback no such name is answered; elsewhere it is, but for no page.
  const local = await started();
  expect((await send(local.url, 'POST', '/api/embed', { host })).status).toBe(403);
  const open = await started({ host: '0.0.0.0' });
  expect((await send(open.url, 'POST', '/api/embed', { host, origin })).status).toBe(403);
  expect(embedded(open.server) + embedded(local.server)).toBe(0);
  // With a token, the address may be that of a proxy which serves the page, too.
  const { url } = await started({ token: 'sesame' });
  const authorization = 'Bearer sesame';
  expect((await send(url, 'POST', '/api/embed', { host, origin, authorization })).status).toBe(200);
});

test('the server behind it is told nothing of pages, and tells them nothing', async () => {
  const { server, url } = await started({ origins: ['https://app.example'] });
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': 'true',
    vary: 'Accept',
  };
  server.script({ kind: 'answer', path: '/api/tags', status: 200, body: '{}', headers });
  const answer = await send(url, 'GET', '/api/tags', {
    origin: 'https://app.example',
    'sec-fetch-site': 'cross-site',
  });
  expect(answer.headers['access-control-allow-origin']).toBe('https://app.example');
  expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  expect(listed(answer.headers.vary)).toEqual(new Set(['accept', 'origin']));
  const { headers: seen } = server.requests.find(({ path }) => path === '/api/tags')!;
  expect(Object.keys(seen).filter((name) => /origin|sec-fetch/.test(name))).toEqual([]);
});

test('the log says which page was refused', async () => {
  const lines: object[] = [];
  const { url } = await started({ events: { answered: (line) => lines.push(line) } });
  await send(url, 'POST', '/api/embed', { origin: 'https://evil.example' });
  expect(lines).toEqual([expect.objectContaining({ status: 403, origin: 'https://evil.example' })]);
});
