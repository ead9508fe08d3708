import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWorkspace, type RunningCli, type Workspace } from '../../helpers/cli.js';
import { eventually } from '../../helpers/eventually.js';
import { hold } from '../../helpers/hold.js';
import { faults, startOllama, type TestOllama } from '../../helpers/ollama.js';
import { freePort, redisAvailable, startRedis } from '../../helpers/redis.js';

let workspace: Workspace;
const running: RunningCli[] = [];
beforeEach(() => {
  workspace = makeWorkspace();
});
afterEach(async () => {
  for (const { child, done } of running.splice(0)) {
    child.kill('SIGKILL');
    await done;
  }
  workspace.remove();
});

/** Starts a gateway on a free port. @returns its address once it has said it */
async function serve(args: string[], env: Record<string, string> = {}) {
  const cli = workspace.start(['serve', '--port', '0', ...args], { env });
  running.push(cli);
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    cli.child.stderr?.on('data', (part: string) => {
      said += part;
      const found = /embed gateway: (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    void cli.done.then(({ code }) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  return { url, ...cli };
}

const embed = (url: string, input: string | string[]) =>
  fetch(`${url}/api/embed`, { method: 'POST', body: JSON.stringify({ model: 'all-minilm', input }) });

test('a server that is down for a moment is waited for: the client sees a vector', async () => {
  await using ollama = await startOllama();
  const { url } = await serve(['--ollama-url', ollama.url, '--cache', 'none', '--max-retries', '0']);
  expect((await embed(url, 'before')).status).toBe(200);
  ollama.script({ kind: 'die', backAfterMs: 1500 });
  const answer = await embed(url, 'meanwhile');
  expect(answer.status).toBe(200);
  const { embeddings } = (await answer.json()) as { embeddings: number[][] };
  expect(Float32Array.from(embeddings[0]!)).toEqual(ollama.vectorOf('meanwhile'));
});

describe('servers whose vectors are wrong', () => {
  const flags = (...servers: TestOllama[]) => [
    ...servers.flatMap(({ url }) => ['--ollama-url', url]),
    ...['--cache', 'none'],
  ];

  test('of the model that was named: exit 4 with the sentence, before it listens', async () => {
    await using a = await startOllama();
    await using b = await startOllama();
    b.world.models[0]!.salt = 'other';
    const named = ['serve', '--port', '0', '--model', 'all-minilm'];
    const unlike = await workspace.embed([...named, ...flags(a, b)]);
    expect([unlike.code, unlike.stderr]).toEqual([4, expect.stringContaining('gives other vectors than')]);
    expect(unlike.stdout + unlike.stderr).not.toContain('embed gateway');
    b.script(faults.oneVector());
    const one = await workspace.embed([...named, ...flags(b)], {
      env: { OLLAMA_EMBEDDING_MODEL: 'all-minilm' },
    });
    expect([one.code, one.stderr]).toEqual([4, expect.stringContaining('one and the same vector')]);
  });

  test('of a model that was not named: 503, and the doctor says it', async () => {
    await using a = await startOllama();
    await using b = await startOllama();
    b.world.models[0]!.salt = 'other';
    const { url } = await serve(flags(a, b));
    const answer = await embed(url, 'one');
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining('gives other vectors'),
    ]);
    const { code, stdout } = await workspace.embed(['doctor', '--gateway', url]);
    expect(code).toBe(1);
    const words = stdout.replace(/\s+/g, ' ');
    expect(words).toContain(
      `✗ Vectors all-minilm: Ollama at ${b.url} gives other vectors than the one at ${a.url}`,
    );
    expect(words).toContain('! Status degraded');
  });

  test('that are down are no reason not to start, nor is a model that they lack', async () => {
    const port = await freePort();
    const named = ['--ollama-url', `http://127.0.0.1:${port}`, '--cache', 'none', '--model', 'all-minilm'];
    const { url } = await serve(named);
    await using ollama = await startOllama({ port });
    expect((await embed(url, 'one')).status).toBe(200);
    const lacking = await serve([...flags(ollama), '--model', 'nomic-embed-text']);
    lacking.child.kill('SIGTERM');
    expect((await lacking.done).stderr).toContain('The model "nomic-embed-text" isn\'t open yet: Ollama at');
  });
});

test('an index is searched where the gateway says, until it ends', async () => {
  await using ollama = await startOllama();
  const upstream = ['--ollama-url', ollama.url, '--cache', 'none'];
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs/mill.md'), 'The mill is behind the harbour.\n');
  const made = await workspace.embed(['ingest', 'docs', '--model', 'all-minilm', ...upstream]);
  expect(made.code).toBe(0);
  const { url, child, done } = await serve([...upstream, '--in', 'docs=./embeddings']);
  const body = JSON.stringify({ question: 'mill' });
  const answer = await fetch(`${url}/search`, { method: 'POST', body });
  const { schema, results } = (await answer.json()) as { schema: number; results: { in: string }[] };
  expect([schema, results.map((one) => one.in)]).toEqual([1, ['docs']]);
  child.kill('SIGTERM');
  const { code, stderr } = await done;
  expect([code, stderr]).toEqual([0, expect.stringContaining(`search: ${url}/ui\n`)]);
});

test('with --search-only, nothing but searches, health and metrics is answered', async () => {
  await using ollama = await startOllama();
  const upstream = ['--ollama-url', ollama.url, '--cache', 'none'];
  const token = { EMBED_SERVE_TOKEN: 'secret' };
  const { url } = await serve([...upstream, '--in', './embeddings', '--search-only'], token);
  const headers = { authorization: 'Bearer secret' };
  const statusOf = async (method: string, path: string) =>
    (await fetch(url + path, { method, headers, ...(method !== 'GET' && { body: '{}' }) })).status;
  const before = ollama.requests.length;
  for (const path of ['/clear_cache', '/api/embed', '/api/pull', '/v1/embeddings', '/search/x', '/']) {
    expect([path, await statusOf('POST', path)]).toEqual([path, 404]);
  }
  expect(await statusOf('DELETE', '/api/delete')).toBe(404);
  expect(ollama.requests).toHaveLength(before);
  for (const path of ['/search', '/ui', '/health', '/metrics']) {
    expect([path, await statusOf('GET', path)]).toEqual([path, 200]);
  }
  expect((await workspace.embed(['serve', '--search-only'])).stderr).toContain('name an index by --in');
});

test('a folder without an index is told at the start, and taken up once it has one', async () => {
  await using ollama = await startOllama();
  const upstream = ['--ollama-url', ollama.url, '--cache', 'none'];
  const { url, child, done } = await serve([...upstream, '--in', './embeddings']);
  const ask = () => fetch(`${url}/search`, { method: 'POST', body: JSON.stringify({ question: 'mill' }) });
  expect((await ask()).ok).toBe(false);
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs/mill.md'), 'The mill is behind the harbour.\n');
  expect((await workspace.embed(['ingest', 'docs', '--model', 'all-minilm', ...upstream])).code).toBe(0);
  expect((await ask()).ok).toBe(true);
  child.kill('SIGTERM');
  expect((await done).stderr).toContain('warning: There is no index in ./embeddings yet');
});

test('a token that is empty is a mistake, not none', async () => {
  const { code, stderr } = await workspace.embed(['serve', '--port', '0', '--token', '']);
  expect(code).toBe(2);
  expect(stderr).toContain('--token: expected a text that is not empty.');
});

test('a token of the environment keeps no line end of a file from Windows', async () => {
  await using ollama = await startOllama();
  const env = { EMBED_SERVE_TOKEN: 'sesame\r' };
  const { url } = await serve(['--ollama-url', ollama.url, '--cache', 'none'], env);
  const tags = (token: string) => fetch(`${url}/api/tags`, { headers: { authorization: `Bearer ${token}` } });
  expect((await tags('other')).status).toBe(401);
  expect((await tags('sesame')).status).toBe(200);
});

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: what is under way is answered, then it ends with 0',
    async (name) => {
      await using ollama = await startOllama();
      const { url, child, done } = await serve(['--ollama-url', ollama.url, '--cache', 'none']);
      const go = hold(ollama, { when: (texts) => texts.includes('under way') });
      let said = '';
      child.stderr?.on('data', (part: string) => (said += part));
      const answer = embed(url, 'under way');
      await eventually(() => ollama.batches().flat()).toContain('under way');
      child.kill(name);
      await eventually(() => said).toContain('draining');
      go();
      expect((await answer).status).toBe(200);
      const { code, stdout, stderr } = await done;
      expect(code).toBe(0);
      expect(stderr).toMatch(/^embed gateway: http:\/\/127\.0\.0\.1:\d+\ndraining: .*\n$/);
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { path: string });
      expect(lines.map(({ path }) => path)).toEqual(['/api/embed']);
    },
  );

  test('a second one ends it at once', async () => {
    await using ollama = await startOllama();
    const { url, child, done } = await serve(['--ollama-url', ollama.url, '--cache', 'none']);
    ollama.script({ kind: 'hang', path: '/api/generate' });
    const answer = fetch(`${url}/api/generate`, { method: 'POST' }).catch(() => 'broken off');
    await eventually(() => ollama.requests.some(({ path }) => path === '/api/generate')).toBe(true);
    let said = '';
    child.stderr?.on('data', (part: string) => (said += part));
    child.kill('SIGTERM');
    await eventually(() => said).toContain('draining');
    child.kill('SIGTERM');
    expect((await done).code).toBe(143);
    expect(await answer).toBe('broken off');
  });
});

