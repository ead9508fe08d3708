// Redis as people have it: a cluster, a Sentinel, a socket file, users with odd passwords.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedisCache } from '../../src/cache/redis/cache.js';
import { entryOf, hashOf, spaceOf, vectorOf } from '../cache/vectors.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import {
  freePort,
  type RedisServer,
  redisAvailable,
  startRedis,
  startRedisCluster,
} from '../helpers/redis.js';
import { ollama, stopAfterTest } from '../helpers/running.js';
import { markdown, writeFiles } from '../ingest/run-workspace.js';

const folder = mkdtempSync(join(tmpdir(), 'embed-redis-kinds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function workspaceForTest(): Workspace {
  const workspace = makeWarmWorkspace();
  stopAfterTest({ stop: async () => workspace.remove() });
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 2) });
  return workspace;
}

/** What an ingest and doctor say of a Redis; the doctor finds no Ollama, which it would look at for longer. */
async function said(redisUrl: string) {
  const workspace = workspaceForTest();
  const { url } = await ollama();
  const asked = ['--model', 'all-minilm', '--redis-url', redisUrl];
  const ingest = await workspace.embed(['ingest', 'docs', '--quiet', '--ollama-url', url, ...asked]);
  const doctor = await workspace.embed(['doctor', '--json', '--ollama-url', '127.0.0.1:1', ...asked]);
  const { checks } = JSON.parse(doctor.stdout) as {
    checks: { group: string; status: string; seen: string }[];
  };
  return { ingest, doctor, redis: checks.filter(({ group }) => group === 'redis') };
}

describe.runIf(redisAvailable)('a cluster of three nodes', () => {
  let cluster: { nodes: RedisServer[]; stop(): Promise<void> };
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  test.each([0, 1, 2])('is refused at the start at node %i, whatever the database', async (index) => {
    for (const db of [0, 2]) {
      const { url } = cluster.nodes[index]!;
      const sentence = `Redis at ${url}/${db} is a cluster, in which the cache can't be kept: name a single Redis, or use --cache disk or --cache none.`;
      await expect(openRedisCache({ url, db })).rejects.toThrow(sentence);
    }
  });

  test('is told by ingest with exit code 4, and by doctor', async () => {
    const { ingest, doctor, redis } = await said(`${cluster.nodes[0]!.url}/0`);
    expect(ingest.stderr).toMatch(/^error: Redis at \S+ is a cluster, .*--cache disk or --cache none\.\n$/);
    expect(ingest.code).toBe(4);
    expect(redis.at(-1)).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('is a cluster'),
      mend: 'embed doctor --cache disk',
    });
    expect(doctor.code).toBe(1);
  });
});

describe.runIf(redisAvailable)('other kinds', () => {
  test('a Sentinel is told as one', async () => {
    const file = join(folder, 'sentinel.conf');
    const port = await freePort();
    writeFileSync(file, 'sentinel monitor main 127.0.0.1 1 1\n');
    const sentinel = await startRedis([], { port, sentinel: file });
    stopAfterTest(sentinel);
    const { ingest, redis } = await said(sentinel.url);
    expect(ingest.stderr).toContain('as a Sentinel: name the Redis that it watches');
    expect(ingest.code).toBe(4);
    expect(redis.at(-1)).toMatchObject({ status: 'failure', seen: expect.stringContaining('as a Sentinel') });
  });

  test('a socket file is used, by a user with a password of signs', async () => {
    const socket = join(folder, 'redis.sock');
    const password = 'p@s/s#1?%:x';
    const user = ['--user', 'acl', 'on', `>${password}`, '~embed:*', '+@all'];
    stopAfterTest(await startRedis(['--unixsocket', socket, ...user]));
    const url = `unix://acl:${encodeURIComponent(password)}@${socket}?db=3`;
    const space = spaceOf('space');
    const cache = await openRedisCache({ url });
    await cache.setMany(space, [entryOf('text')]);
    await cache.close();
    const again = await openRedisCache({ url });
    expect(await again.getMany(space, [hashOf('text')], vectorOf('text').length)).toEqual([vectorOf('text')]);
    await again.close();
    const { ingest, redis } = await said(url);
    expect(ingest).toMatchObject({ code: 0, stderr: '' });
    expect(redis.filter(({ status }) => status === 'failure')).toEqual([]);
    await expect(openRedisCache({ url: url.replace('x@', 'y@') })).rejects.toThrow(
      `Redis at unix://acl:****@${socket}?db=3 refuses the user name or password`,
    );
    await expect(openRedisCache({ url: `unix://${folder}/gone.sock` })).rejects.toThrow(
      /gone\.sock\?db=2 can't be reached \(no such file\)/,
    );
  });
});
