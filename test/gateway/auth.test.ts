import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { gateway, ollama, post } from './gateways.js';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** With a Host header of its own, which fetch doesn't allow. */
function withHost(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (answer) => resolve(answer.resume().statusCode ?? 0))
      .on('error', reject)
      .end();
  });
}

describe('the token', () => {
  test('is needed for all but health and readiness', async () => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] }, { token: 'sesame' });
    for (const path of ['/', '/api/tags', '/metrics', '/embedding?text=x', '/v1/models', '/api/nope']) {
      for (const headers of [{}, bearer('sesam'), bearer(''), { authorization: 'Basic sesame' }]) {
        const answer = await fetch(url + path, { headers });
        expect([path, answer.status]).toEqual([path, 401]);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    }
    expect(server.requests.filter(({ path }) => path !== '/api/version')).toEqual([]);
    expect((await fetch(`${url}/api/tags`, { headers: bearer('sesame') })).status).toBe(200);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    for (const path of ['/health', '/ready']) {
      expect((await fetch(url + path, { method: 'HEAD' })).status).toBe(200);
    }
    const health = await fetch(`${url}/health`);
    expect(await health.json()).toEqual({ status: 'ok' });
  });
});

describe('without a token', () => {
  test('no name answers that a web page could make up', async () => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] });
    const port = new URL(url).port;
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `[::1]:${port}`,
      'my.localhost',
      '10.1.2.3',
    ]) {
      expect([host, await withHost(`${url}/api/version`, host)]).toEqual([host, 200]);
    }
    for (const host of [
      'evil.example',
      'my.local',
      'my.internal',
      `evil.example:${port}`,
      'localhost.evil.example',
      '127.0.0.1.nip.io',
    ]) {
      expect([host, await withHost(`${url}/api/version`, host)]).toEqual([host, 403]);
    }
  });

  test('a gateway doesn’t ask itself', async () => {
    const asked = gateway({ ollamaUrl: ['localhost:4711'] }, { port: 4711 });
    await expect(asked).rejects.toThrow(UsageError);
  });

  test('no page of another site may read an answer', async () => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] });
    const answer = await fetch(`${url}/health`, { headers: { origin: 'http://evil.example' } });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('bad input', () => {
  test.each([
    ['no JSON', '{"model":', 400],
    ['nothing', '', 400],
    ['bytes', '\u0000\u0001', 400],
    ['an input that is a number', { model: 'all-minilm', input: 1 }, 400],
    ['an input that is an object', { model: 'all-minilm', input: { text: 'x' } }, 400],
    ['a list with a number', { model: 'all-minilm', input: ['x', 1] }, 400],
    ['a model that is a number', { model: 1, input: 'x' }, 404],
    ['no model', { input: 'x' }, 404],
    ['a prototype', '{"__proto__":{"model":"all-minilm"},"input":"x"}', 404],
  ])('%s is refused as Ollama refuses it', async (_, body, status) => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] });
    const answer = await post(`${url}/api/embed`, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toEqual(expect.any(String));
    expect(server.batches().flat().length).toBeLessThan(10);
  });

  test('more texts than the gateway was told to take are refused on every route', async () => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { maxTexts: 2 } });
    for (const path of ['/api/embed', '/v1/embeddings', '/embedding']) {
      const [input, texts] = [Array(3).fill('x'), Array(3).fill('x')];
      const { status, body } = await post(url + path, { model: 'all-minilm', input, texts });
      expect([path, status, JSON.stringify(body)]).toEqual([
        path,
        400,
        expect.stringContaining('--max-texts'),
      ]);
    }
    expect(server.batches().flat()).not.toContain('x');
  });

  test.each([
    ['nothing', {}],
    ['both', { text: 'a', texts: ['b'] }],
    ['an empty text', { texts: [''] }],
    ['a number', { text: 1 }],
    ['a wrong model', { text: 'a', model: 1 }],
    ['wrong dimensions', { text: 'a', dimensions: 1.5 }],
    ['a wrong wish to cut', { text: 'a', truncate: 'yes' }],
    ['a wrong priority', { text: 'a', priority: 7 }],
    ['no JSON', 'text=a'],
  ])('/embedding refuses %s', async (_, body) => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] });
    const answer = await post(`${url}/embedding`, body);
    expect([answer.status, typeof answer.body.error]).toEqual([400, 'string']);
  });

  test('a body of 200 MB is refused at its announcement, and one without a length at the limit', async () => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { maxBody: 100_000 } });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /api/embed HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${200 * 2 ** 20}\r\n\r\n{"model":`,
    );
    let answer = '';
    for await (const part of socket.setEncoding('utf8')) answer += part;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\{"error":"request body too large"\}$/);
    const body = repeat('x'.repeat(10_000), 2000);
    const init = { method: 'POST', body, duplex: 'half' } as unknown as RequestInit;
    const status = await fetch(`${url}/v1/embeddings`, init).then(
      (one) => one.status,
      // The connection may end while the client still sends.
      () => 413,
    );
    expect(status).toBe(413);
    expect(server.requests.filter(({ path }) => path !== '/api/version')).toEqual([]);
  });

  test('a request that names two hosts is refused: who handed it on may have taken the other', async () => {
    const { url } = await gateway({ ollamaUrl: [(await ollama()).url] });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'GET /api/tags HTTP/1.1\r\nHost: localhost\r\nHOST: evil.example\r\nConnection: close\r\n\r\n',
    );
    let answer = '';
    for await (const part of socket.setEncoding('utf8')) answer += part;
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('it names several hosts');
  });

  test('clients that send slowly are cut off, and hold up no other client', async () => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { receiveMs: 300 } });
    const { hostname, port } = new URL(url);
    const ends = [
      'POST /api/em',
      'POST /api/embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{"mo',
    ].map(async (begin) => {
      const socket = connect(Number(port), hostname);
      socket.write(begin);
      const drip = setInterval(() => socket.write('x'), 50);
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.resume().once('close', resolve));
      clearInterval(drip);
    });
    expect((await fetch(`${url}/api/version`)).status).toBe(200);
    await Promise.all(ends);
  });
});

async function* repeat(part: string, times: number): AsyncGenerator<string> {
  for (let index = 0; index < times; index++) yield part;
}
