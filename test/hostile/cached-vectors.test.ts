// Caches that give vectors which are none: what is committed and answered is right all the same.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { checkedCache } from '../../src/cache/checked-cache.js';
import { openDiskCache } from '../../src/cache/disk/cache.js';
import { memoryCache } from '../../src/cache/memory/cache.js';
import { lookupsKey } from '../../src/cache/redis/cache-keys.js';
import { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import type { VectorCache } from '../../src/types/cache.js';
import type { Vector } from '../../src/types/vector.js';
import { openConfiguredCache } from '../../src/upstream/open-cache.js';
import { hashOf, spaceOf } from '../cache/vectors.js';
import { floats, gateway, get, ollama, post, settingsWith } from '../gateway/gateways.js';
import { makeWarmWorkspace } from '../helpers/cli.js';
import { FakeEmbedder, vectorOf } from '../helpers/embedder.js';
import { saidInto, warningsInto } from '../helpers/events.js';
import { eventually } from '../helpers/eventually.js';
import { fingerprint } from '../helpers/output.js';
import { type RedisServer, redisAvailable, startRedis } from '../helpers/redis.js';
import { stopAfterTest } from '../helpers/running.js';
import { markdown, summaryOf, writeFiles } from '../ingest/run-workspace.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** What was a vector before; each leaves its length as it was. */
const spoils: [name: string, spoil: (vector: Float32Array) => void][] = [
  ['zeros', (vector) => vector.fill(0)],
  ['NaN', (vector) => vector.fill(Number.NaN, 0, 1)],
  ['infinity', (vector) => vector.fill(-Infinity, 3, 4)],
  ['a norm of 2', (vector) => vector.set(vector.map((value) => value * 2))],
  ['a norm of 0.99', (vector) => vector.set(vector.map((value) => value * 0.99))],
];

async function redis(): Promise<{ server: RedisServer; client: Redis }> {
  const server = await startRedis();
  const client = new Redis(server.port, { db: 2 });
  cleanUps.push(
    () => server.stop(),
    () => client.disconnect(),
  );
  return { server, client };
}

/** Spoils every vector that is in Redis, one after the other in another way. @returns how many */
async function spoilAll(client: Redis): Promise<number> {
  let count = 0;
  for (const key of await client.keys('embed:*')) {
    if ((await client.type(key)) !== 'string') continue;
    const bytes = await client.getBuffer(key);
    if (bytes?.length !== 384 * 4) continue;
    const vector = new Float32Array(Uint8Array.from(bytes).buffer);
    spoils[count % spoils.length]![1](vector);
    await client.set(key, Buffer.from(vector.buffer), 'KEEPTTL');
    count++;
  }
  return count;
}

test.skipIf(!redisAvailable)('ingest commits the right vectors, whatever Redis holds', async () => {
  const [{ server, client }, upstream] = await Promise.all([redis(), ollama()]);
  const workspace = makeWarmWorkspace();
  cleanUps.push(workspace.remove);
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 6) });
  const ingest = (out: string) =>
    workspace.embed(['ingest', 'docs', '--out', out, '--json', '--model', 'all-minilm'], {
      env: { OLLAMA_HOST: upstream.url, REDIS_URL: server.url },
    });
  const first = await ingest('one');
  const { total } = summaryOf(first).chunks;
  expect(await spoilAll(client)).toBe(total);
  const second = await ingest('two');
  expect([second.code, summaryOf(second).chunks]).toMatchObject([
    0,
    { embedded: total, cached: 0, cacheRefused: total },
  ]);
  expect(second.stderr.match(/damaged/g)).toHaveLength(1);
  expect(fingerprint(join(workspace.dir, 'two'))).toEqual(fingerprint(join(workspace.dir, 'one')));
  // They were replaced.
  const third = await ingest('three');
  expect([third.stderr.includes('damaged'), summaryOf(third).chunks]).toMatchObject([
    false,
    { cached: total, cacheRefused: 0 },
  ]);
  // As all processes count: two runs missed all, one found all.
  const stats = await workspace.embed(['cache', 'stats', '--json'], { env: { REDIS_URL: server.url } });
  expect(JSON.parse(stats.stdout)).toMatchObject({ hits: total, misses: 2 * total });
});

