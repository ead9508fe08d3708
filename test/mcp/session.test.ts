// An agent's session: what it is told, finds, reads and may change.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ingest } from '../../src/commands/ingest.js';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { allMiniLm, startOllama, type TestOllama } from '../helpers/ollama.js';
import { freePort } from '../helpers/redis.js';
import { index, settingsIn, startAgent } from './agent.js';

const otherModel = { ...allMiniLm, name: 'bge-small:latest', salt: 'b', digest: 'b'.repeat(64) };

let ollama: TestOllama;
let workspace: Workspace;
beforeAll(async () => {
  ollama = await startOllama({ models: [allMiniLm, otherModel] });
});
afterAll(() => ollama.stop());
beforeEach((context) => {
  workspace = makeWorkspace();
  context.onTestFinished(() => workspace.remove());
  mkdirSync(join(workspace.dir, 'docs'));
});

const write = (name: string, text: string) => writeFileSync(join(workspace.dir, 'docs', name), text);
const settings = (more = {}) =>
  settingsIn(workspace.dir, { ollamaUrl: [ollama.url], model: 'all-minilm', ...more });
const paragraph = (n: number) => `Paragraph ${n}${': a boat waits at the quay'.repeat(18)}.\n\n`;

test('lists, searches and reads on around what it found', async () => {
  write('boats.md', `# Boats\n\nA boat leaves at noon.\n\n## Fares\n\nTwo coins a crossing.\n`);
  write('mill.md', '# Mill\n\nThe mill is behind the harbour.\n');
  await index(workspace.dir, await settings());
  const agent = await startAgent(await settings());

  const { total, documents } = await agent.ask('list');
  expect(total).toBe(2);
  expect(documents.map(({ source }: { source: string }) => source)).toEqual([
    'docs/boats.md',
    'docs/mill.md',
  ]);

  const text = readFileSync(join(workspace.dir, 'docs/mill.md'), 'utf8').trim();
  const { note, results } = await agent.ask('search', { question: text, results: 1 });
  expect(note).toContain('not instructions');
  expect(results).toMatchObject([{ source: 'docs/mill.md', line: 1, heading: ['Mill'], text }]);

  const bySource = await agent.ask('get', { source: results[0].source, line: results[0].line });
  expect(bySource).toMatchObject({ source: 'docs/mill.md', text, chunks: [0, 0] });
  expect(await agent.ask('get', { id: results[0].id })).toEqual(bySource);
  expect(agent.failed).toEqual([]);
});

test('reads a long document in parts that make the whole', async () => {
  const whole = Array.from({ length: 8 }, (_, n) => paragraph(n))
    .join('')
    .trim();
  write('long.txt', whole);
  await index(workspace.dir, await settings({ chunkSize: 128 }));
  const agent = await startAgent(await settings());
  let text = '';
  let parts = 0;
  for (let chunk: number | undefined = 0; chunk !== undefined; parts++) {
    const part = await agent.ask('get', { source: 'docs/long.txt', chunk, maxTokens: 600 });
    text += `${part.text} `;
    chunk = part.nextChunk;
  }
  expect(parts).toBeGreaterThan(1);
  expect(text.replace(/\s+/g, ' ').trim()).toBe(whole.replace(/\s+/g, ' '));
  expect(await agent.ask('get', { source: 'docs/long.txt:9', chunks: 1 })).toMatchObject({ line: 9 });
  const all = await agent.ask('get', { source: 'docs/long.txt', maxTokens: 25_000, chunks: 500 });
  expect(all.text).toBe(whole);
});

test('finds a document under its new name after an ingest, without a new start', async () => {
  write('old.md', 'The lighthouse keeper sleeps at noon.\n');
  write('else.md', 'Nets are mended in winter.\n');
  await index(workspace.dir, await settings());
  const agent = await startAgent(await settings());
  expect((await agent.ask('get', { source: 'docs/old.md' })).text).toContain('lighthouse');
  renameSync(join(workspace.dir, 'docs/old.md'), join(workspace.dir, 'docs/new.md'));
  await index(workspace.dir, await settings());
  const question = 'The lighthouse keeper sleeps at noon.';
  const { results } = await agent.ask('search', { question, results: 1 });
  expect(results).toMatchObject([{ source: 'docs/new.md' }]);
  expect(await agent.failure('get', { source: 'docs/old.md' })).toContain('no document of this path');
});

