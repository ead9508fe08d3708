// Whole runs with a server of OpenAI's API: the same promises as with an Ollama.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { startOllama } from '../helpers/ollama.js';
import { type OpenAiOptions, startOpenAi, type TestOpenAi } from '../helpers/openai.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { markdown, writeFiles } from './run-workspace.js';

let workspace: Workspace;
let server: TestOpenAi;
let out: string;

const servers: TestOpenAi[] = [];
async function start(options: OpenAiOptions = {}): Promise<TestOpenAi> {
  const started = await startOpenAi(options);
  servers.push(started);
  return started;
}

beforeEach(async () => {
  workspace = makeWarmWorkspace();
  out = join(workspace.dir, 'embeddings');
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 6), 'docs/b.md': markdown('beta', 6) });
  server = await start();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((one) => one.stop()));
  workspace.remove();
});

const ingest = (args: string[] = [], env: Record<string, string> = {}) =>
  workspace.embed(['ingest', 'docs', '--embedder', 'openai', '--cache', 'none', ...args], { env });
const withUrl = (...args: string[]) => ['--url', server.url, ...args];
/** The texts of documents that the server got, without canaries and the words of the opening. */
const textsOfDocuments = (of = server) =>
  of
    .batches()
    .flat()
    .filter((text) => /^# |alpha|beta/.test(text));

function expectRightVectors(of = server): void {
  const { rows, vectors } = readOutput(out);
  expect(rows.length).toBeGreaterThan(3);
  for (const [row, { text, embedding }] of rows.entries()) {
    const expected = of.vectorOf(text);
    expect(vectors[row]).toEqual(expected);
    expect(Float32Array.from(embedding)).toEqual(expected);
  }
}

describe('a run', () => {
  test('gives each row the vector of its text, bit for bit, says where texts go, and repeats nothing', async () => {
    const first = await ingest(withUrl('--model', 'all-minilm'));
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain(`Texts go to ${server.url}, for "all-minilm".`);
    expectRightVectors();
    expect(server.requests.filter(({ path }) => path === '/v1/embeddings').at(-1)!.body).toMatchObject({
      model: 'all-minilm',
      encoding_format: 'base64',
    });
    const before = fingerprint(out);
    const requests = server.requests.length;
    const again = await ingest(withUrl());
    expect(again).toMatchObject({ code: 0 });
    expect(server.requests).toHaveLength(requests);
    expect(fingerprint(out)).toEqual(before);

    writeFiles(workspace.dir, { 'docs/c.md': '# gamma\n\nOne more alpha.\n' });
    const sent = textsOfDocuments().length;
    const more = await ingest(withUrl());
    expect(more).toMatchObject({ code: 0 });
    expect(more.stderr).not.toContain('Texts go to');
    expect(textsOfDocuments().length - sent).toBe(1);
    expectRightVectors();

    const { text } = readOutput(out).rows[2]!;
    const search = ['search', '--json', '-k', '1', '--embedder', 'openai', '--url', server.url, text];
    const found = JSON.parse((await workspace.embed(search)).stdout) as {
      results: { text: string; score: number }[];
    };
    expect(found.results[0]!.text).toBe(text);
    expect(found.results[0]!.score).toBeCloseTo(1, 5);
  });

  test.each(['ollama', 'tei', 'vllm', 'plain'] as const)('works with a server as %s', async (kind) => {
    server = await start({ kind });
    const run = await ingest(withUrl('--model', 'all-minilm'));
    expect(run).toMatchObject({ code: 0 });
    expectRightVectors();
  });
});

describe('texts go', () => {
  const elsewhere = 'http://127.0.0.1:9/v1';

  test('to the address of the environment with --embedder openai, and nowhere by themselves', async () => {
    const env = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 's3cret', OLLAMA_EMBEDDING_MODEL: 'nope' };
    const ignored = await workspace.embed(['ingest', 'docs', '--cache', 'none', '--embedder', 'builtin'], {
      env,
    });
    expect(ignored).toMatchObject({ code: 0 });
    const config = JSON.parse((await workspace.embed(['config', '--json'], { env })).stdout) as object;
    expect(JSON.stringify(config)).not.toContain(server.url);
    expect(server.requests).toEqual([]);
    expect(await ingest(['--rebuild'], env)).toMatchObject({ code: 0 });
    expectRightVectors();
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer s3cret']),
    );
    const requests = server.requests.length;
    writeFiles(workspace.dir, { 'docs/c.md': '# gamma\n' });
    const { OLLAMA_EMBEDDING_MODEL: _, ...rest } = env;
    const auto = await workspace.embed(['ingest', 'docs', '--cache', 'none'], { env: rest });
    expect(auto).toMatchObject({ code: 2, stderr: expect.stringContaining('--embedder openai') });
    expect(server.requests).toHaveLength(requests);
  });

  test('with no key of the environment to an address that only a file names', async () => {
    writeFiles(workspace.dir, {
      '.batchrc.json': JSON.stringify({ embedder: 'openai', url: 'http://192.0.2.1:8080/v1' }),
    });
    const run = await workspace.embed(['ingest', 'docs'], { env: { OPENAI_API_KEY: 's3cret' } });
    expect(run).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/OPENAI_API_KEY is not sent to .*OPENAI_BASE_URL/),
    });
  });

  test.each([
    [['--url', elsewhere], /--url counts with --embedder openai alone/],
    [['--embedder', 'ollama', '--url', elsewhere], /--url counts with --embedder openai alone/],
    [['--embedder', 'openai'], /Name the OpenAI-compatible server with --url/],
    [['--embedder', 'openai', '--url', 'localhost:8080'], /must start with http/],
  ])('nowhere with %j, and the sentence helps', async (args, why) => {
    const run = await workspace.embed(['ingest', 'docs', ...args]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(why)]);
  });
});