test.skipIf(!redisAvailable)(
  'the gateway answers right whatever Redis holds, and counts misses',
  async () => {
    const [{ server, client }, upstream] = await Promise.all([redis(), ollama()]);
    const changes = { ollamaUrl: [upstream.url], cache: 'redis' as const, redisUrl: server.url };
    const input = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    const one = await gateway(changes);
    await post(`${one.url}/api/embed`, { model: 'all-minilm', input });
    await eventually(async () => (await client.keys('embed:*')).length).toBeGreaterThanOrEqual(input.length);
    await one.stop();
    expect(await spoilAll(client)).toBe(input.length);

    const notices: string[] = [];
    const two = await gateway(changes, { events: saidInto(notices) });
    const { status, body } = await post(`${two.url}/api/embed`, { model: 'all-minilm', input });
    expect(status).toBe(200);
    expect(floats(body.embeddings)).toEqual(input.map((text) => upstream.vectorOf(text)));
    expect(notices.filter((notice) => notice.includes('damaged'))).toHaveLength(1);
    const { models } = await get<{ models: Record<string, object> }>(`${two.url}/metrics?format=json`);
    const counts = { cache_hits: 0, cache_misses: input.length, cache_refused: input.length };
    expect(models['all-minilm:latest']).toMatchObject(counts);
    const text = await fetch(`${two.url}/metrics`).then((answer) => answer.text());
    expect(text).toContain(`embed_cache_refused_total{model="all-minilm:latest"} ${input.length}`);
    // What replaced them is had from then on.
    await post(`${two.url}/api/embed`, { model: 'all-minilm', input });
    const after = await get<{ models: Record<string, object> }>(`${two.url}/metrics?format=json`);
    expect(after.models['all-minilm:latest']).toMatchObject({ ...counts, cache_hits: input.length });
    await two.stop();
    expect(await client.hgetall(lookupsKey)).toEqual({ hits: '20', misses: '40' });
  },
);

test('the disk: what is no vector of length 1 is absent, the rest is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'embed-hostile-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  const space = spaceOf('space');
  const good = { hash: hashOf('good'), vector: vectorOf('good') };
  const spoiled = spoils.map(([name, spoil]) => {
    const vector = vectorOf(name).slice();
    spoil(vector);
    return { hash: hashOf(name), vector };
  });
  const raw = await openDiskCache({ folder });
  await raw.setMany(space, [...spoiled, good]);
  await raw.close();
  const warnings: string[] = [];
  const settings = await settingsWith({ cache: 'disk', cacheDir: folder });
  const configured = await openConfiguredCache(settings, warningsInto(warnings));
  const refused: number[] = [];
  const cache = checkedCache(configured!, {
    events: warningsInto(warnings),
    onRefused: (count) => refused.push(count),
  });
  cleanUps.push(() => cache.close());
  const hashes = [...spoiled, good].map(({ hash }) => hash);
  for (let count = 0; count < 2; count++) {
    expect(await cache.getMany(space, hashes, 8)).toEqual([...spoiled.map(() => undefined), good.vector]);
  }
  expect(warnings).toHaveLength(1);
  expect(refused).toEqual([spoiled.length, spoiled.length]);
  expect(await cache.usage()).toMatchObject({ hits: 2, misses: 2 * spoiled.length });
});

const answers: [name: string, answer: (hashes: readonly string[]) => unknown][] = [
  ...spoils.map(([name, spoil]): [string, (hashes: readonly string[]) => unknown] => [
    name,
    (hashes) =>
      hashes.map((hash) => {
        const vector = vectorOf(hash).slice();
        spoil(vector);
        return vector;
      }),
  ]),
  ['vectors of another length', (hashes) => hashes.map(() => Float32Array.of(1))],
  ['plain lists', (hashes) => hashes.map((hash) => [...vectorOf(hash)])],
  ['null', (hashes) => hashes.map(() => null)],
  ['too few', () => []],
  ['no list', () => 7],
];

test.each(answers)('a cache that was handed in and gives %s is as good as empty', async (name, answer) => {
  const cache: VectorCache = Object.assign(memoryCache(1_000_000), {
    getMany: async (_space: string, hashes: readonly string[]) => answer(hashes) as (Vector | undefined)[],
  });
  const made = new BatchOrchestrator({}, { embedder: new FakeEmbedder(), cache });
  stopAfterTest({ stop: () => made.stop({ timeoutMs: 0 }) });
  await made.start();
  const texts = ['one', 'two', 'three'];
  expect(await made.embed(texts)).toEqual(texts.map(vectorOf));
  const { cache_hits, cache_misses, cache_refused } = made.getMetrics();
  expect({ cache_hits, cache_misses }).toEqual({ cache_hits: 0, cache_misses: 3 });
  // What is no list, or has gaps, holds nothing that could be refused.
  expect(cache_refused).toBe(name === 'no list' || name === 'too few' ? 0 : 3);
});