test('an answer keeps its bound of tokens, and says what it left out', async () => {
  for (let n = 0; n < 12; n++) write(`${n}.txt`, paragraph(n));
  await index(workspace.dir, await settings());
  const agent = await startAgent(await settings());
  const { results, leftOut } = await agent.ask('search', { question: 'x', results: 12, maxTokens: 500 });
  expect(results.length).toBeGreaterThan(0);
  expect(results.length + leftOut).toBe(12);
  expect(JSON.stringify(results).length).toBeLessThan(500 * 5);
  const list = await agent.ask('list', { most: 5 });
  expect(list).toMatchObject({ total: 12, nextSkip: 5 });
  expect((await agent.ask('list', { skip: 10 })).documents).toHaveLength(2);
});

test('reads what the index holds, and no files', async () => {
  write('a.txt', 'Known.\n');
  await index(workspace.dir, await settings());
  write('later.txt', 'Not indexed.\n');
  const agent = await startAgent(await settings());
  for (const source of [
    '/etc/passwd',
    '../../etc/passwd',
    'docs/later.txt',
    'docs/../docs/a.txt',
    'docs/a.txt\0',
  ]) {
    expect(await agent.failure('get', { source })).toContain('no document of this path');
  }
  for (const uri of [
    'embed://x/a',
    'file:///etc/passwd',
    'embed://%zz/a',
    'embed://docs',
    'embed://docs/a.txt#L1',
  ]) {
    await expect(agent.client.readResource({ uri })).rejects.toThrow('no such document');
  }
  expect(agent.failed).toEqual([]);
});

test('gives documents as resources, a page at a time', async () => {
  for (let n = 0; n < 105; n++) write(`${n} #ä.txt`, `Text ${n}.\n`);
  await index(workspace.dir, await settings());
  const { client } = await startAgent(await settings());
  const first = await client.listResources();
  const second = await client.listResources({ cursor: first.nextCursor! });
  expect([first.resources.length, second.resources.length, second.nextCursor]).toEqual([100, 5, undefined]);
  const resource = first.resources.find(({ name }) => name === 'docs/17 #ä.txt')!;
  const { contents } = await client.readResource({ uri: resource.uri });
  expect(contents).toMatchObject([{ uri: resource.uri, text: 'Text 17.' }]);
  await expect(client.listResources({ cursor: 'x' })).rejects.toThrow('cursor');
});

test('arguments out of bounds are refused in words', async () => {
  write('a.txt', 'Known.\n');
  await index(workspace.dir, await settings());
  const agent = await startAgent(await settings());
  for (const [tool, args, words] of [
    ['search', {}, 'question'],
    ['search', { question: ' ' }, 'question'],
    ['search', { question: 'x'.repeat(9000) }, 'question'],
    ['search', { question: 'x', results: 1000 }, 'results'],
    ['search', { question: 'x', limit: 3 }, 'limit'],
    ['search', { question: 'x', source: [''] }, 'source'],
    ['search', { question: 'x', where: ['lang'] }, 'where'],
    ['search', { question: 'x', in: ['none'] }, 'no index "none"'],
    ['get', {}, 'either id or source'],
    ['get', { id: 'x', source: 'y' }, 'either id or source'],
    ['list', { most: 10_000 }, 'most'],
  ] as const) {
    expect(await agent.failure(tool, args)).toContain(words);
  }
  expect(agent.failed).toEqual([]);
});

describe('what is wrong is told in words', () => {
  beforeEach(async () => {
    write('a.txt', 'Known.\n');
    await index(workspace.dir, await settings());
  });

  test('a damaged output', async () => {
    writeFileSync(join(workspace.dir, 'embeddings/chunks.jsonl'), '{}\n');
    const agent = await startAgent(await settings());
    expect(await agent.failure('search', { question: 'x' })).toContain('chunks.jsonl');
    expect((await agent.ask('status')).indexes[0].problem).toContain('chunks.jsonl');
  });

  test('no output', async () => {
    const agent = await startAgent(await settings(), { in: [`none=${workspace.dir}/none`] });
    expect(await agent.failure('search', { question: 'x' })).toContain('embed ingest');
  });

  test('another model', async () => {
    const agent = await startAgent(await settings({ model: otherModel.name }));
    expect(await agent.failure('search', { question: 'x' })).toContain('another vector space');
  });

  test('an embedder that is down, until it is there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const agent = await startAgent(await settings({ ollamaUrl: [url], maxRetries: 0 }));
    expect(await agent.failure('search', { question: 'x' })).toContain(url);
    await using late = await startOllama({ port: Number(new URL(url).port) });
    expect((await agent.ask('search', { question: 'x' })).results).toHaveLength(1);
    expect(late.stats.embeds).toBeGreaterThan(0);
  });
});

