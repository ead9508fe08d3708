import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { gateway, ollama } from './gateways.js';

test('a stop answers what is under way, says that it isn’t ready, and takes no one else', async () => {
  const server = await ollama();
  const made = await gateway({ ollamaUrl: [server.url] });
  const { hostname, port } = new URL(made.url);
  const idle = connect(Number(port), hostname);
  const socket = connect(Number(port), hostname);
  const body = '{"model":"all-minilm","input":"under way"}';
  const go = hold(server, { when: (texts) => texts.includes('under way') });
  socket.write(
    `POST /api/embed HTTP/1.1\r\nHost: x.localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await eventually(() => server.batches().flat()).toContain('under way');
  const stopped = made.stop();
  idle.write('GET /ready HTTP/1.1\r\nHost: x.localhost\r\n\r\n');
  const ready = await textOf(idle);
  go();
  const answer = await textOf(socket);
  await stopped;
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
  expect(answer).toContain('"embeddings":[[');
  expect(ready).toMatch(/^HTTP\/1\.1 503/);
  expect(ready).toContain('{"ready":false,"reason":"draining"}');
  // A client must not send its next request on a connection that ends.
  for (const text of [answer, ready]) expect(text).toMatch(/\r\nconnection: close\r\n/i);
  await expect(fetch(`${made.url}/ready`)).rejects.toThrow();
});

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const part of socket.setEncoding('utf8')) text += part;
  return text;
}

test('a stop that waits too long gives up', async () => {
  const server = await ollama();
  const made = await gateway({ ollamaUrl: [server.url] }, { limits: { drainMs: 100 } });
  server.script({ kind: 'hang', path: '/api/version', after: 0, times: 1 });
  const asked = fetch(`${made.url}/api/version`).catch(() => 'broken off');
  await eventually(() => server.stats.inFlight).toBeGreaterThan(0);
  await made.stop();
  expect(await asked).toBe('broken off');
});
