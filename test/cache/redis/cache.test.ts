// The Redis cache against real redis-servers, and what isn't one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { openRedisCache, type RedisCache } from '../../../src/cache/redis/cache.js';
import { ServiceError } from '../../../src/errors.js';
import type { RedisOptions } from '../../../src/net/redis/address.js';
import { warningsInto } from '../../helpers/events.js';
import { freePort, type RedisServer, redisAvailable, startRedis } from '../../helpers/redis.js';
import { cacheContract } from '../contract.js';
import { dimensions, entryOf, hashOf, spaceOf, texts, vectorOf } from '../vectors.js';

const space = spaceOf('space');
const folder = mkdtempSync(join(tmpdir(), 'embed-redis-test-'));
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(...parameters: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...parameters);
  cleanUps.push(() => server.stop());
  return server;
}

async function open(options: RedisOptions): Promise<{ cache: RedisCache; warnings: string[] }> {
  const warnings: string[] = [];
  const cache = await openRedisCache({ events: warningsInto(warnings), ...options });
  cleanUps.push(() => cache.close());
  return { cache, warnings };
}

/** A client that isn't the cache's. */
function client(server: RedisServer, db = 2): Redis {
  const redis = new Redis(server.port, { db });
  cleanUps.push(() => redis.disconnect());
  return redis;
}

async function refusal(options: RedisOptions): Promise<string> {
  const error = await openRedisCache({ connectTimeoutMs: 500, ...options }).catch((reason) => reason);
  expect(error).toBeInstanceOf(ServiceError);
  expect(error.message).toMatch(/\.$/);
  return error.message;
}