describe('long texts', () => {
  const paragraph = (name: string) =>
    Array.from({ length: 700 }, (_, index) => `${name}${index % 40}`).join(' ');

  test.each([
    ['llama-server', {}],
    ['ollama', {}],
    ['plain', { usage: 'all' }],
    ['tei', { tooLong: 'cut' }],
  ] as const)('no vector is of a part of its text: %s %j', async (kind, world) => {
    // Words with digits have more tokens than they seem to, so that chunks come out too long for the window.
    const tokensOf = (text: string) =>
      text.split(/\s+/).reduce((sum, word) => sum + (/\d/.test(word) ? 5 : 1), 2);
    server = await start({ kind, ...world, window: 512, tokensOf });
    writeFiles(workspace.dir, { 'docs/long.md': `# alpha\n\n${paragraph('beta')}\n` });
    const run = await ingest(withUrl('--model', 'all-minilm', '--chunk-size', '400', '--max-tokens', '512'));
    expect(run).toMatchObject({ code: 0 });
    const { rows } = readOutput(out);
    expect(rows.map(({ text }) => tokensOf(text)).filter((count) => count > 512)).toEqual([]);
    expectRightVectors();
    const all = rows.filter(({ metadata }) => metadata.source.endsWith('long.md'));
    expect(all.map(({ text }) => text).join(' ')).toContain('beta39');
  });
});

describe('what is pinned', () => {
  test('prefixes and limits stay with the output, and another value needs --rebuild', async () => {
    const own = ['--document-prefix', 'doc: ', '--query-prefix', '', '--max-tokens', '300'];
    expect(await ingest(withUrl(...own))).toMatchObject({ code: 0 });
    const { rows, vectors } = readOutput(out);
    for (const [row, { text }] of rows.entries())
      expect(vectors[row]).toEqual(server.vectorOf(`doc: ${text}`));
    writeFiles(workspace.dir, { 'docs/c.md': '# gamma\n\nMore of it.\n' });
    expect(await ingest(withUrl())).toMatchObject({ code: 0 });
    const more = readOutput(out);
    for (const [row, { text }] of more.rows.entries())
      expect(more.vectors[row]).toEqual(server.vectorOf(`doc: ${text}`));
    expect(await ingest(withUrl('--document-prefix', 'other: '))).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('document prefix "other: "'),
    });
    expect(await ingest(withUrl('--max-tokens', '200'))).toMatchObject({ code: 5 });
    const searched = await workspace.embed([
      'search',
      '--embedder',
      'openai',
      '--url',
      server.url,
      'More of it',
    ]);
    expect(searched.code).toBe(0);
    expect(server.batches().at(-1)).toEqual(['More of it']);
  });

  test('other weights under the same name end a run with exit code 5, and nothing of them gets in', async () => {
    expect(await ingest(withUrl())).toMatchObject({ code: 0 });
    const before = fingerprint(out);
    server.world.salt = 'other';
    writeFiles(workspace.dir, { 'docs/c.md': '# gamma\n\nMore alpha.\n' });
    expect(await ingest(withUrl())).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/canary .*--rebuild/),
    });
    expect(fingerprint(out)).toEqual(before);
  });
});

