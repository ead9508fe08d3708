import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedisCache } from '../../../src/cache/redis/cache.js';
import type { DoctorReport } from '../../../src/commands/doctor.js';
import type { Settings } from '../../../src/config/settings.js';
import { clockFinding } from '../../../src/doctor/checks/redis.js';
import { startOllama, type TestOllama } from '../../helpers/ollama.js';
import { freePort, type RedisServer, redisAvailable, startRedis } from '../../helpers/redis.js';
import { line, lookAt, makeFolder } from '../look.js';

describe.skipIf(!redisAvailable)('Redis', () => {
  let ollama: TestOllama;
  let redis: RedisServer;
  beforeAll(async () => {
    [ollama, redis] = await Promise.all([startOllama(), startRedis(['--requirepass', 'hush'])]);
  });
  afterAll(async () => {
    await Promise.all([ollama.stop(), redis.stop()]);
  });

  const look = (settings: Partial<Settings>, fix = false): Promise<DoctorReport> =>
    lookAt(makeFolder({ ollamaUrl: [ollama.url], cacheTtl: 172_800, ...settings }), { fix });
  const withPassword = (password: string, database = 2) =>
    `redis://:${password}@127.0.0.1:${redis.port}/${database}`;

  test('all is said of one that is fine', async () => {
    const report = await look({ redisUrl: withPassword('hush') });
    const lines = report.checks.filter((check) => check.group === 'redis');
    expect(lines.map((check) => [check.id, check.status])).toEqual([
      ['redis.reachable', 'ok'],
      ['redis.authentication', 'ok'],
      ['redis.database', 'ok'],
      ['redis.latency', 'ok'],
      ['redis.version', 'ok'],
      ['redis.memory', 'ok'],
      ['redis.persistence', 'ok'],
      ['redis.clock', 'ok'],
      ['redis.ttl', 'ok'],
    ]);
    expect(line(report, 'redis.authentication').seen).toBe('password accepted');
    expect(line(report, 'redis.database').seen).toMatch(/^2 of 16, 0 keys$/);
    expect(line(report, 'redis.persistence').seen).toContain('snapshots off, append-only file off');
    expect(line(report, 'redis.ttl').seen).toContain('2 days');
    expect(line(report, 'cache.usage').seen).toContain('0 vectors');
    expect(report.ok).toBe(true);
  });

  test('one that is stopped is a failure with the command that starts it', async () => {
    const port = await freePort();
    const report = await look({ redisUrl: `redis://127.0.0.1:${port}` });
    expect(line(report, 'redis.reachable')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('nothing listens there'),
      mend: `redis-server --port ${port}`,
    });
    expect(report.checks.filter((check) => check.group === 'redis')).toHaveLength(1);
  });

  test.each([
    [
      'a wrong password',
      () => ({ redisUrl: withPassword('guess') }),
      'authentication',
      /refuses the user name or password/,
    ],
    [
      'no password',
      () => ({ redisHost: '127.0.0.1', redisPort: redis.port }),
      'authentication',
      /wants a password/,
    ],
    ['a wrong database', () => ({ redisUrl: withPassword('hush', 99) }), 'database', /has no such database/],
  ])('%s is a failure', async (_, settings, id, seen) => {
    const report = await look(settings());
    expect(line(report, `redis.${id}`)).toMatchObject({
      status: 'failure',
      seen: expect.stringMatching(seen),
      mend: expect.stringMatching(/^export REDIS_/),
    });
    expect(report.ok).toBe(false);
    expect(JSON.stringify(report)).not.toContain('guess');
  });

  test('one that hangs says so, and the report comes', async () => {
    const hung = await startRedis();
    process.kill(hung.pid, 'SIGSTOP');
    try {
      const report = await look({ redisUrl: hung.url });
      const failed = report.checks.filter((check) => check.group === 'redis').at(-1);
      expect(failed).toMatchObject({ status: 'failure', seen: expect.stringContaining('gives no answer') });
      expect(line(report, 'ollama.batch').status).toBe('ok');
    } finally {
      process.kill(hung.pid, 'SIGCONT');
      await hung.stop();
    }
  });

  test('an address that makes no sense is a failure', async () => {
    const report = await look({ redisUrl: 'redis://127.0.0.1/two' });
    expect(line(report, 'redis.address')).toMatchObject({ status: 'failure', mend: 'embed config' });
  });

  test('a lifetime that ends before the next night is told, and no warning', async () => {
    const report = await look({ redisUrl: withPassword('hush'), cacheTtl: 3600 });
    expect(line(report, 'redis.ttl')).toMatchObject({
      status: 'ok',
      seen: expect.stringContaining("1 hour (cacheTtl 3600): they don't last to the next night"),
    });
  });

  describe('memory', () => {
    let limited: RedisServer;
    let admin: Redis;
    beforeAll(async () => {
      limited = await startRedis(['--maxmemory', '64mb']);
      admin = new Redis(limited.url);
    });
    afterAll(async () => {
      admin.disconnect();
      await limited.stop();
    });

    test.each([
      ['noeviction', 'warning', /when it is full, nothing more is stored/],
      ['allkeys-lru', 'warning', /evicts keys of other programs/],
      ['volatile-lru', 'ok', /of 67\.1 MB used, volatile-lru$/],
    ])('with a limit and %s: %s', async (policy, status, seen) => {
      await admin.config('SET', 'maxmemory-policy', policy);
      const memory = line(await look({ redisUrl: limited.url }), 'redis.memory');
      expect(memory).toMatchObject({ status, seen: expect.stringMatching(seen) });
      if (status === 'warning') expect(memory.mend).toContain('config set maxmemory-policy volatile-lru');
    });

    test('--fix prunes the older half of our vectors when it is nearly full', async () => {
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      const cache = await openRedisCache({ url: limited.url });
      const hashes = Array.from({ length: 400 }, (_, i) => createHash('sha256').update(`${i}`).digest('hex'));
      await cache.setMany(
        'a'.repeat(32),
        hashes.map((hash) => ({ hash, vector: new Float32Array(384).fill(0.5) })),
      );
      await cache.close();
      const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1]);
      await admin.config('SET', 'maxmemory', Math.round(used * 1.05));
      const told: string[] = [];
      const dir = makeFolder({ ollamaUrl: [ollama.url], redisUrl: limited.url });
      const report = await lookAt(dir, { fix: true, events: { fixing: (what) => told.push(what) } });
      expect(told).toEqual([expect.stringContaining('prune the cache: the older half')]);
      expect(report.fixes).toMatchObject([{ id: 'redis.memory', ok: true }]);
      expect(line(report, 'cache.usage').seen).toMatch(/^200 vectors/);
    });
  });
});

test('without a Redis the line says that the disk cache is used', async () => {
  await using ollama = await startOllama();
  const report = await lookAt(makeFolder({ ollamaUrl: [ollama.url] }));
  expect(line(report, 'redis.configured')).toMatchObject({
    status: 'skipped',
    seen: expect.stringContaining('disk'),
  });
  expect(line(report, 'cache.usage')).toMatchObject({ status: 'skipped', seen: 'nothing yet' });
});

test('a clock that is far off is a warning', () => {
  expect(clockFinding(40)).toMatchObject({ status: 'ok', seen: "40 ms ahead of this machine's" });
  expect(clockFinding(-90_000)).toMatchObject({
    status: 'warning',
    seen: expect.stringContaining('90.0 s behind'),
  });
});
