// Without any Ollama: the built-in embedder under Ollama's API.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Gateway } from '../../../src/gateway/gateway.js';
import { makeWarmWorkspace } from '../../helpers/cli.js';
import { readOutput } from '../../helpers/output.js';
import { post, settingsWith } from '../gateways.js';

// The embedder's workers run from what was built.
type ServerModule = typeof import('../../../src/gateway/gateway.js');
const built = new URL('../../../dist/gateway/gateway.js', import.meta.url).href;
const { startGateway } = (await import(built)) as ServerModule;

let made: Gateway;
beforeAll(async () => {
  made = await startGateway({ settings: await settingsWith({ embedder: 'builtin' }), port: 0 });
});
afterAll(() => made.stop());

test('its vectors come by every name and API, and are the same', async () => {
  const client = new Ollama({ host: made.url });
  const [byName, byAlias] = await Promise.all(
    ['universal-sentence-encoder-lite', 'builtin:latest'].map((model) =>
      client.embed({ model, input: ['a', 'b'] }),
    ),
  );
  expect(byName!.embeddings.map((row) => row.length)).toEqual([512, 512]);
  expect(byAlias!.embeddings).toEqual(byName!.embeddings);
  const openAi = new OpenAI({ baseURL: `${made.url}/v1`, apiKey: 'none' });
  const { data } = await openAi.embeddings.create({ model: 'builtin', input: ['a', 'b'] });
  expect(data.map(({ embedding }) => Float32Array.from(embedding))).toEqual(
    byName!.embeddings.map((row) => Float32Array.from(row)),
  );
  const { embedding } = await client.embeddings({ model: 'builtin', prompt: 'a' });
  expect(Float32Array.from(embedding)).toEqual(Float32Array.from(byName!.embeddings[0]!));
});

test('an answer is JSON, whatever the digits of its values', async () => {
  // One value of this text's vector lies just below 0.01, and rounds up to it.
  const { status, body } = await post(`${made.url}/api/embed`, {
    model: 'builtin',
    input: 'island window 97517',
  });
  expect([status, body.embeddings[0]!.length]).toEqual([200, 512]);
  expect(Math.hypot(...body.embeddings[0]!)).toBeCloseTo(1, 5);
});

test.each([
  ['/api/embed', { model: 'builtin', input: ['灯塔位于岛的北端'] }],
  ['/api/embed', { model: 'builtin', input: ['a lighthouse', '🚀🚀'] }],
  ['/api/embeddings', { model: 'builtin', prompt: 'Маяк стоит на севере острова' }],
  ['/embedding', { text: 'ประภาคารตั้งอยู่ปลายเกาะ' }],
])('%s refuses %j: the model does not know the script', async (path, request) => {
  const { status, body } = await post(made.url + path, request);
  expect([status, body.error]).toEqual([400, expect.stringMatching(/does not know the script.*bge-m3/)]);
});

test('OpenAI’s API says so in its own words; a Chinese name in English is no matter', async () => {
  const openAi = new OpenAI({ baseURL: `${made.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const refused = openAi.embeddings.create({ model: 'builtin', input: ['灯塔位于岛的北端'] });
  await expect(refused).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' });
  const input = ['The lighthouse of 王小明', 'The lighthouse of 李小龍 and his brother'];
  const { data } = await openAi.embeddings.create({ model: 'builtin', input });
  expect(data[0]!.embedding).not.toEqual(data[1]!.embedding);
});

test.each([
  ['Ollama’s', () => ['--ollama-url', made.url]],
  ['OpenAI’s', () => ['--embedder', 'openai', '--url', `${made.url}/v1`]],
])('a run by %s API goes on over a document in a script that the model does not know', async (_, named) => {
  const workspace = makeWarmWorkspace();
  onTestFinished(() => workspace.remove());
  const docs = join(workspace.dir, 'docs');
  mkdirSync(docs);
  writeFileSync(join(docs, 'lamp.md'), '# The lamp\n\nThe keeper burns oil.\n');
  writeFileSync(join(docs, 'ja.md'), '灯台守は油を燃やす。毎晩、船のために。\n');
  const { code, stderr } = await workspace.embed(['ingest', 'docs', '--cache', 'none', ...named()]);
  expect(code, stderr).toBe(3);
  expect(stderr).toMatch(/ja\.md.*script/);
  const out = join(workspace.dir, 'embeddings');
  expect(readOutput(out).rows.map(({ metadata }) => metadata.source)).toEqual(['docs/lamp.md']);
  expect(readFileSync(join(out, 'failures.jsonl'), 'utf8')).toContain('"unknown-script"');
});

test('it lists and shows itself, and is running', async () => {
  const client = new Ollama({ host: made.url });
  const { models } = await client.list();
  expect(models.map(({ name }) => name)).toEqual(['universal-sentence-encoder-lite:latest']);
  const shown = await client.show({ model: 'builtin' });
  expect(shown.capabilities).toEqual(['embedding']);
  expect((await client.ps()).models).toHaveLength(1);
  expect((await client.version()).version).toMatch(/^\d+\.\d+\.\d+/);
  expect(await fetch(made.url).then((answer) => answer.text())).toBe('Ollama is running');
  expect((await fetch(`${made.url}/ready`)).status).toBe(200);
});

test.each([
  [
    '/api/embed',
    { model: 'all-minilm', input: 'x' },
    404,
    'model "all-minilm" not found, try pulling it first',
  ],
  ['/api/embed', { model: 'builtin', input: [1] }, 400, 'invalid input type'],
  ['/api/embed', { model: 'builtin', input: ['', 'x'] }, 400, expect.stringContaining('blank')],
  ['/api/embed', { input: 'x' }, 404, "model '' not found"],
  ['/api/embed', '', 400, 'missing request body'],
  ['/api/embed', '{"model":', 400, 'unexpected EOF'],
  ['/api/embed', { model: 'builtin', input: 'x', keep_alive: 'soon' }, 400, 'time: invalid duration "soon"'],
  ['/api/show', { model: 'nope' }, 404, "model 'nope' not found"],
  ['/api/chat', { model: 'builtin' }, 501, expect.stringContaining('only embeds')],
])('%s %j is refused', async (path, request, status, error) => {
  const answer = await post(made.url + path, request);
  expect([answer.status, answer.body.error]).toEqual([status, error]);
});

test('what holds no text gets no vectors; what isn’t there isn’t there', async () => {
  expect((await post(`${made.url}/api/embed`, { model: 'builtin', input: '' })).body.embeddings).toEqual([]);
  expect((await post(`${made.url}/api/embeddings`, { model: 'builtin', prompt: '' })).body.embedding).toEqual(
    [],
  );
  const [wrongMethod, unknown] = await Promise.all(
    ['/api/embed', '/api/nope'].map((path) =>
      fetch(made.url + path).then(async (one) => [one.status, await one.text()]),
    ),
  );
  expect(wrongMethod).toEqual([405, '405 method not allowed']);
  expect(unknown).toEqual([404, '404 page not found']);
});