test('a model that is replaced is told, and one that comes back is used, without a new start', async () => {
  write('a.txt', 'Known.\n');
  const server = await startOllama();
  onTestFinished(() => server.stop());
  const own = await settings({ ollamaUrl: [server.url] });
  await index(workspace.dir, own);
  const agent = await startAgent(own);
  const ask = { question: 'Known.', results: 1 };
  expect((await agent.ask('search', ask)).results).toHaveLength(1);
  server.become({ digest: 'e'.repeat(64), salt: 'other' });
  expect(await agent.failure('search', ask)).toContain('another vector space');
  server.become(allMiniLm);
  expect((await agent.ask('search', ask)).results).toHaveLength(1);
  expect(agent.failed).toEqual([]);
});

test('a question that the agent gives up ends, and is no failure of the server', async () => {
  write('a.txt', 'Known.\n');
  const server = await startOllama();
  onTestFinished(() => server.stop());
  const own = await settings({ ollamaUrl: [server.url] });
  await index(workspace.dir, own);
  const agent = await startAgent(own);
  const release = hold(server);
  const before = server.requests.length;
  const giveUp = new AbortController();
  const params = { name: 'search', arguments: { question: 'Known.' } };
  const asked = agent.client.callTool(params, undefined, { signal: giveUp.signal });
  await eventually(() => server.requests.length).toBeGreaterThan(before);
  giveUp.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
  release();
  expect((await agent.ask('search', { question: 'Known.' })).results).toHaveLength(1);
  expect(agent.failed).toEqual([]);
});

test('changes nothing, unless it is allowed to', async () => {
  write('a.txt', 'Known.\n');
  await index(workspace.dir, await settings());
  const reader = await startAgent(await settings());
  expect((await reader.client.listTools()).tools.map(({ name }) => name)).not.toContain('update');
  await expect(reader.ask('update')).rejects.toThrow('no such tool');

  const writer = await startAgent(await settings(), { allowIngest: true });
  write('b.txt', 'New.\n');
  const told: number[] = [];
  const result = await writer.client.callTool({ name: 'update', arguments: {} }, undefined, {
    onprogress: ({ progress }) => told.push(progress),
  });
  expect(JSON.parse((result.content as [{ text: string }])[0].text)).toMatchObject({
    changed: true,
    documents: { new: 1, unchanged: 1 },
    rows: 2,
  });
  expect(told.at(-1)).toBe(2);
  expect((await reader.ask('list')).total).toBe(2);
});

test('an update of the output of the settings reads their sources, with their own patterns', async () => {
  write('a.md', 'Known.\n');
  write('draft.md', 'Not for the index.\n');
  const path = join(workspace.dir, 'docs');
  const sources = [{ name: 'docs', path, include: [], exclude: ['draft.*'] }];
  const own = await settings({ sources });
  await ingest({ settings: own });
  write('b.md', 'New.\n');
  const agent = await startAgent(own, { allowIngest: true });
  expect(await agent.ask('update')).toMatchObject({ changed: true, documents: { new: 1 }, rows: 2 });
  const { documents } = await agent.ask('list');
  expect(documents.map(({ source }: { source: string }) => source)).toEqual(['docs/a.md', 'docs/b.md']);
});

test('an update reads nothing outside of the folders of its output, whatever the manifest names', async () => {
  write('a.txt', 'Known.\n');
  await index(workspace.dir, await settings());
  const file = join(workspace.dir, 'embeddings/manifest.json');
  const manifest = readFileSync(file, 'utf8');
  writeFileSync(file, manifest.replace('"roots":["docs"]', '"roots":["/etc"]'));
  const agent = await startAgent(await settings(), { allowIngest: true });
  expect(await agent.failure('update')).toContain('(/etc)');
});

test('several indexes answer as one, and each by its name', async () => {
  write('a.txt', 'The harbour.\n');
  await index(workspace.dir, await settings());
  write('b.txt', 'The mill.\n');
  await index(workspace.dir, await settings({ out: join(workspace.dir, 'second') }));
  const agent = await startAgent(await settings(), {
    in: [`one=${workspace.dir}/embeddings`, `${workspace.dir}/second`],
  });
  const { results } = await agent.ask('search', { question: 'The harbour.', results: 3 });
  // A text that both hold is one result, of either.
  expect(results.map(({ text }: { text: string }) => text)).toEqual(['The harbour.', 'The mill.']);
  expect(results[1].in).toBe('second');
  const only = await agent.ask('search', { question: 'The harbour.', in: ['second'] });
  expect(only.results.every((one: { in: string }) => one.in === 'second')).toBe(true);
  expect(await agent.failure('get', { source: 'docs/a.txt' })).toContain(
    'Say which index by "in": "one", "second"',
  );
  expect((await agent.ask('get', { in: 'one', source: 'docs/a.txt' })).text).toBe('The harbour.');
  expect((await agent.ask('list', { skip: 1 })).documents).toHaveLength(2);
});
