// A server that is replaced behind a proxy: none of its vectors is used before it was compared.
import { createServer, request } from 'node:http';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { canaryTexts, measureSpace } from '../../src/embedders/guard/canaries.js';
import { type SteadyEmbedder, withSpaceGuard } from '../../src/embedders/guard/space-guard.js';
import { openOllamaEmbedder } from '../../src/embedders/ollama/embedder.js';
import type { ServerEmbedder } from '../../src/embedders/pool/member.js';
import { eventually } from '../helpers/eventually.js';
import { allMiniLm, type TestOllama } from '../helpers/ollama.js';
import { listenOnOwnPort } from '../helpers/ports.js';
import { startProxy } from '../helpers/proxy.js';
import { ollama } from '../helpers/running.js';

let server: TestOllama;
let inner: ServerEmbedder;
let embedder: SteadyEmbedder;

beforeEach(async () => {
  server = await ollama();
});
afterEach(async () => {
  vi.useRealTimers();
  await embedder.close();
});

/** Opens it by a proxy that opens tunnels, or hands on single requests. */
async function open(way: 'tunnel' | 'forward'): Promise<void> {
  const proxy = await startProxy({
    hosts: { 'gpu.invalid:11434': server.url },
    ...(way === 'forward' && { connectStatus: 403 }),
  });
  inner = await openOllamaEmbedder({
    url: new URL('http://gpu.invalid:11434'),
    model: 'all-minilm',
    batchTimeoutMs: 20_000,
    proxies: { httpProxy: proxy.url },
  });
  embedder = withSpaceGuard(inner);
  await measureSpace(embedder);
  expect(await embedder.embed(['a'])).toEqual([server.vectorOf('a')]);
}

const others = [
  ['another release', { version: '0.32.15' as const }],
  ['other vectors for the same digest', { salt: 'other' }],
  ['another digest', { digest: 'e'.repeat(64) }],
] as const;

test.each(others)('behind a tunnel, %s is seen by the broken connection', async (_, as) => {
  await open('tunnel');
  expect(inner.isWatched).toBe(true);
  const { losses } = inner;
  await server.die();
  await eventually(() => inner.losses).toBeGreaterThan(losses);
  await server.revive(as);
  const before = server.batches().length;
  await expect(embedder.embed(['b'])).rejects.toMatchObject({ meaning: 'changed' });
  expect(server.batches().slice(before).flat()).not.toContain('b');
});

test('behind a tunnel, the same server goes on after one check', async () => {
  await open('tunnel');
  const { losses } = inner;
  await server.die();
  await eventually(() => inner.losses).toBeGreaterThan(losses);
  await server.revive();
  expect(await embedder.embed(['b'])).toEqual([server.vectorOf('b')]);
  const canaries = server.batches().filter(([text]) => text === canaryTexts[0]!.text);
  expect(canaries).toHaveLength(2);
});

test('behind a proxy with connections of its own, another release is seen before its answer counts', async () => {
  await open('forward');
  expect(inner.isWatched).toBe(false);
  await server.die();
  await server.revive({ version: '0.32.15' });
  const [answer] = await Promise.allSettled([
    embedder.embed(['b']).then((vectors) => embedder.confirm({}).then(() => vectors)),
  ]);
  expect(answer).toMatchObject({ status: 'rejected', reason: { meaning: 'changed' } });
});

test('behind such a proxy, a release with the same vectors goes on', async () => {
  await open('forward');
  server.script({
    kind: 'answer',
    status: 200,
    body: '{"version":"0.99.0"}',
    path: '/api/version',
    times: 99,
  });
  expect(await embedder.embed(['b'])).toEqual([server.vectorOf('b')]);
  await embedder.confirm({});
  const asked = server.batches().length;
  await embedder.confirm({});
  expect(server.batches()).toHaveLength(asked);
});

test('behind such a proxy, other vectors of the same release are seen after half a minute', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  await open('forward');
  await server.die();
  await server.revive({ ...allMiniLm, salt: 'other' });
  vi.advanceTimersByTime(31_000);
  await expect(embedder.embed(['b'])).rejects.toMatchObject({ meaning: 'changed' });
});

test('behind a reverse proxy, which its answers tell, another release is seen before its answer counts', async () => {
  server = await ollama();
  const front = createServer((incoming, response) => {
    const { method, headers } = incoming;
    const onward = request(
      server.url + incoming.url,
      { method: method!, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode!, {
          ...answer.headers,
          Server: 'nginx/1.27.0',
          connection: 'keep-alive',
        });
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    incoming.pipe(onward);
  });
  const port = await listenOnOwnPort(front);
  onTestFinished(() => void front.close());
  const url = new URL(`http://127.0.0.1:${port}`);
  inner = await openOllamaEmbedder({ url, model: 'all-minilm', batchTimeoutMs: 20_000 });
  embedder = withSpaceGuard(inner);
  await measureSpace(embedder);
  expect(inner.isWatched).toBe(false);
  await server.die();
  await server.revive({ version: '0.32.15' });
  const answer = embedder.embed(['b']).then((vectors) => embedder.confirm({}).then(() => vectors));
  await expect(answer).rejects.toMatchObject({ meaning: 'changed' });
});
