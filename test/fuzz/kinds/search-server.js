// Clients and web pages at the searching routes of a gateway: questions of any kind, messages of agents, foreign names and
// origins, and the page itself. It says no, or answers with what is indexed alone.

import { freePort, isJson, isWell, send } from '../lib/http.js';
import { spoilt } from '../lib/values.js';
import { foreign } from '../lib/words.js';
import { serveArgs } from '../serve-args.js';
import { checkAnswer, message, search } from './agents.js';

const json = { 'content-type': 'application/json' };

export async function play(c) {
  const { random } = c;
  c.index();
  c.subject = 'search server';
  const port = await freePort();
  const token = random.chance(0.3) ? random.hex(16) : undefined;
  const args = serveArgs(port, '--in', 'embeddings');
  if (token !== undefined) args.push('--token', token);
  const seen = await c.embed(args, {
    stops: false,
    stopMs: 120_000 * c.scale,
    obeyMs: 10_000,
    drive: () => attack(c, port, token),
  });
  if (!seen.stopped) c.find('crash', `ended by itself with ${seen.signal ?? seen.code}`, 'embed serve --in');
  for (const line of seen.stdout.split('\n'))
    if (line !== '' && !isJson(line)) c.find('log', `a log line that is not JSON: ${line.slice(0, 120)}`);
}

async function attack(c, port, token) {
  const { random } = c;
  if (!(await isWell(c, port, 20_000))) return c.find('hang', 'never came up', 'embed serve --in');
  for (let round = random.int(3, 8); round > 0; round--) {
    const [way, act] = random.pick(attacks);
    const tries = Array.from({ length: random.pick([1, 2, 8]) }, () => act(c, port, token));
    for (const problem of await Promise.all(tries))
      if (problem !== undefined)
        c.find(way === 'foreign' ? 'guard' : 'answer', `${way}: ${problem}`, 'embed serve --in');
    if (!(await isWell(c, port, 10_000))) return c.find('hang', `not well after ${way}`, 'embed serve --in');
  }
}

/** Name, and what is done: returns what is wrong with the answer, or nothing. */
const attacks = [
  ['search', (c, port, token) => asked(c, port, token, '/search', JSON.stringify(search(c.random)))],
  ['search', (c, port, token) => asked(c, port, token, '/search', JSON.stringify(search(c.random)))],
  ['strange search', (c, port, token) => asked(c, port, token, '/search', strange(c.random))],
  ['mcp', (c, port, token) => asked(c, port, token, '/mcp', JSON.stringify(message(c.random, 7)))],
  ['mcp', (c, port, token) => asked(c, port, token, '/mcp', JSON.stringify(message(c.random, 7)))],
  ['strange mcp', (c, port, token) => asked(c, port, token, '/mcp', strange(c.random))],
  ['methods', methods],
  ['foreign', refused],
];

async function asked(c, port, token, path, content) {
  const { random } = c;
  const headers = {
    ...json,
    accept: 'application/json, text/event-stream',
    ...(token && { authorization: `Bearer ${token}` }),
    ...(random.chance(0.3) && strangeHeader(random)),
  };
  const { status, body, type } = await send(c, port, 'POST', path, content, headers);
  if (status === undefined) return body;
  if (status === 0) return undefined;
  if (status === 500) return `500 to ${String(content).slice(0, 120)}: ${body.slice(0, 120)}`;
  if (/json/.test(type) && body !== '' && !isJson(body))
    return `${status} with broken JSON: ${body.slice(0, 100)}`;
  checkAnswer(c, body, `POST ${path}`);
  return undefined;
}

function strangeHeader(random) {
  const safe = (text) => text.replace(/[^\x20-\x7e\x80-\xff]/g, '?');
  return random.pick([
    { 'mcp-protocol-version': safe(foreign(random)) },
    { 'mcp-session-id': safe(foreign(random)) },
    { accept: random.pick(['', '*/*', 'text/event-stream', 'x'.repeat(random.size(9000))]) },
    {
      'content-type': random.pick([
        'text/plain',
        'application/json; charset=utf-16',
        '',
        'multipart/form-data',
      ]),
    },
    { 'content-encoding': 'gzip' },
    { 'x-request-id': safe(foreign(random)) },
    { 'last-event-id': '1' },
  ]);
}

function strange(random) {
  return random.pick([
    '',
    'null',
    '[]',
    '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
    '{"question":',
    '{"__proto__":{"question":"x"},"constructor":{}}',
    '{"question":"a","question":{}}',
    JSON.stringify({
      question: 'islands',
      in: ['http://127.0.0.1:1/x', 'qdrant://127.0.0.1:1/x', '/etc', 'lancedb:/etc'],
    }),
    JSON.stringify({ question: 'islands', rerank: 'http://127.0.0.1:1', out: '../victim' }),
    random.pick(['[', '{"a":', '{"in":[']).repeat(random.size(2_000_000)),
    `{"question":"${'x'.repeat(random.pick([9000, 2_000_000, 11_000_000]))}"}`,
    JSON.stringify(spoilt(random, { question: 'islands', results: 1 }, 0.5)),
    random.bytes(random.size(3000)),
  ]);
}

async function methods(c, port, token) {
  const { random } = c;
  const path = random.pick([
    '/search',
    '/mcp',
    '/ui',
    '/openapi.json',
    '/ui/../search',
    '/ui/%2e%2e',
    '/search?question=x',
  ]);
  const method = random.pick(['GET', 'HEAD', 'DELETE', 'PUT', 'OPTIONS', 'PATCH', 'POST']);
  const { status, body } = await send(
    c,
    port,
    method,
    path,
    undefined,
    token ? { authorization: `Bearer ${token}` } : {},
  );
  if (status === undefined) return body;
  return status === 500 ? `500 to ${method} ${path}: ${body.slice(0, 120)}` : undefined;
}

/** What a web page of another site can send, and what has no right token, must be refused before it is done. */
async function refused(c, port, token) {
  const { random } = c;
  const path = random.pick(['/search', '/mcp', '/clear_cache', '/reset_circuit_breaker', '/metrics']);
  const method = path === '/metrics' ? 'GET' : 'POST';
  const sites = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1.evil.example:${port}` },
    { origin: `http://localhost@evil.example` },
    { origin: 'http://localhost:11434.evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: '' },
  ];
  const names = [
    { host: `evil.example:${port}` },
    { host: `127.0.0.1.evil.example:${port}` },
    { host: `localhost.evil.example` },
    { host: '127.0.0.1:1@evil.example' },
  ];
  const tokens = ['', `Bearer ${token}x`, `Basic ${token}`, 'Bearer ', `bearer  ${token?.slice(0, -1)}`];
  const headers = random.pick(
    token === undefined
      ? [...sites, ...names]
      : [...sites, ...tokens.map((authorization) => ({ authorization }))],
  );
  const own = token !== undefined &&
    headers.authorization === undefined && { authorization: `Bearer ${token}` };
  const content = method === 'GET' ? undefined : JSON.stringify({ question: 'islands' });
  const { status, body } = await send(c, port, method, path, content, { ...json, ...own, ...headers });
  if (status === undefined) return body;
  return [0, 400, 401, 403].includes(status)
    ? undefined
    : `${status} to ${method} ${path} with ${JSON.stringify(headers)}: ${body.slice(0, 100)}`;
}
