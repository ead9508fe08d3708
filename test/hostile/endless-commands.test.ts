// Answers without an end, seen from outside: what a command takes of memory at most, and that it ends.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';
import { watched } from './watched.js';

/** MB; a run without any attack takes some 110, an answer of 64 at most stands twice for a moment. */
const maxMegabytes = 400;

const cleanUps: (() => unknown)[] = [];
let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace();
  mkdirSync(join(workspace.dir, 'docs'));
  for (let i = 0; i < 20; i++)
    writeFileSync(join(workspace.dir, 'docs', `${i}.md`), `Island ${i} of the sea.\n`);
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  workspace.remove();
});

const honest: Record<string, unknown> = {
  '/api/version': { version: '0.30.0' },
  '/api/tags': { models: [{ name: 'm:latest', model: 'm:latest', digest: 'ab'.repeat(32), details: {} }] },
  '/api/show': {
    capabilities: ['embedding'],
    model_info: {
      'general.architecture': 'bert',
      'bert.context_length': 512,
      'bert.embedding_length': 384,
    },
  },
  '/api/ps': { models: [] },
};

/** An Ollama that never ends what it says on these paths. */
async function endless(paths: readonly string[]): Promise<string> {
  const parts: Record<string, string> = { '/api/embed': '0.1,', '/api/tags': '{},' };
  const starts: Record<string, string> = { '/api/embed': '{"embeddings":[[', '/api/tags': '{"models":[' };
  const more = (response: ServerResponse, part: string): unknown => {
    while (!response.destroyed)
      if (!response.write(part)) return response.once('drain', () => more(response, part));
    return undefined;
  };
  const server = createServer(({ url = '' }, response) => {
    response.on('error', () => undefined);
    if (!paths.includes(url)) return response.end(JSON.stringify(honest[url] ?? {}));
    response.write(starts[url] ?? '');
    return more(response, (parts[url] ?? '    ').repeat(16_384));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const run = (args: string[]) => watched(workspace.start(args));

describe.skipIf(!existsSync('/proc/self/status'))('a server that never ends', () => {
  test.each(Object.keys({ ...honest, '/api/embed': 1 }))(
    '%s',
    async (path) => {
      const url = await endless([path]);
      for (const args of [
        ['ingest', 'docs', '--cache', 'none', '--model', 'm', '--max-retries', '0'],
        ['doctor', '--model', 'm'],
      ]) {
        const { code, peak, stdout, stderr } = await run([...args, '--ollama-url', url]);
        expect(stdout + stderr).not.toMatch(/unexpected|\n {4}at /);
        expect(code).toBeGreaterThan(0);
        expect(peak).toBeGreaterThan(0);
        expect(peak).toBeLessThan(maxMegabytes);
      }
    },
    60_000,
  );

  test('any path, asked by search and by doctor --gateway', async () => {
    const built = await workspace.embed(['ingest', 'docs', '--embedder', 'builtin']);
    expect(built.code).toBe(0);
    const url = await endless([...Object.keys(honest), '/api/embed']);
    const search = await run(['search', 'x', '--embedder', 'ollama', '--model', 'm', '--ollama-url', url]);
    expect([search.code, search.peak < maxMegabytes]).toEqual([4, true]);
    const gateway = await run(['doctor', '--gateway', url]);
    expect([gateway.code, gateway.peak < maxMegabytes]).toEqual([1, true]);
  }, 60_000);
});
