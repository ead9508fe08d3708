// A gateway under clients that lie in bodies, headers and framing, that are slow, stop, or leave; also with a
// server behind it that lies. It answers or refuses, stays well, and its answers are what they say.
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, isJson, isWell, send } from '../lib/http.js';
import { foreign, foreignText } from '../lib/words.js';
import { serveArgs } from '../serve-args.js';
import { startOllama, vectorOf } from '../servers/ollama.js';
import { ways } from './ollama.js';

const routes = ['/api/embed', '/api/embed', '/api/embeddings', '/v1/embeddings', '/embedding'];
const others = [
  '/api/tags',
  '/api/show',
  '/api/chat',
  '/v1/models',
  '/metrics',
  '/metrics?format=json',
  '/ready',
];
const fieldNames = [
  'model',
  'input',
  'prompt',
  'text',
  'texts',
  'dimensions',
  'options',
  'keep_alive',
  'truncate',
  'encoding_format',
  'priority',
  'user',
];

export async function play(c) {
  const { random } = c;
  const lies = random.chance(0.3) ? random.pick(Object.keys(ways)) : undefined;
  c.lies = lies;
  c.subject = lies === undefined ? 'gateway' : `gateway: ${lies} behind it`;
  let honestLeft = random.pick([6, 10, 20]);
  const lie = (path, _body, response, honest) => {
    if (lies === undefined || path !== '/api/embed' || honestLeft-- > 0) return false;
    ways[lies](response, random, honest);
    return true;
  };
  const server = c.use(await startOllama({ lie }));
  const port = await freePort();
  const args = serveArgs(port, '--deadline', '5s');
  const seen = await c.embed(args, {
    url: server.url,
    stops: false,
    stopMs: 120_000 * c.scale,
    obeyMs: 10_000,
    drive: () => attack(c, port, server.model, lies),
  });
  if (!seen.stopped) c.find('crash', `ended by itself with ${seen.signal ?? seen.code}`, 'embed serve');
  else if (seen.code !== 0 && seen.obeyed) c.find('exit', `exit ${seen.code} after SIGTERM`, 'embed serve');
  for (const line of seen.stdout.split('\n')) {
    if (line !== '' && !isJson(line)) c.find('log', `a log line that is not JSON: ${line.slice(0, 120)}`);
  }
}

async function attack(c, port, model, lies) {
  const { random } = c;
  if (!(await isWell(c, port, 20_000))) return c.find('hang', 'never came up', 'embed serve');
  const left = [];
  for (let round = random.int(2, 5); round > 0; round--) {
    const [way, act] = random.pick(attacks);
    const tries = Array.from({ length: random.pick([1, 3, 20]) }, () => act(c, port, model, left));
    for (const problem of await Promise.all(tries)) {
      const oracle = problem?.startsWith('no answer') ? 'hang' : 'answer';
      if (problem !== undefined) c.find(oracle, `${way}: ${problem}`, 'embed serve');
    }
    if (!(await isWell(c, port, 10_000))) return c.find('hang', `not well after ${way}`, 'embed serve');
  }
  // What is still open is either closed first, or left for the end to deal with.
  if (random.chance(0.5)) for (const socket of left) socket.destroy();
  if (lies !== undefined) return;
  const text = `An honest text ${random.hex(6)}`;
  const { status, body } = await send(c, port, 'POST', '/api/embed', JSON.stringify({ model, input: text }));
  const [vector] = isJson(body) ? (JSON.parse(body).embeddings ?? []) : [];
  const honest = vectorOf(text);
  if (status !== 200 || !vector?.every((value, i) => Math.abs(value - honest[i]) < 1e-5))
    c.find('answer', `an honest text got ${status}: ${body.slice(0, 120)}`, 'embed serve');
}

