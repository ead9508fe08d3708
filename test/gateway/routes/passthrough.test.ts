import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { RequestLine } from '../../../src/gateway/options.js';
import { eventually } from '../../helpers/eventually.js';
import { gateway, get } from '../gateways.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Any server at all, with what it saw. */
async function upstream(listener: RequestListener) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/api/version') seen.push(request);
    listener(request, response);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Sends bytes as they are. @returns all that comes back until the connection ends */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(text);
  let answer = '';
  for await (const part of socket.setEncoding('utf8')) answer += part;
  return answer;
}

test('a server that hangs holds up no client while another is up', async () => {
  const asked = new Set<ServerResponse>();
  const sick = await upstream((_, response) => {
    asked.add(response);
    response.on('close', () => asked.delete(response));
  });
  const well = await upstream((_, response) => response.end('{}'));
  const { url } = await gateway({ ollamaUrl: [sick.url, well.url] });
  const show = () => fetch(`${url}/api/show`, { method: 'POST', body: '{}' });
  expect(await get(`${url}/ready`)).toMatchObject({ ready: true });
  expect((await show()).status).toBe(200);
  // It is given up after two seconds: no client has waited for that.
  expect(asked.size).toBe(1);
  await eventually(() => Promise.resolve(asked.size)).toBe(0);
  // It is asked again, and no client waits at all.
  await eventually(async () => {
    await get(`${url}/health`);
    return asked.size;
  }).toBe(1);
  expect((await show()).status).toBe(200);
  expect(asked.size).toBe(1);
});

test('an answer streams through: its parts come while the server is still at work', async () => {
  let finish = () => {};
  const server = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'x-own': 'yes' });
    response.write('{"part":1}\n');
    finish = () => response.end('{"part":2}\n');
  });
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const answer = await fetch(`${url}/api/chat`, { method: 'POST', body: '{"model":"x"}' });
  const reader = answer.body!.getReader();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe('{"part":1}\n');
  finish();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe('{"part":2}\n');
  expect((await reader.read()).done).toBe(true);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  expect(answer.headers.get('x-own')).toBe('yes');
});

test('a body streams through: its parts come while the client still sends', async () => {
  let first = '';
  const server = await upstream(async (request, response) => {
    let size = 0;
    for await (const part of request) {
      first ||= String(part);
      size += part.length;
    }
    response.end(String(size));
  });
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { maxBody: 1000 } });
  async function* parts() {
    yield 'begins';
    await eventually(() => first).toBe('begins');
    for (let index = 0; index < 100; index++) yield 'x'.repeat(100_000);
  }
  const init = { method: 'POST', body: parts(), duplex: 'half' } as unknown as RequestInit;
  const answer = await fetch(`${url}/api/blobs/sha256:00`, init);
  expect(await answer.text()).toBe(String(6 + 100 * 100_000));
});

test('method, path, query, status and headers are the client’s and the server’s own', async () => {
  const server = await upstream((_request, response) => {
    response.writeHead(418, { connection: 'x-hop', 'x-hop': '1', 'set-cookie': ['a=1', 'b=2'] });
    response.end('short and stout');
  });
  const { url } = await gateway({ ollamaUrl: [`${server.url}/ollama`] });
  const answer = await fetch(`${url}/api/some%20thing?a=b%2F..&c`, {
    method: 'PATCH',
    headers: { 'x-mine': 'kept', authorization: 'Bearer mine' },
  });
  expect([answer.status, await answer.text()]).toEqual([418, 'short and stout']);
  expect(answer.headers.get('x-hop')).toBeNull();
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  const [request] = server.seen;
  expect([request!.method, request!.url]).toEqual(['PATCH', '/ollama/api/some%20thing?a=b%2F..&c']);
  expect(request!.headers).toMatchObject({
    'x-mine': 'kept',
    authorization: 'Bearer mine',
    host: new URL(server.url).host,
  });
});

