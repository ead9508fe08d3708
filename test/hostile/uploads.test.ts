// Clients of the gateway that begin and don't go on: what they hold is bounded, and they hold up no other client.
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { dial } from '../gateway/dial.js';
import { gateway, ollama, post } from '../gateway/gateways.js';
import { makeWorkspace } from '../helpers/cli.js';
import { saidInto } from '../helpers/events.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';

const head = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;

test('forty uploads that end just before their end hold no more than the bound, and others are served', async () => {
  const server = await ollama();
  const limits = { maxBody: 1_000_000, maxUploads: 4_000_000 };
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits });
  const stalled = Array.from({ length: 40 }, () =>
    dial(url, head('/api/embed', 1_000_000) + 'x'.repeat(990_000)),
  );
  await eventually(() => stalled.filter(({ ended }) => !ended()).length).toBeLessThanOrEqual(4);
  const refused = stalled.filter(({ said }) => said().startsWith('HTTP/1.1 503'));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]!.said()).toMatch(/\r\nretry-after: 1\r\n/i);
  const answer = await post(`${url}/api/embed`, { model: 'all-minilm', input: 'y'.repeat(500) });
  expect(answer.status).toBe(200);
});

test('bodies that fill the memory hold up no small ones', async () => {
  const server = await ollama();
  const limits = { maxBody: 1_000_000, maxUploads: 1_000_000 };
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits });
  const go = hold(server, { when: ([text]) => text!.startsWith('long') });
  const ask = (input: string) => post(`${url}/api/embed`, { model: 'all-minilm', input });
  const long = ask(`long${' word'.repeat(100)}${' '.repeat(990_000)}`);
  await eventually(() => server.stats.delayed + server.stats.inFlight).toBeGreaterThan(0);
  expect((await ask(`as long${' '.repeat(900_000)}`)).status).toBe(503);
  expect((await ask('short')).status).toBe(200);
  go();
  expect((await long).status).toBe(200);
});

test('a large body has the time that it takes at 256 KiB a second, and no more', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { receiveMs: 300 } });
  const body = JSON.stringify({ model: 'all-minilm', input: `a${' '.repeat(1024 * 1024)}` });
  const one = request(`${url}/api/embed`, { method: 'POST', headers: { 'content-length': body.length } });
  const status = new Promise((resolve) => {
    one.once('response', (answer) => resolve(answer.resume().statusCode));
    one.once('error', () => resolve('ended'));
  });
  one.write(body.slice(0, -1));
  // Of this one, too little comes.
  const stalled = dial(url, `${head('/api/embed', 100)}{"mo`);
  await eventually(() => stalled.ended()).toBe(true);
  one.end(body.slice(-1));
  expect(await status).toBe(200);
});

test('bodies in pieces of one byte take no more than others', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const body = JSON.stringify({ model: 'all-minilm', input: 'in pieces' });
  const pieces = [...body].map((byte) => `1\r\n${byte}\r\n`).join('');
  const asked = dial(
    url,
    `POST /api/embed HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${pieces}0\r\n\r\n`,
  );
  await eventually(() => asked.ended()).toBe(true);
  expect(asked.said()).toMatch(/^HTTP\/1\.1 200 /);
  expect(server.batches().flat()).toContain('in pieces');
});

test.each(['/api/embed', '/v1/embeddings', '/api/chat', '/api/blobs/sha256:00'])(
  'an upload to %s of which nothing more comes is ended',
  async (path) => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { idleMs: 200 } });
    const { ended } = dial(url, `${head(path, 100)}{"mo`);
    await eventually(ended).toBe(true);
  },
);

test('a client that waits for a slow server is not ended', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { idleMs: 100 } });
  server.script({ kind: 'delay', ms: 600, when: (texts) => texts.includes('slow') });
  const { status } = await post(`${url}/api/embed`, { model: 'all-minilm', input: 'slow' });
  expect(status).toBe(200);
});

test('connections have a bound, and it is said once', async () => {
  const server = await ollama();
  const notices: string[] = [];
  const { url } = await gateway(
    { ollamaUrl: [server.url] },
    { limits: { maxConnections: 3 }, events: saidInto(notices) },
  );
  const dialled = Array.from({ length: 8 }, () => dial(url, 'GET /'));
  await eventually(() => dialled.filter(({ ended }) => ended()).length).toBe(5);
  expect(notices).toEqual(['More than 3 connections at a time: further ones are closed at once.']);
});

test.each([
  ['a stalled chat', `${head('/api/chat', 100)}{"mo`, false],
  ['a stalled request for vectors', `${head('/api/embed', 100)}{"mo`, false],
  ['a body too large whose client left', `${head('/api/embed', 999_999_999)}{"mo`, true],
])(
  '%s doesn’t hold up the end',
  async (_, sent, leaves) => {
    const server = await ollama();
    const workspace = makeWorkspace();
    const { child, done } = workspace.start([
      ...['serve', '--port', '0', '--ollama-url', server.url, '--cache', 'none', '--log-level', 'info'],
    ]);
    let said = '';
    child.stderr?.on('data', (part) => {
      said += part;
    });
    await eventually(() => said).toMatch(/gateway: http/);
    const url = /gateway: (\S+)/.exec(said)![1]!;
    const { socket, said: answered } = dial(url, sent);
    if (leaves) {
      await eventually(answered).toMatch(/^HTTP\/1\.1 413 /);
      socket.destroy();
    } else await eventually(async () => (await fetch(`${url}/health`)).status).toBe(200);
    child.kill('SIGTERM');
    expect((await done).code).toBe(0);
    workspace.remove();
    // Below the time-outs of an upload, which ended the wait before.
  },
  14_000,
);

test('a body of very many keys or values is refused before it is parsed, and goes to no server', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const keys = `{${Array.from({ length: 800_000 }, (_, i) => `"${i}":1`).join()},"model":"all-minilm","input":"a"}`;
  const empty = `{"model":"all-minilm","input":["",${'"",'.repeat(2_000_000)}""]}`;
  const started = process.cpuUsage();
  for (const route of ['/api/embed', '/api/embeddings', '/v1/embeddings', '/embedding']) {
    for (const body of [keys, empty]) {
      const answer = await fetch(url + route, { method: 'POST', body });
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('10000 keys')]);
    }
  }
  const { user } = process.cpuUsage(started);
  expect(user / 1e6).toBeLessThan(5);
  expect(server.stats.embeds).toBe(0);
});

test('requests that are sent ahead without end end their connection', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  server.freeze();
  const few = dial(url, 'GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(20));
  const many = dial(url, 'GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(20_000));
  await eventually(() => many.ended()).toBe(true);
  server.thaw();
  await eventually(() => few.said().match(/HTTP\/1\.1/g)?.length).toBe(20);
});