/** Name, and what is done: returns what is wrong with the answer, or nothing; `left` takes sockets left open. */
const attacks = [
  [
    'plain',
    (c, port, model) =>
      ask(c, port, JSON.stringify({ model, input: ['a', c.random.hex(4)] }), {}, '/api/embed', 'POST', true),
  ],
  ['values', (c, port, model) => ask(c, port, body(c.random, model))],
  ['values', (c, port, model) => ask(c, port, body(c.random, model))],
  ['bytes', (c, port) => ask(c, port, bytes(c.random))],
  ['many texts', (c, port, model) => ask(c, port, many(c.random, model))],
  ['headers', (c, port, model) => ask(c, port, JSON.stringify({ model, input: 'x' }), headers(c.random))],
  [
    'other routes',
    (c, port) =>
      ask(
        c,
        port,
        bytes(c.random),
        {},
        c.random.pick(others),
        c.random.pick(['GET', 'POST', 'DELETE', 'HEAD']),
      ),
  ],
  ['addresses', (c, port) => ask(c, port, undefined, {}, address(c.random), 'GET')],
  ['framing', (c, port, model, left) => raw(port, left, framed(c.random, model))],
  ['stalled', (c, port, model, left) => stalled(c.random, port, model, left)],
  ['slow', (c, port, model) => slow(c.random, port, model)],
  ['leaving', (c, port, model) => leaving(c.random, port, model)],
  [
    'pipelined',
    (c, port, model, left) => raw(port, left, Buffer.from(plain(model).repeat(c.random.int(2, 200)))),
  ],
];

async function ask(
  c,
  port,
  content,
  more = {},
  path = c.random.pick(routes),
  method = 'POST',
  isPlain = false,
) {
  const { status, body, type } = await send(c, port, method, path, content, more);
  if (status === undefined) return body;
  // Broken off; or passed on from a server that lies, as its answers to all that isn't batched are.
  if (status === 0 || (c.lies !== undefined && !isPlain)) return undefined;
  if (method === 'HEAD' || status === 204 || !/json/.test(type)) return undefined;
  if (!isJson(body)) return `${status} with broken JSON from ${path}: ${body.slice(0, 100)}`;
  if (status !== 200 || !routes.includes(path)) return undefined;
  const { embeddings, embedding, data } = JSON.parse(body);
  const vectors =
    embeddings ?? data?.map((one) => one.embedding) ?? (embedding === undefined ? [] : [embedding]);
  for (const vector of vectors) {
    if (typeof vector === 'string') continue;
    // The oldest route answers an empty prompt so.
    if (vector.length > 0 && !vector.every(Number.isFinite))
      return `200 with ${JSON.stringify(vector).slice(0, 80)}`;
    const norm = Math.hypot(...vector);
    if (vector.length > 0 && Math.abs(norm - 1) > 1e-3) return `200 with a vector of length ${norm}`;
  }
  return undefined;
}

function value(random) {
  return random.pick([
    null,
    true,
    -1,
    0,
    1.5,
    1e308,
    2 ** 53,
    '',
    'x',
    '\0',
    '\ud800',
    [],
    {},
    [[]],
    [null],
    ['', 'a'],
    ['a', 5],
    [1, 2, 3],
    { a: { b: [] } },
    { length: 3 },
    foreign(random),
    'word '.repeat(random.size(200_000)),
    'x'.repeat(random.size(2_000_000)),
    Array(random.size(9000)).fill('a'),
  ]);
}

function body(random, model) {
  const fields = { model, input: 'islands', prompt: 'islands', text: 'islands' };
  for (const field of random.some(fieldNames, random.int(1, 3))) fields[field] = value(random);
  return JSON.stringify(fields);
}

function many(random, model) {
  const texts = Array.from(
    { length: random.pick([100, 2000, 8192, 8193]) },
    (_, i) => `text ${i} ${random.hex(4)}`,
  );
  return JSON.stringify({ model, input: texts });
}

function bytes(random) {
  return random.pick([
    '',
    'null',
    '[]',
    '5',
    '{',
    '{"model":"x","input":',
    '\ufeff{}',
    '{"__proto__":{"model":"x"},"constructor":{"prototype":{}},"input":"x"}',
    '{"model":"a","model":{},"input":"x","input":["y"]}',
    random.pick(['[', '{"a":', '{"input":[']).repeat(random.size(2_000_000)),
    `{"input":"${'\\ud800'.repeat(random.size(100_000))}"}`,
    `{"model":${JSON.stringify(foreignText(random))},"input":"x"}`,
    'x'.repeat(random.pick([9_999_999, 10_000_001, 20_000_000])),
    random.bytes(random.size(3000)),
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
  ]);
}

function headers(random) {
  const safe = (text) => text.replace(/[^\x20-\x7e\x80-\xff]/g, '?');
  const name = random.pick([
    'x-embed-priority',
    'x-embed-client',
    'x-request-id',
    'content-type',
    'content-encoding',
    'authorization',
    'host',
    'origin',
    'expect',
    'connection',
    'upgrade',
    'accept-encoding',
    'forwarded',
    'x-forwarded-for',
    'te',
  ]);
  return {
    [name]: random.pick([
      '',
      '-1',
      '5',
      'NaN',
      'close, x-embed-priority',
      'gzip',
      '100-continue',
      'application/x-www-form-urlencoded',
      'text/plain; charset=utf-16',
      'Bearer ',
      'evil.example',
      '127.0.0.1:1@evil.example',
      safe(foreign(random)),
      'x'.repeat(random.size(15_000)),
    ]),
  };
}