test.each(['TRACE', 'PURGE'])(
  '%s isn’t passed on: the answer to TRACE would show the server’s key',
  async (method) => {
    const server = await upstream((_request, response) => response.end());
    const { url } = await gateway({ ollamaUrl: [server.url] });
    const answer = await raw(
      url,
      `${method} /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(server.seen).toEqual([]);
  },
);

test('headers of the connection stay with it', async () => {
  const server = await upstream((_request, response) => response.end('{}'));
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const { host } = new URL(url);
  await raw(
    url,
    `GET /api/x HTTP/1.1\r\nHost: ${host}\r\nConnection: close, X-Secret\r\nX-Secret: 1\r\nTE: trailers\r\n` +
      'Proxy-Authorization: Basic eA==\r\nExpect: 100-continue\r\nUpgrade: websocket\r\n\r\n',
  );
  const { headers } = server.seen[0]!;
  for (const name of ['x-secret', 'te', 'proxy-authorization', 'expect', 'upgrade']) {
    expect(headers[name]).toBeUndefined();
  }
});

test('the gateway’s token is not the server’s business, and the server’s key not the clients’', async () => {
  const server = await upstream((_request, response) => response.end('{}'));
  const { url } = await gateway(
    { ollamaUrl: [server.url], ollamaApiKey: 'upstream key' },
    { token: 'sesame' },
  );
  await fetch(`${url}/api/chat`, { method: 'POST', headers: { authorization: 'Bearer sesame' } });
  const other = await gateway({ ollamaUrl: [server.url] }, { token: 'sesame' });
  await fetch(`${other.url}/api/chat`, { method: 'POST', headers: { authorization: 'Bearer sesame' } });
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer upstream key', undefined]);
});

test('a client that leaves ends the request to the server', async () => {
  let closed = 0;
  const server = await upstream((request, response) => {
    if (request.url === '/api/version') return response.end('{}');
    response.on('close', () => closed++);
    if (request.url === '/api/chat') response.write('{"part":1}\n');
    return undefined;
  });
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const leave = new AbortController();
  const answer = await fetch(`${url}/api/chat`, { method: 'POST', signal: leave.signal });
  const silent = fetch(`${url}/api/generate`, { method: 'POST', signal: leave.signal });
  await eventually(() => server.seen.length).toBe(2);
  expect(answer.status).toBe(200);
  leave.abort();
  await expect(silent).rejects.toThrow();
  await eventually(() => closed).toBe(2);
});

test('a server that breaks off is seen to break off', async () => {
  const server = await upstream((request, response) => {
    response.writeHead(200);
    response.write('half', () => request.socket.destroy());
  });
  const lines: RequestLine[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url] },
    { events: { answered: (line) => lines.push(line) } },
  );
  const answer = await fetch(`${url}/api/chat`, { method: 'POST' });
  await expect(answer.text()).rejects.toThrow();
  await eventually(() => lines).toMatchObject([{ path: '/api/chat', status: 502 }]);
});

test('a chat whose client leaves in its middle is logged and counted, as is one before its answer', async () => {
  const server = await upstream((request, response) => {
    if (request.url === '/api/version') return response.end('{}');
    if (request.url === '/api/chat') response.write('{"part":1}\n');
    return undefined;
  });
  const lines: RequestLine[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url] },
    { events: { answered: (line) => lines.push(line) } },
  );
  const leave = new AbortController();
  await fetch(`${url}/api/chat`, { method: 'POST', signal: leave.signal });
  const silent = fetch(`${url}/api/generate`, { method: 'POST', signal: leave.signal });
  await eventually(() => server.seen.length).toBe(2);
  leave.abort();
  await expect(silent).rejects.toThrow();
  await eventually(() => lines.length).toBe(2);
  for (const line of lines) expect(line).toMatchObject({ status: 499, route: '/*', client: '127.0.0.1' });
  expect(lines.map(({ path }) => path).sort()).toEqual(['/api/chat', '/api/generate']);
  const metrics = await fetch(`${url}/metrics`).then((answer) => answer.text());
  expect(metrics).toContain('embed_gateway_requests_total{route="/*",status="499"} 2');
});

test('the id that the client is told is the log’s, whatever the server says', async () => {
  const server = await upstream((_request, response) => {
    response.writeHead(200, { 'x-request-id': 'of-the-server', 'X-Other': 'kept' });
    response.end('{}');
  });
  const lines: RequestLine[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url] },
    { events: { answered: (line) => lines.push(line) } },
  );
  const named = await fetch(`${url}/api/chat`, { method: 'POST', headers: { 'x-request-id': 'mine-7' } });
  const unnamed = await fetch(`${url}/api/tags`, { headers: { 'x-request-id': 'bad id' } });
  await eventually(() => lines.length).toBe(2);
  expect(named.headers.get('x-other')).toBe('kept');
  expect([named, unnamed].map(({ headers }) => headers.get('x-request-id'))).toEqual(
    lines.map(({ id }) => id),
  );
  expect(lines[0]!.id).toBe('mine-7');
  expect(lines[1]!.id).toMatch(/^[0-9a-f]{8}-\d+$/);
});

test('the first server that is up gets what is passed through', async () => {
  const server = await upstream((_request, response) => response.end('{"version":"0.0.1"}'));
  const { url } = await gateway({ ollamaUrl: ['http://127.0.0.1:1', server.url] });
  expect((await fetch(`${url}/api/version`)).status).toBe(200);
  expect((await fetch(`${url}/ready`)).status).toBe(200);
});

test.each([
  ['another host as the path', 'GET //evil.example/api/tags HTTP/1.1'],
  ['a whole address', 'GET http://evil.example/api/tags HTTP/1.1'],
  ['a step up', 'GET /api/../../secret HTTP/1.1'],
  ['an encoded step up', 'POST /x/%2e%2e/%2e%2e/secret HTTP/1.1'],
  ['a step up after an encoded slash', 'GET /x%2f..%2fsecret HTTP/1.1'],
  ['backslashes', 'GET /\\evil.example HTTP/1.1'],
  ['what can’t be decoded', 'GET /%zz HTTP/1.1'],
  ['a tunnel', 'CONNECT evil.example:80 HTTP/1.1'],
  ['a space', 'GET /a b HTTP/1.1'],
  ['two lengths', 'POST /api/chat HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked'],
])('%s reaches no server', async (_, line) => {
  const server = await upstream((_request, response) => response.end('{}'));
  const { url } = await gateway({ ollamaUrl: [`${server.url}/ollama`] });
  const answer = await raw(url, `${line}\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`);
  expect(answer.split('\r\n')[0]).toMatch(/^(HTTP\/1\.1 400 .*)?$/);
  expect(server.seen).toEqual([]);
});