describe('is refused', () => {
  test('to others without a token, unless that is said', async () => {
    const open = await workspace.embed(['serve', '--host', '0.0.0.0', '--port', '0']);
    expect([open.code, open.stderr]).toEqual([
      2,
      expect.stringContaining('set a token (--token or EMBED_SERVE_TOKEN), or say --allow-anonymous'),
    ]);
    const flags = ['--host', '0.0.0.0', '--ollama-url', 'http://127.0.0.1:1', '--cache', 'none'];
    const { url } = await serve(flags, { EMBED_SERVE_TOKEN: 'sesame' });
    const local = url.replace('0.0.0.0', '127.0.0.1');
    expect((await fetch(`${local}/metrics`)).status).toBe(401);
    const anonymous = await serve([...flags, '--allow-anonymous']);
    expect((await fetch(`${anonymous.url.replace('0.0.0.0', '127.0.0.1')}/metrics`)).status).toBe(200);
  });

  test('a port that is taken, and its own address as Ollama’s', async () => {
    await using ollama = await startOllama();
    const { port } = new URL(ollama.url);
    const taken = await workspace.embed([
      'serve',
      '--port',
      port,
      '--ollama-url',
      'http://127.0.0.1:1',
      '--cache',
      'none',
    ]);
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('is taken')]);
    const self = await workspace.embed(['serve', '--port', port, '--cache', 'none'], {
      env: { OLLAMA_HOST: ollama.url },
    });
    expect([self.code, self.stderr]).toEqual([2, expect.stringContaining("the gateway's own address")]);
  });

  test('a Redis that was named and isn’t there', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const { code } = await workspace.embed([
      'serve',
      '--port',
      '0',
      '--redis-url',
      url,
      '--ollama-url',
      'http://127.0.0.1:1',
    ]);
    expect(code).toBe(4);
  });
});

