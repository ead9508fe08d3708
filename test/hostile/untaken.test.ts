// Clients that ask for large answers in a few bytes, and don't take them.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { gateway, ollama, post } from '../gateway/gateways.js';
import { makeWorkspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** Asks for the vectors of many texts that are all the same, and takes no more than the start of the answer. */
function ask(url: string, texts: number): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  socket.on('error', () => undefined).once('data', () => socket.pause());
  const body = JSON.stringify({ model: 'all-minilm', input: Array(texts).fill('a') });
  socket.write(
    `POST /api/embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

test('answers that are not taken hold no more than the bound; others are served', async () => {
  const server = await ollama();
  const workspace = makeWorkspace();
  const { child, done } = workspace.start([
    ...['serve', '--port', '0', '--ollama-url', server.url, '--cache', 'none', '--log-level', 'error'],
  ]);
  let said = '';
  child.stderr?.on('data', (part) => {
    said += part;
  });
  await eventually(() => said).toMatch(/gateway: http/);
  const url = /gateway: (\S+)/.exec(said)![1]!;
  // 50 MB each.
  for (let i = 0; i < 24; i++) ask(url, 8192);
  const few = await post(`${url}/api/embed`, { model: 'all-minilm', input: ['b', 'c'] });
  expect(few.body.embeddings).toHaveLength(2);
  const many = await post(`${url}/api/embed`, { model: 'all-minilm', input: Array(300).fill('d') });
  expect(many.body.embeddings ?? many.body).toHaveLength(300);
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!;
  expect(Number(kilobytes) / 1024).toBeLessThan(500);
  child.kill('SIGKILL');
  await done;
  workspace.remove();
}, 60_000);

test('who waits for room gets an answer as soon as others were taken, or were not', async () => {
  const server = await ollama();
  // Nothing else ends those who take nothing.
  const limits = { maxAnswers: 40_000_000, idleMs: 300_000, receiveMs: 300_000, deadlineMs: 300_000 };
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits });
  const stalled = [ask(url, 4096), ask(url, 4096)];
  await eventually(() => stalled.every(({ bytesRead }) => bytesRead > 0)).toBe(true);
  const waiting = post(`${url}/api/embed`, { model: 'all-minilm', input: Array(4096).fill('a') });
  stalled[0]!.resume();
  expect((await waiting).body.embeddings).toHaveLength(4096);
  ask(url, 4096);
  const last = post(`${url}/api/embed`, { model: 'all-minilm', input: Array(4096).fill('a') });
  expect((await last).body.embeddings).toHaveLength(4096);
}, 60_000);
