// Tokens with names, what only their holders may do, and other names for models.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readTokens } from '../../src/gateway/http/tokens-file.js';
import { readAliases } from '../../src/gateway/models/aliases.js';
import type { GatewayOptions, RequestLine } from '../../src/gateway/options.js';
import { makeWorkspace } from '../helpers/cli.js';
import { floats, gateway, ollama, post } from './gateways.js';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function started(options: Omit<GatewayOptions, 'settings'>, changes = {}) {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url], ...changes }, options);
  const embed = (input: string, headers = {}) =>
    post(`${url}/api/embed`, { model: 'all-minilm', input }, headers);
  return { server, url, embed };
}

test('each token lets its holder in, whose name is in the log and in the metrics', async () => {
  const lines: RequestLine[] = [];
  const { url, embed } = await started({
    token: 'old',
    tokens: { wiki: 'sesame', notes: 'rosebud' },
    events: { answered: (line) => lines.push(line) },
  });
  const statuses = [];
  for (const token of ['sesame', 'rosebud', 'sesame', 'old', 'wrong', '']) {
    statuses.push((await embed('one', bearer(token))).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 401, 401]);
  await embed('one', {
    ...bearer('rosebud'),
    'x-embed-client': 'import',
    traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`,
  });
  const metrics = await fetch(`${url}/metrics?format=json`, { headers: bearer('old') });
  const { gateway: counted } = (await metrics.json()) as { gateway: { clients: object } };
  expect(counted.clients).toEqual({ wiki: { requests: 2, texts: 2 }, notes: { requests: 2, texts: 2 } });
  const text = await (await fetch(`${url}/metrics`, { headers: bearer('old') })).text();
  expect(text).toContain('embed_gateway_client_texts_total{client="wiki"} 2');
  expect(lines.slice(0, 2).map(({ client }) => client)).toEqual(['wiki', 'notes']);
  expect(lines[6]).toMatchObject({ client: 'import', trace: 'ab'.repeat(16) });
  expect(JSON.stringify(lines) + text).not.toMatch(/sesame|rosebud/);
});

test('what all clients share is changed by holders of a token only, on this machine, too', async () => {
  const open = await started({});
  for (const path of ['/clear_cache', '/reset_circuit_breaker']) {
    const { status, body } = await post(open.url + path, {});
    expect([status, body.error]).toEqual([403, 'forbidden: start the gateway with a token to use this']);
  }
  const workspace = makeWorkspace();
  onTestFinished(() => workspace.remove());
  const { server, url, embed } = await started(
    { token: 'sesame' },
    { cache: 'disk', cacheDir: workspace.dir },
  );
  const asked = async () => {
    const before = server.batches().length;
    await embed('one', bearer('sesame'));
    return server.batches().length - before;
  };
  expect([(await asked()) > 0, await asked()]).toEqual([true, 0]);
  expect((await post(`${url}/clear_cache`, {})).status).toBe(401);
  expect(await asked()).toBe(0);
  const { status, body } = await post(`${url}/clear_cache`, {}, bearer('sesame'));
  expect([status, (body as unknown as { removed: number }).removed > 0]).toEqual([200, true]);
  expect(await asked()).toBe(1);
  expect((await post(`${url}/reset_circuit_breaker`, '', bearer('sesame'))).body).toEqual({ models: 1 });
});

test('an alias is a model’s other name on every route, and its vectors are the same', async () => {
  const aliases = { 'text-embedding-3-small': 'all-minilm' };
  const { server, url } = await started({ aliases });
  const model = 'text-embedding-3-small';
  const right = [server.vectorOf('one')];
  const answer = await post(`${url}/api/embed`, { model, input: 'one' });
  expect([answer.body.model, floats(answer.body.embeddings)]).toEqual([model, right]);
  const openai = await post(`${url}/v1/embeddings`, { model, input: ['one'] });
  const { data, model: named } = openai.body as unknown as { data: { embedding: number[] }[]; model: string };
  expect([named, floats(data.map(({ embedding }) => embedding))]).toEqual([model, right]);
  const older = await post(`${url}/api/embeddings`, { model, prompt: 'one' });
  expect(floats([older.body.embedding])).toEqual(right);
  const plain = await post(`${url}/embedding`, { model, text: 'one' });
  expect(floats([plain.body.embedding])).toEqual(right);
  // A request that only the server can answer has the model's own name.
  expect((await post(`${url}/api/embed`, { model, input: [] })).body).toMatchObject({ embeddings: [] });
  const shown = await post(`${url}/api/show`, { model });
  expect([shown.status, (shown.body as unknown as { capabilities: string[] }).capabilities]).toEqual([
    200,
    ['embedding'],
  ]);
  expect((await post(`${url}/api/embed`, { model: 'nope', input: 'one' })).status).toBe(404);
});

describe('GET /v1/models/{id}', () => {
  test('of a server', async () => {
    const { server, url } = await started({ aliases: { ada: 'all-minilm' } });
    const body = JSON.stringify({ id: 'all-minilm', object: 'model' });
    server.script({ kind: 'answer', path: '/v1/models/all-minilm', status: 200, body });
    for (const id of ['all-minilm', 'ada']) {
      expect(await (await fetch(`${url}/v1/models/${id}`)).json()).toMatchObject({ id });
    }
  });

  test('of the built-in embedder', async () => {
    const { url } = await gateway({ embedder: 'builtin' });
    const id = 'universal-sentence-encoder-lite:latest';
    for (const name of [id, encodeURIComponent(id), 'builtin']) {
      const answer = await fetch(`${url}/v1/models/${name}`);
      expect([answer.status, await answer.json()]).toEqual([
        200,
        expect.objectContaining({ id, object: 'model' }),
      ]);
    }
    const other = await fetch(`${url}/v1/models/nope`);
    expect([other.status, await other.json()]).toEqual([
      404,
      { error: expect.objectContaining({ type: 'not_found_error' }) },
    ]);
  });
});

test('HEAD of our own routes has what GET has, without a body', async () => {
  const { url } = await started({});
  for (const path of ['/health', '/ready', '/metrics', '/embedding?text=one&model=all-minilm']) {
    const [head, whole] = [await fetch(url + path, { method: 'HEAD' }), await fetch(url + path)];
    expect([path, head.status, head.headers.get('content-type')]).toEqual([
      path,
      200,
      whole.headers.get('content-type'),
    ]);
    expect([await head.text(), (await whole.text()).length > 0]).toEqual(['', true]);
  }
});

describe('tokens and aliases as they are typed', () => {
  test('a file, or the JSON itself', () => {
    const workspace = makeWorkspace();
    onTestFinished(() => workspace.remove());
    const file = join(workspace.dir, 'tokens.json');
    writeFileSync(file, '{"wiki": "sesame"}');
    expect(readTokens(file)).toEqual({ wiki: 'sesame' });
    expect(readTokens(' {"a.b@c-d": "x"}')).toEqual({ 'a.b@c-d': 'x' });
    expect(readAliases(['ada=all-minilm', ' a:1=b:2 '])).toEqual({ ada: 'all-minilm', 'a:1': 'b:2' });
  });

  test.each([
    ['/nowhere/tokens.json', /the file can't be read \(ENOENT\)/],
    ['{"wiki": sesame}', /they are no JSON/],
    ['{}', /expected 1 to 1000/],
    ['{"wiki": ""}', /that of "wiki" is no text/],
    ['{"a b": "sesame"}', /names have 1 to 64/],
    ['{"a": "sesame", "b": "sesame"}', /two names have the same one/],
  ])('%s', (given, words) => {
    expect(() => readTokens(given)).toThrow(words);
    try {
      readTokens(given);
    } catch (error) {
      expect(String(error)).not.toContain('sesame');
    }
  });

  test.each(['ada', '=x', 'a=', 'a=b=c', 'a b=c'])('--alias %j is refused', (alias) => {
    expect(() => readAliases([alias])).toThrow(/--alias: expected NAME=MODEL/);
  });
});
