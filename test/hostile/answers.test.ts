// Servers whose answers are other JSON than an Ollama's: every command says so in words.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookAt, makeFolder } from '../doctor/look.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

let workspace: Workspace;
let stop: () => unknown = () => undefined;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'page.md'), 'Islands.\n');
});
afterEach(async () => {
  await stop();
  workspace.remove();
});

const embedding = Array.from({ length: 384 }, (_, i) => (i === 0 ? 1 : 0));
const honest: Record<string, unknown> = {
  '/api/version': { version: '0.30.0' },
  '/api/tags': { models: [{ name: 'm:latest', model: 'm:latest', digest: 'ab'.repeat(32), details: {} }] },
  '/api/show': { capabilities: ['embedding'], model_info: { 'general.architecture': 'bert' } },
  '/api/ps': { models: [] },
  '/api/embed': { embeddings: [embedding] },
};

async function serverWith(path: string, answer: unknown): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    response.end(JSON.stringify(url === path ? answer : (honest[url] ?? {})));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  ['/api/version', null],
  ['/api/version', [1]],
  ['/api/version', { version: {} }],
  ['/api/tags', null],
  ['/api/tags', { models: 5 }],
  ['/api/tags', { models: [5, null, []] }],
  ['/api/tags', { models: [{ name: 5, digest: {} }] }],
  ['/api/show', null],
  ['/api/show', { capabilities: 5 }],
  ['/api/show', { capabilities: [null, {}], model_info: 5 }],
  [
    '/api/show',
    { capabilities: ['embedding'], parameters: 5, details: 7, model_info: { 'general.architecture': [] } },
  ],
  ['/api/ps', null],
  ['/api/ps', { models: {} }],
  ['/api/ps', { models: [null] }],
  ['/api/embed', null],
  ['/api/embed', { embeddings: {} }],
])('%s that answers %j', async (path, answer) => {
  const url = await serverWith(path, answer);
  const words = ['docs', '--cache', 'none', '--model', 'm', '--max-retries', '0', '--ollama-url', url];
  const { stdout, stderr } = await workspace.embed(['ingest', ...words]);
  const looks = [{ model: 'm' }, {}].map((more) =>
    lookAt(makeFolder({ ollamaUrl: [url], cache: 'none', ...more }), { timeoutMs: 5000 }),
  );
  const told = (await Promise.all(looks)).map(({ checks }) => checks);
  expect(told.flat().filter(({ group }) => group === 'ollama').length).toBeGreaterThan(1);
  expect(stdout + stderr + JSON.stringify(told)).not.toMatch(/unexpected|TypeError|\n {4}at /);
});