describe('several servers', () => {
  test('of other kinds and names join when their vectors match, share the work, and are left out when not', async () => {
    const other = await start({ kind: 'ollama', model: 'minilm-too' });
    const stranger = await start({ kind: 'vllm', salt: 'stranger' });
    writeFiles(workspace.dir, { 'docs/d.md': markdown('alpha', 60) });
    const both = ['--url', server.url, '--url', `${other.url}#model=minilm-too`, '--model', 'all-minilm'];
    const fixed = ['--batch-size', '2', '--concurrency', '2'];
    expect(await ingest([...both, ...fixed])).toMatchObject({ code: 0 });
    expectRightVectors();
    expect(textsOfDocuments(server).length).toBeGreaterThan(0);
    expect(textsOfDocuments(other).length).toBeGreaterThan(0);
    const run = await ingest([...both, '--url', stranger.url, '--rebuild']);
    expect(run).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/gives other vectors than the one at/),
    });
  });

  test('one that is replaced while the run goes on is left out before its vectors get in', async () => {
    const other = await start();
    writeFiles(workspace.dir, { 'docs/d.md': markdown('alpha', 60) });
    // From the third batch on, the second server has other weights and says so.
    other.script({
      kind: 'edit',
      after: 12,
      of: (body) => {
        Object.assign(other.world, { salt: 'other', size: 1 });
        return body;
      },
    });
    const args = ['--url', server.url, '--url', other.url, '--batch-size', '2', '--concurrency', '1'];
    const run = await ingest(args);
    expect(run).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/has another model under the name.*size 1\b/),
    });
    expectRightVectors(server);
  });
});

test('beside an Ollama, one of OpenAI’s API takes its share; a search and a later run ask both again', async () => {
  await using ollama = await startOllama();
  const { world } = ollama;
  Object.assign(server.world, { seedOf: (text: string) => world.seedOf(world.models[0]!, text) });
  writeFiles(workspace.dir, { 'docs/d.md': markdown('alpha', 60) });
  const mixed = ['--ollama-url', ollama.url, '--ollama-url', `openai+${server.url}`];
  const fixed = ['--batch-size', '2', '--concurrency', '2', '--cache', 'none'];
  const run = await workspace.embed(['ingest', 'docs', '--model', 'all-minilm', ...mixed, ...fixed]);
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).toContain(`Texts go to ${ollama.url}, ${server.url}, for "all-minilm".`);
  const { rows, vectors } = readOutput(out);
  for (const [row, { text }] of rows.entries()) expect(vectors[row]).toEqual(ollama.vectorOf(text));
  expect(textsOfDocuments().length).toBeGreaterThan(0);
  expect(textsOfDocuments().length).toBeLessThan(rows.length);

  writeFiles(workspace.dir, { 'docs/e.md': '# epsilon\n\nOne more alpha.\n' });
  const later = await workspace.embed(['ingest', 'docs', '--cache', 'none']);
  expect(later.code, later.stderr).toBe(0);
  expect(later.stderr).toContain(`Ollama: ${ollama.url}, openai+${server.url}, as the index was made`);
  const search = await workspace.embed(['search', '--vectors', '-k', '1', '--json', rows[2]!.text]);
  expect(JSON.parse(search.stdout).results[0]).toMatchObject({ text: rows[2]!.text });

  const doctor = await workspace.embed(['doctor', '--model', 'all-minilm', ...mixed, '--json']);
  expect(doctor.code, doctor.stdout).toBe(0);
  expect(JSON.parse(doctor.stdout).checks).toContainEqual(
    expect.objectContaining({
      title: 'Alike',
      status: 'ok',
      seen: 'dimensions and prefixes agree, same vectors on 2 endpoints',
    }),
  );
});

describe('a server that is busy', () => {
  test('is waited for as it asks, and one whose quota is used up is not', async () => {
    const limited = { error: { message: 'Rate limit reached', type: 'requests' } };
    const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '20ms' };
    server.script({ kind: 'answer', status: 429, body: limited, headers, after: 9, times: 2 });
    server.script({ kind: 'answer', status: 429, body: limited, headers });
    expect(await ingest(withUrl())).toMatchObject({ code: 0 });
    expectRightVectors();
    const quota = { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } };
    server.script({ kind: 'answer', status: 429, body: quota, times: Number.POSITIVE_INFINITY });
    const run = await ingest(withUrl('--rebuild'));
    expect(run).toMatchObject({ code: 4, stderr: expect.stringContaining('quota') });
  });
});

test('prefixes and limits of the user count for an Ollama as well, and stay with the output', async () => {
  await using ollama = await startOllama();
  const run = (...args: string[]) =>
    workspace.embed([
      'ingest',
      'docs',
      '--cache',
      'none',
      '--ollama-url',
      ollama.url,
      '--model',
      'all-minilm',
      ...args,
    ]);
  expect(await run('--document-prefix', 'doc: ', '--max-tokens', '200')).toMatchObject({ code: 0 });
  writeFiles(workspace.dir, { 'docs/c.md': '# gamma\n\nOne more.\n' });
  expect(await run()).toMatchObject({ code: 0 });
  const { rows, vectors } = readOutput(out);
  for (const [row, { text }] of rows.entries()) expect(vectors[row]).toEqual(ollama.vectorOf(`doc: ${text}`));
  expect(await run('--document-prefix', '')).toMatchObject({ code: 5 });
});
