// Clients that ask before they send a body: refused by the head alone, they needn't send it.
import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { dial } from '../dial.js';
import { gateway, ollama } from '../gateways.js';

/** The head of a request whose client waits for `100 Continue` with its body. */
const asking = (target: string, ...headers: string[]) =>
  [`${target} HTTP/1.1`, 'Expect: 100-continue', ...headers, '', ''].join('\r\n');

const statuses = (said: string) =>
  [...said.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));

const refused: [what: string, status: number, head: string][] = [
  [
    'a name that a web page could fake',
    403,
    asking('POST /api/embed', 'Host: evil.example', 'Content-Length: 9'),
  ],
  [
    'such a name, to a path that is passed on',
    403,
    asking('POST /api/chat', 'Host: evil.example', 'Content-Length: 9'),
  ],
  ['a body that is too large', 413, asking('POST /api/embed', 'Host: localhost', 'Content-Length: 1001')],
  ['a target that is none', 400, asking('POST /api/../chat', 'Host: localhost', 'Content-Length: 9')],
];

test.each(refused)('%s: %i at once, without the body', async (_, status, head) => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { maxBody: 1000 } });
  const client = dial(url, head);
  await eventually(client.ended).toBe(true);
  expect(statuses(client.said())).toEqual([status]);
  expect(server.requests.filter(({ path }) => path.includes('chat'))).toEqual([]);
});

test.each(['/api/embed', '/api/chat', '/metrics'])('no token for %s: 401 at once', async (path) => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { token: 'sesame' });
  const client = dial(url, asking(`POST ${path}`, 'Host: localhost', 'Content-Length: 9'));
  await eventually(client.ended).toBe(true);
  expect(statuses(client.said())).toEqual([401]);
});

test('no server that a body could go to: the error at once', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  await server.die();
  const client = dial(url, asking('POST /api/chat', 'Host: localhost', 'Transfer-Encoding: chunked'));
  await eventually(client.ended).toBe(true);
  expect(statuses(client.said())).toEqual([502]);
});

test('an answer that needs no body ends the connection: what the client sends next could be the body', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const client = dial(url, asking('GET /health', 'Host: localhost', 'Content-Length: 9'));
  await eventually(client.ended).toBe(true);
  expect(statuses(client.said())).toEqual([200]);
  expect(client.said()).toMatch(/^connection: close\r$/im);
});

const show = JSON.stringify({ model: 'all-minilm' });
const embed = JSON.stringify({ model: 'all-minilm', input: 'one' });

test.each([
  ['batched', '/api/embed', embed],
  ['passed on once it is read', '/api/embeddings', JSON.stringify({ model: 'all-minilm', prompt: 'one' })],
  ['passed on', '/api/show', show],
])(
  'a body that is taken and %s: 100, once, then the answer, and the connection stays',
  async (_, path, body) => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] });
    const head = asking(`POST ${path}`, 'Host: localhost', `Content-Length: ${body.length}`);
    const client = dial(url, head);
    for (const round of [1, 2]) {
      const before = Array.from({ length: round - 1 }, () => [100, 200]).flat();
      await eventually(() => statuses(client.said())).toEqual([...before, 100]);
      client.socket.write(body);
      await eventually(() => statuses(client.said())).toEqual([...before, 100, 200]);
      if (round === 1) client.socket.write(head);
    }
    expect(client.ended()).toBe(false);
  },
);

test('a body in chunks without its length: 100, and it is refused where it grows too large', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { limits: { maxBody: 1000 } });
  const client = dial(url, asking('POST /api/embed', 'Host: localhost', 'Transfer-Encoding: chunked'));
  await eventually(() => statuses(client.said())).toEqual([100]);
  client.socket.write(`${(2000).toString(16)}\r\n${'x'.repeat(2000)}\r\n`);
  await eventually(() => statuses(client.said())).toEqual([100, 413]);
  await eventually(client.ended).toBe(true);
});