test.runIf(redisAvailable)(
  'two share a Redis: one answers from what the other cached, and outlives it',
  async () => {
    await using ollama = await startOllama();
    const redis = await startRedis();
    const flags = ['--ollama-url', ollama.url, '--redis-url', redis.url];
    const [first, second] = await Promise.all([serve(flags), serve(flags)]);
    const texts = Array.from({ length: 50 }, (_, index) => `shared ${index}`);
    const whole = await embed(first.url, texts).then((answer) => answer.text());
    await embed(second.url, 'opens the model');
    first.child.kill('SIGKILL');
    await first.done;
    const before = ollama.stats.texts;
    const again = await embed(second.url, texts).then((answer) => answer.text());
    expect(ollama.stats.texts).toBe(before);
    const vectors = (text: string) => (JSON.parse(text) as { embeddings: number[][] }).embeddings;
    expect(vectors(again)).toEqual(vectors(whole));
    expect(vectors(again).map((row) => Float32Array.from(row))).toEqual(
      texts.map((text) => ollama.vectorOf(text)),
    );
    await redis.stop();
  },
);

test('the quiet one says nothing, and one without Ollama serves what it has', async () => {
  const cli = workspace.start([
    'serve',
    '--port',
    '0',
    '--quiet',
    '--embedder',
    'builtin',
    '--cache',
    'none',
  ]);
  running.push(cli);
  cli.child.kill('SIGTERM');
  const { stdout, stderr } = await cli.done;
  expect(stdout + stderr).toBe('');
});