function address(random) {
  return random.pick([
    `/embedding?text=${encodeURIComponent(foreign(random))}`,
    `/embedding?text=${'a'.repeat(random.size(12_000))}`,
    '/embedding?text=a&text=b',
    '/embedding?text[]=a',
    '/embedding?text=%ff%fe',
    '/embedding?text=%',
    '/%2e%2e/api/tags',
    '//evil.example/api/tags',
    'http://evil.example/api/tags',
    '/api/tags#x',
    `/${'a/'.repeat(random.size(5000))}`,
    `/${random.hex(10)}%00%0a%1b`,
    '*',
  ]);
}

function plain(model, content = JSON.stringify({ model, input: 'islands' })) {
  return `POST /api/embed HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(content)}\r\n\r\n${content}`;
}

/** A request that breaks the rules of HTTP. */
function framed(random, model) {
  const content = JSON.stringify({ model, input: 'islands' });
  const head = 'POST /api/embed HTTP/1.1\r\nhost: 127.0.0.1\r\n';
  const hex = content.length.toString(16);
  return Buffer.from(
    random.pick([
      `${head}transfer-encoding: chunked\r\n\r\n${hex}\r\n${content}\r\n0\r\n\r\n`,
      `${head}transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n${hex}\r\n${content}\r\n0\r\n\r\n`,
      `${head}transfer-encoding: chunked, identity\r\n\r\n${content}`,
      `${head}transfer-encoding: chunked\r\n\r\n${random.pick(['-1', 'ffffffffffffffff', 'zz', '5;x=\n', ''])}\r\n${content}`,
      `${head}transfer-encoding: chunked\r\n\r\n${[...content].map((one) => `1\r\n${one}\r\n`).join('')}0\r\n\r\n`,
      `${head}content-length: ${random.pick(['-1', '1e3', '99999999999999999999', '+5', '5, 6', ''])}\r\n\r\n${content}`,
      `${head}content-length: 5\r\ncontent-length: 6\r\n\r\n${content}`,
      `POST /api/embed HTTP/1.1\r\n\r\n`,
      `POST /api/embed HTTP/1.0\r\ncontent-length: ${content.length}\r\n\r\n${content}`,
      `${head}${`x-${random.hex(4)}: y\r\n`.repeat(random.size(3000))}\r\n`,
      `${head}x: ${'y'.repeat(random.size(100_000))}\r\n\r\n`,
      `${head}x : y\r\n folded\r\n\r\n`,
      `${head}x: \x1b[2J\x00\r\n\r\n`,
      `GET / HTTP/${random.pick(['0.9', '2.0', '9.9', 'x'])}\r\n\r\n`,
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      `CONNECT evil.example:80 HTTP/1.1\r\nhost: evil.example:80\r\n\r\n`,
      `${head}connection: upgrade\r\nupgrade: websocket\r\ncontent-length: 0\r\n\r\n`,
      random.bytes(random.size(2000)).toString('latin1'),
    ]),
    'latin1',
  );
}

/** Sends bytes, and reads what comes for a while: any answer will do. */
async function raw(port, left, content) {
  const socket = open(port, left);
  socket.write(content);
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), pause(300)]);
  return undefined;
}

async function stalled(random, port, model, left) {
  const socket = open(port, left);
  const whole = plain(model, JSON.stringify({ model, input: 'x'.repeat(random.size(9_000_000)) }));
  socket.write(whole.slice(0, random.int(1, whole.length - 1)));
  await pause(200);
  return undefined;
}

async function slow(random, port, model) {
  const socket = open(port, []);
  const whole = plain(model);
  for (let at = 0; at < whole.length && !socket.destroyed; at += random.int(5, 30)) {
    socket.write(whole.slice(at, at + 10));
    await pause(5);
  }
  socket.destroy();
  return undefined;
}

async function leaving(random, port, model) {
  const socket = open(port, []);
  socket.write(plain(model));
  await pause(random.int(0, 60));
  if (random.chance(0.5)) socket.resetAndDestroy();
  else socket.destroy();
  return undefined;
}

function open(port, left) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).on('data', () => undefined);
  left.push(socket);
  return socket;
}
