// A model that is pulled again on the server of the gateway, which goes on: clients get what the server has, as they would
// from itself, and never one model's vector for the other's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { saidInto } from '../helpers/events.js';
import { eventually } from '../helpers/eventually.js';
import { allMiniLm } from '../helpers/ollama.js';
import { floats, gateway, get, ollama, post } from './gateways.js';

const newModel = { digest: 'e'.repeat(64) };
const oldModel = { digest: allMiniLm.digest };

async function vectorsOf(url: string, ...input: string[]) {
  const { status, body } = await post(`${url}/api/embed`, { model: 'all-minilm', input });
  expect(body.error).toBeUndefined();
  expect(status).toBe(200);
  return floats(body.embeddings);
}

test('one server: each answer is of the model that it has, also from the cache, and without a restart', async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'embed-replaced-'));
  onTestFinished(() => rmSync(cacheDir, { recursive: true }));
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url], cache: 'disk', cacheDir });
  const own = (...texts: string[]) => texts.map((text) => server.vectorOf(text));
  expect(await vectorsOf(url, 'one')).toEqual(own('one'));
  server.become(newModel);
  // What is asked is answered by the new model, and not confirmed: it is asked again, of the new one.
  expect(await vectorsOf(url, 'two', 'three')).toEqual(own('two', 'three'));
  expect(await vectorsOf(url, 'one', 'two')).toEqual(own('one', 'two'));
  server.become(oldModel);
  expect(await vectorsOf(url, 'four')).toEqual(own('four'));
  expect(await vectorsOf(url, 'one', 'two', 'three')).toEqual(own('one', 'two', 'three'));
});

test('one of two servers: the other one answers, and that is said', async () => {
  const [a, b] = [await ollama(), await ollama()];
  const said: string[] = [];
  const { url } = await gateway({ ollamaUrl: [a.url, b.url], batchSize: 1 }, { events: saidInto(said) });
  const texts = (name: string) => Array.from({ length: 12 }, (_, index) => `${name} ${index}`);
  const right = (name: string) => texts(name).map((text) => a.vectorOf(text));
  expect(await vectorsOf(url, ...texts('before'))).toEqual(right('before'));
  b.become(newModel);
  for (const name of ['while', 'after']) expect(await vectorsOf(url, ...texts(name))).toEqual(right(name));
  expect(said).toEqual([expect.stringMatching(`Going on without ${b.url} until it is the same as before`)]);
  await eventually(() => get(`${url}/health`)).toMatchObject({
    status: 'degraded',
    pipeline: [
      {
        endpoints: [
          { url: a.url, breaker: 'closed' },
          { url: b.url, breaker: 'open', refused: expect.stringMatching(/digest|model/) },
        ],
      },
    ],
  });
  const metrics = await fetch(`${url}/metrics`).then((answer) => answer.text());
  expect(metrics).toContain(`embed_endpoint_refused{endpoint="${a.url}",model="all-minilm:latest"} 0`);
  expect(metrics).toContain(`embed_endpoint_refused{endpoint="${b.url}",model="all-minilm:latest"} 1`);
});

test('the first of two servers: a look at their lists leaves the model open, which the other one still has', async () => {
  const [a, b] = [await ollama(), await ollama()];
  const said: string[] = [];
  const { url } = await gateway({ ollamaUrl: [a.url, b.url] }, { events: saidInto(said) });
  expect(await vectorsOf(url, 'one')).toEqual([b.vectorOf('one')]);
  a.become(newModel);
  // What may change models starts a look at the lists with the next use.
  await fetch(`${url}/api/delete`, { method: 'DELETE', body: '{"model":"none"}' });
  for (const text of ['two', 'three', 'four', 'five']) {
    expect(await vectorsOf(url, text)).toEqual([b.vectorOf(text)]);
  }
  expect(said.join('\n')).not.toContain('opening it again');
});