describe.skipIf(!redisAvailable)('redis cache', () => {
  cacheContract(async () => {
    const server = await startRedis();
    const redis = new Redis(server.port, { db: 2 });
    return {
      open: () => openRedisCache({ url: server.url }),
      // Redis keeps the time of its own clock: entries get older when they have less time left.
      pass: async (ms) => {
        for (const key of await redis.keys(`embed:1:${'?'.repeat(32)}:*`)) {
          await redis.pexpire(key, (await redis.pttl(key)) - ms);
        }
      },
      remove: async () => {
        redis.disconnect();
        await server.stop();
      },
    };
  });

  test('stores raw floats under readable keys in database 2, for the time asked', async () => {
    const server = await start();
    const { cache } = await open({ url: server.url, ttlSeconds: 77 });
    await cache.setMany(space, [entryOf('a')]);
    await cache.setMeta('key', 1);
    await cache.close();
    const redis = client(server);
    const key = `embed:1:${space}:${hashOf('a')}`;
    expect((await redis.keys('*')).sort()).toEqual([key, 'embed:1:meta:key']);
    expect(await redis.getBuffer(key)).toEqual(Buffer.from(vectorOf('a').buffer));
    expect(await redis.ttl(key)).toBeGreaterThan(70);
    expect(await redis.ttl(key)).toBeLessThanOrEqual(77);
  });

  test('keeps small values a month longer than vectors, from the last time they were read', async () => {
    const server = await start();
    const { cache } = await open({ url: server.url, ttlSeconds: 77 });
    const redis = client(server);
    const month = 30 * 24 * 3600;
    await cache.setMeta('key', 1);
    expect(await redis.ttl('embed:1:meta:key')).toBeGreaterThan(month);
    await redis.expire('embed:1:meta:key', 5);
    expect(await cache.getMeta('key')).toBe(1);
    expect(await redis.ttl('embed:1:meta:key')).toBeGreaterThan(month);
  });

  test('reads what is no JSON as absent', async () => {
    const server = await start();
    const { cache } = await open({ url: server.url });
    await client(server).set('embed:1:meta:key', '{half');
    expect(await cache.getMeta('key')).toBeUndefined();
  });

  test.each([
    ['the default', '', undefined, 2],
    ['the path of the URL', '/5', undefined, 5],
    ['database 0 when the path says so', '/0', undefined, 0],
    ['the one given, whatever the path says', '/5', 6, 6],
  ])('uses %s', async (_, path, db, used) => {
    const server = await start();
    const { cache } = await open({ url: server.url + path, db });
    await cache.setMany(space, [entryOf('a')]);
    await cache.close();
    expect(await client(server, used).dbsize()).toBe(1);
  });

  test('takes host, port and password apart from a URL', async () => {
    const server = await start(['--requirepass', 'pässword']);
    const { cache } = await open({ host: '127.0.0.1', port: server.port, password: 'pässword' });
    await cache.setMany(space, [entryOf('a')]);
    expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([vectorOf('a')]);
  });

  test('needs no more rights than an ACL user may be given', async () => {
    const acl = join(folder, 'users.acl');
    const rights = '~embed:* -@all +select +mget +get +set +expire';
    writeFileSync(acl, `user default off\nuser embedder on >s3cr:et@/ ${rights}\n`);
    const server = await start(['--aclfile', acl]);
    const credentials = `embedder:${encodeURIComponent('s3cr:et@/')}`;
    const { cache, warnings } = await open({ url: server.url.replace('//', `//${credentials}@`) });
    await cache.setMany(space, [entryOf('a')]);
    await cache.setMeta('key', 1);
    expect(await cache.getMeta('key')).toBe(1);
    expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([vectorOf('a')]);
    expect(warnings).toEqual([]);
  });

  test('takes stock and removes by its own keys only', async () => {
    const server = await start();
    const redis = client(server);
    const foreign = [
      'a',
      'embed',
      'embed:2:x',
      'embed:1:x',
      `embed:1:${space}:short`,
      `x:embed:1:${space}:${hashOf('a')}`,
    ];
    for (const key of foreign) await redis.set(key, 'x'.repeat(100));
    await redis.hset('hash', 'field', 'value');
    const { cache: earlier } = await open({ url: server.url });
    await earlier.setMany(space, [entryOf('a')]);
    await earlier.setMeta('key', 1);
    await earlier.getMany(space, [hashOf('a')], dimensions);
    await earlier.close();
    const { cache } = await open({ url: server.url });
    expect(await cache.usage()).toMatchObject({ entries: 1, bytes: dimensions * 4 });
    expect(await cache.prune({ olderThanMs: 0, maxBytes: 0, keepSpace: () => false })).toBe(1);
    await cache.setMany(space, [entryOf('b')]);
    expect(await cache.clear()).toBe(1);
    await cache.close();
    expect((await redis.keys('*')).sort()).toEqual([...foreign, 'hash'].sort());
  });

  test('tells age by the time that is left, and takes what has more than is given now for new', async () => {
    const server = await start();
    const { cache: longer } = await open({ url: server.url, ttlSeconds: 7200 });
    const { cache } = await open({ url: server.url, ttlSeconds: 3600 });
    await longer.setMany(space, [entryOf('longer')]);
    await cache.setMany(
      space,
      ['old', 'new', 'endless'].map((text) => entryOf(text)),
    );
    await cache.usage();
    const redis = client(server);
    await redis.expire(`embed:1:${space}:${hashOf('old')}`, 600);
    await redis.persist(`embed:1:${space}:${hashOf('endless')}`);
    expect(await cache.prune({ olderThanMs: 3_100_000 })).toBe(0);
    expect(await cache.prune({ olderThanMs: 2_900_000 })).toBe(1);
    expect(await cache.getMany(space, ['old', 'new', 'longer', 'endless'].map(hashOf), dimensions)).toEqual([
      undefined,
      ...['new', 'longer', 'endless'].map((text) => vectorOf(text)),
    ]);
  });

  test('counts lookups for as long as small values are kept, and not at all where that is forbidden', async () => {
    const acl = join(folder, 'counts.acl');
    const rights = '~embed:* -@all +select +mget +get +set +expire';
    writeFileSync(acl, `user default on nopass ~* &* +@all\nuser plain on >pass ${rights}\n`);
    const server = await start(['--aclfile', acl]);
    const { cache } = await open({ url: server.url });
    await cache.getMany(space, ['a', 'b'].map(hashOf), dimensions);
    await cache.close();
    const redis = client(server);
    expect(await redis.hgetall('embed:1:meta:lookups')).toEqual({ hits: '0', misses: '2' });
    expect(await redis.ttl('embed:1:meta:lookups')).toBeGreaterThan(30 * 24 * 3600);
    const { cache: plain, warnings } = await open({ url: server.url.replace('//', '//plain:pass@') });
    await plain.setMany(space, [entryOf('a')]);
    expect(await plain.getMany(space, [hashOf('a')], dimensions)).toEqual([vectorOf('a')]);
    await expect(plain.usage()).rejects.toThrow(/allow its user plain \+select .*\+scan .*\+unlink on keys/);
    await plain.close();
    expect(warnings).toEqual([]);
    expect(await redis.hgetall('embed:1:meta:lookups')).toEqual({ hits: '0', misses: '2' });
  });

  test('says so when it can not take stock any more', async () => {
    const server = await startRedis();
    const { cache } = await open({ url: server.url });
    await server.stop();
    for (const attempt of [cache.usage(), cache.prune({ maxBytes: 0 }), cache.clear()]) {
      await expect(attempt).rejects.toThrow(/^Redis at .* (was lost|can't be reached) .*\.$/);
    }
  });

  test('speaks TLS, and says when the certificate is not trusted', async () => {
    const cert = join(folder, 'cert.pem');
    const key = join(folder, 'key.pem');
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    execFileSync('openssl', [...request, ...names], { stdio: 'pipe' });
    const server = await start([], { tls: { cert, key } });
    const url = `rediss://localhost:${server.port}`;
    expect(await refusal({ url })).toMatch(
      /certificate that isn't trusted \(.*SELF_SIGNED.*NODE_EXTRA_CA_CERTS/,
    );
    const { cache } = await open({ url, tls: { ca: readFileSync(cert) } });
    await cache.setMany(
      space,
      texts(300).map((text) => entryOf(text)),
    );
    expect(await cache.getMany(space, [hashOf('text 299')], dimensions)).toEqual([vectorOf('text 299')]);
  });

  test('says that a Redis without TLS has none', async () => {
    const server = await start();
    expect(await refusal({ url: server.url.replace('redis:', 'rediss:') })).toContain('use redis:// if');
  });

  test('goes on in silence with a password that is not needed', async () => {
    const server = await start();
    const printed = vi.spyOn(console, 'warn');
    const { cache } = await open({ url: server.url, password: 'needless' });
    await cache.setMany(space, [entryOf('a')]);
    expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([vectorOf('a')]);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  describe('that is refused', () => {
    test('names the user name or password', async () => {
      const server = await start(['--requirepass', 'right']);
      const message = await refusal({ url: `redis://:wrong@127.0.0.1:${server.port}` });
      expect(message).toContain(`redis://:****@127.0.0.1:${server.port}/2 refuses the user name or password`);
      expect(message).not.toContain('wrong');
    });

    test('asks for the password that is missing', async () => {
      const server = await start(['--requirepass', 'right']);
      expect(await refusal({ url: server.url })).toContain('wants a password');
    });

    test('names the rights that the user lacks', async () => {
      const acl = join(folder, 'poor.acl');
      writeFileSync(acl, 'user default off\nuser poor on >pass ~* -@all +select +set\n');
      const server = await start(['--aclfile', acl]);
      const message = await refusal({ url: server.url.replace('//', '//poor:pass@') });
      expect(message).toContain('allow its user poor +select +mget');
    });

    test('names the database that does not exist', async () => {
      const server = await start(['--databases', '4']);
      expect(await refusal({ url: `${server.url}/4` })).toContain('has no such database');
    });
  });

  test('is empty while Redis is gone, warns once, and is used again when Redis returns', async () => {
    const password = ['--requirepass', 'secret'];
    const server = await startRedis(password);
    const { cache, warnings } = await open({ url: server.url, password: 'secret' });
    await cache.setMany(space, [entryOf('a')]);
    await server.stop();
    expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([undefined]);
    await cache.setMany(space, [entryOf('b')]);
    await cache.setMeta('key', 1);
    expect(await cache.getMeta('key')).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`Redis at redis://:****@127.0.0.1:${server.port}/2 was lost`);

    const returned = await start(password, { port: server.port });
    await vi.waitFor(
      async () => {
        await cache.setMany(space, [entryOf('c')]);
        expect(await cache.getMany(space, [hashOf('c')], dimensions)).toEqual([vectorOf('c')]);
      },
      { timeout: 20_000, interval: 50 },
    );
    const redis = new Redis(server.port, { db: 2, password: 'secret' });
    // Counts of lookups may be written in between.
    const keys = (await redis.keys('*')).filter((key) => !key.endsWith(':lookups'));
    expect(keys).toEqual([`embed:1:${space}:${hashOf('c')}`]);
    redis.disconnect();
    await returned.stop();
    expect(await cache.getMany(space, [hashOf('c')], dimensions)).toEqual([undefined]);
    expect(warnings).toHaveLength(1);
  });

  test('is lost in the middle of many reads and writes without a hang or an error', async () => {
    const server = await startRedis();
    const { cache, warnings } = await open({ url: server.url });
    const entries = texts(5000).map((text) => entryOf(text));
    const hashes = entries.map(({ hash }) => hash);
    const work = [cache.setMany(space, entries), cache.getMany(space, hashes, dimensions)];
    await server.kill();
    await Promise.all(work);
    expect(await cache.getMany(space, hashes, dimensions)).toEqual(hashes.map(() => undefined));
    expect(warnings).toHaveLength(1);
  });

  test('ends a silent connection once, however many wait for its answer', async () => {
    const server = await start();
    const { cache, warnings } = await open({ url: server.url, commandTimeoutMs: 300 });
    await cache.setMany(space, [entryOf('a')]);
    const told: string[] = [];
    const hear = (warning: Error) => told.push(warning.name);
    process.on('warning', hear);
    process.kill(server.pid, 'SIGSTOP');
    try {
      const asked = Array.from({ length: 50 }, () => cache.getMany(space, [hashOf('a')], dimensions));
      expect((await Promise.all(asked)).flat()).toEqual(asked.map(() => undefined));
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await vi.waitFor(
      async () => expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([vectorOf('a')]),
      { timeout: 20_000, interval: 50 },
    );
    process.off('warning', hear);
    // MaxListenersExceededWarning, before.
    expect(told).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  test('goes on without a Redis that gives no answer any more, and returns to it', async () => {
    const server = await start();
    const { cache, warnings } = await open({ url: server.url, commandTimeoutMs: 300 });
    await cache.setMany(space, [entryOf('a')]);
    process.kill(server.pid, 'SIGSTOP');
    try {
      expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([undefined]);
      expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([undefined]);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    expect(warnings).toEqual([expect.stringContaining('no answer in time')]);
    await vi.waitFor(
      async () => expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([vectorOf('a')]),
      { timeout: 20_000, interval: 50 },
    );
  });

  test('still reads where writing is refused, and warns once', async () => {
    const server = await start();
    const { cache, warnings } = await open({ url: server.url });
    await cache.setMany(space, [entryOf('a')]);
    await cache.getMany(space, [], dimensions);
    const redis = client(server);
    await redis.config('SET', 'maxmemory', '1');
    await cache.setMany(
      space,
      texts(300).map((text) => entryOf(text)),
    );
    expect(await cache.getMany(space, ['a', 'text 1'].map(hashOf), dimensions)).toEqual([
      vectorOf('a'),
      undefined,
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/can't store vectors any more \(OOM .*its vectors are still used/),
    ]);
    await cache.setMeta('key', 1);
    await cache.setMany(space, [entryOf('c')]);
    expect(await cache.getMany(space, ['a', 'c'].map(hashOf), dimensions)).toEqual([
      vectorOf('a'),
      undefined,
    ]);
    expect(warnings).toHaveLength(1);
  });

  test('still reads from a replica', async () => {
    const main = await start(['--repl-diskless-sync-delay', '0']);
    const replica = await start(['--replicaof', '127.0.0.1', String(main.port)]);
    const { cache: writer } = await open({ url: main.url });
    await writer.setMany(space, [entryOf('a')]);
    const { cache, warnings } = await open({ url: replica.url });
    await vi.waitFor(
      async () => expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([vectorOf('a')]),
      { timeout: 20_000, interval: 50 },
    );
    await cache.setMany(space, [entryOf('b')]);
    await cache.close();
    expect(warnings).toEqual([expect.stringContaining('READONLY')]);
  });
});

describe('what is no Redis', () => {
  test('is nothing that listens', async () => {
    const port = await freePort();
    const message = await refusal({ url: `redis://user:secret@127.0.0.1:${port}/3` });
    expect(message).toBe(
      `Redis at redis://user:****@127.0.0.1:${port}/3 can't be reached (nothing listens there): start it, or use --cache disk or --cache none.`,
    );
  });

  test('is a host that does not exist', async () => {
    expect(await refusal({ host: 'nowhere.invalid', connectTimeoutMs: 5000 })).toMatch(
      /nowhere.invalid:6379.2 can't be reached .the host name/,
    );
  });

  test('is an HTTP server', async () => {
    const server: Server = createHttpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    cleanUps.push(() => server.close());
    const port = (server.address() as { port: number }).port;
    expect(await refusal({ url: `redis://127.0.0.1:${port}` })).toContain('is not a Redis');
  });

  test('is a server that says nothing', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    cleanUps.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const port = (server.address() as { port: number }).port;
    expect(await refusal({ url: `redis://127.0.0.1:${port}` })).toContain('gives no answer');
  });
});
