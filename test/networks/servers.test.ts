// Servers that answer in unusual ways, as behind a proxy that compresses, redirects or speaks another HTTP.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer as createTcp, type Server } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OllamaClient } from '../../src/embedders/ollama/client.js';
import { EmbedderFault } from '../../src/errors.js';
import { httpClient, httpClients, over } from '../helpers/http-clients.js';
import { ollama } from '../helpers/running.js';

async function listening(server: Server, host = '127.0.0.1'): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, host, () => resolve());
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const serverOf = (listener: RequestListener) => listening(createServer(listener));

async function ask(url: string, maxBytes = 1_000_000): Promise<object> {
  const client = new OllamaClient({ url: new URL(url), httpClient: httpClient(), connectTimeoutMs: 2000 });
  onTestFinished(() => client.close());
  return await client.json('/api/version', undefined, { timeoutMs: 5000, maxBytes });
}

const body = JSON.stringify({ version: '0.24.0' });

describe.each(httpClients)('by %s', (client) => {
  over(client);

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['BR', brotliCompressSync],
    ['identity', Buffer.from],
  ])('an answer in %s is read, though it was not asked for', async (encoding, pack) => {
    const url = await serverOf((_, response) => {
      response.writeHead(200, { 'Content-Encoding': encoding }).end(pack(body));
    });
    expect(await ask(url)).toEqual({ version: '0.24.0' });
  });

  test('an answer that is small only on its way is bounded', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    const url = await serverOf((_, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb),
    );
    await expect(ask(url)).rejects.toThrow(/gave more than 1000000 bytes/);
  });

  test.each([
    ['zstd', body],
    ['gzip', body],
    ['gzip', gzipSync(body).subarray(0, 20)],
    ['br', Buffer.from([1, 2, 3, 4, 5, 6])],
  ])('an answer in %s that can not be unpacked is told', async (encoding, bytes) => {
    const url = await serverOf((_, response) => {
      response.writeHead(200, { 'Content-Encoding': encoding }).end(bytes);
    });
    const asked = ask(url);
    await expect(asked).rejects.toBeInstanceOf(EmbedderFault);
    await expect(asked).rejects.toMatchObject({
      meaning: 'bad-answer',
      message: expect.stringMatching(
        /packs its answers in a way that can not be read .*turn compression off/,
      ),
    });
  });

  test('very long headers are told', async () => {
    const url = await listening(
      createTcp((socket) => {
        socket.on('error', () => {}).end(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`);
      }),
    );
    await expect(ask(url)).rejects.toThrow(/answers with headers of more than 16 kB/);
  });

  test('an answer with two lengths is told', async () => {
    const url = await listening(
      createTcp((socket) => {
        const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n';
        socket.on('error', () => {}).end(`${head}{}`);
      }),
    );
    const asked = ask(url);
    await expect(asked).rejects.toBeInstanceOf(EmbedderFault);
    if (client === 'undici') return;
    await expect(asked).rejects.toMatchObject({
      meaning: 'bad-answer',
      message: expect.stringMatching(
        / breaks the rules of HTTP \(a length that is no number\): check the server .* EMBED_HTTP_CLIENT=undici/,
      ),
    });
  });

  test('a server of HTTP/2 alone is told', async () => {
    const url = await listening(createHttp2() as unknown as Server);
    await expect(ask(url)).rejects.toThrow(/doesn't speak HTTP/);
  });

  test('a server on ::1 alone is reached', async () => {
    const server = createServer((_, response) => response.end(body));
    const url = await listening(server, '::1').catch((error: NodeJS.ErrnoException) => {
      // A machine without IPv6.
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return undefined;
      throw error;
    });
    if (url !== undefined) expect(await ask(url)).toEqual({ version: '0.24.0' });
  });

  test('a redirect to itself has no end to follow', async () => {
    const server = await ollama();
    server.script({
      kind: 'answer',
      status: 307,
      path: '/api/version',
      body: '',
      headers: { Location: '/api/version' },
    });
    await expect(ask(server.url)).rejects.toThrow(/answered 307 and sends elsewhere \(\/api\/version\)/);
  });
});
