// `embed cache` as people run it: on a disk cache in a home of its own, and on a real Redis.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDiskCache } from '../../../src/cache/disk/cache.js';
import { openRedisCache } from '../../../src/cache/redis/cache.js';
import { registerSpace } from '../../../src/cache/space-registry.js';
import type { VectorCache } from '../../../src/types/cache.js';
import type { Json } from '../../../src/types/json.js';
import type { VectorSpace } from '../../../src/types/space.js';
import { dimensions, entryOf, hashOf, spaceOf, texts } from '../../cache/vectors.js';
import { makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';
import { listening } from '../../helpers/listening.js';
import { freePort, type RedisServer, redisAvailable, startRedis } from '../../helpers/redis.js';

let workspace: Workspace;
let home: string;

beforeEach(() => {
  workspace = makeWarmWorkspace();
  home = mkdtempSync(join(tmpdir(), 'embed-cache-cli-'));
});
afterEach(() => {
  workspace.remove();
  rmSync(home, { recursive: true, force: true });
});

const embed = (...args: string[]) => workspace.embed(['cache', ...args], { env: { XDG_CACHE_HOME: home } });
const folder = () => join(home, 'embed', 'vectors');

/** 30 vectors of `bge-m3:latest`, 20 of `nomic`, 10 of a space that isn't registered; 60 hits and 20 misses. */
async function fill(cache: VectorCache): Promise<void> {
  for (const [model, count] of Object.entries({ 'bge-m3:latest': 30, nomic: 20 })) {
    const { id } = await register(cache, model);
    await cache.setMany(
      id,
      texts(count).map((text) => entryOf(text)),
    );
    await cache.getMany(id, texts(40).map(hashOf), dimensions);
  }
  const unknown = spaceOf('unknown');
  await cache.setMany(
    unknown,
    texts(10).map((text) => entryOf(text)),
  );
  await cache.getMany(unknown, texts(10).map(hashOf), dimensions);
  await cache.close();
}

function register(cache: VectorCache, model: string): Promise<VectorSpace> {
  const space: VectorSpace = {
    id: spaceOf(model),
    embedder: 'ollama',
    variant: '',
    model,
    digest: 'abc',
    dimensions,
    options: {},
    prefixes: { document: '', query: '' },
    canaries: [],
  };
  const toJson = (value: VectorSpace) => ({ ...value, canaries: [] }) as unknown as Json;
  return registerSpace(
    cache,
    space,
    () => true,
    toJson,
    () => undefined,
  );
}

async function stats(...args: string[]) {
  const { stdout, code } = await embed('stats', '--json', ...args);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe('embed cache on disk', () => {
  test('says that there is nothing, and makes nothing', async () => {
    const { stdout, code } = await embed('stats');
    expect(stdout).toBe(
      `Disk  ${folder()}\n  vectors   0 (0 B)\n  file      none yet; at most 2.1 GB\n  hit rate  no lookups yet\n`,
    );
    expect(code).toBe(0);
    expect(await stats()).toMatchObject({ entries: 0, hitRate: null, spaces: [] });
    expect((await embed('prune', '--older-than', '1d')).stdout).toContain('Nothing to remove');
    expect((await embed('clear', '--yes')).stdout).toContain('Removed 0 vectors');
    expect(() => statSync(folder())).toThrow('ENOENT');
  });

  test('lists vectors, bytes and the hit rate by model, within 80 columns', async () => {
    await fill(await openDiskCache({ folder: folder() }));
    const { stdout } = await embed('stats');
    const lines = stdout.split('\n');
    for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines[1]).toBe('  vectors   60 (23.0 kB)');
    expect(lines[3]).toBe('  hit rate  66.7% (60 of 90 lookups)');
    expect(lines.slice(4)).toEqual([
      '',
      '  model          dimensions  vectors     size',
      '  bge-m3:latest          96       30  11.5 kB',
      '  nomic                  96       20   7.7 kB',
      '  unknown                 -       10   3.8 kB',
      '',
    ]);
    expect(await stats()).toEqual({
      schema: 1,
      kind: 'disk',
      location: folder(),
      fileBytes: statSync(join(folder(), 'data.mdb')).size,
      maxBytes: 2 * 1024 ** 3,
      entries: 60,
      bytes: 60 * dimensions * 4,
      hits: 60,
      misses: 30,
      hitRate: 60 / 90,
      spaces: [
        {
          space: spaceOf('bge-m3:latest'),
          model: 'bge-m3:latest',
          embedder: 'ollama',
          dimensions,
          entries: 30,
          bytes: 11_520,
        },
        { space: spaceOf('nomic'), model: 'nomic', embedder: 'ollama', dimensions, entries: 20, bytes: 7680 },
        { space: spaceOf('unknown'), entries: 10, bytes: 3840 },
      ],
      words: { location: join(home, 'embed', 'words'), count: 0, bytes: 0 },
    });
  });

  test('the indexes of words of searches are counted, and cleared with the vectors', async () => {
    const words = join(home, 'embed', 'words');
    mkdirSync(words, { recursive: true });
    const name = (letter: string) => join(words, `${letter.repeat(16)}-${letter.repeat(32)}.words`);
    writeFileSync(name('a'), 'x'.repeat(2000));
    writeFileSync(name('b'), 'x'.repeat(3000));
    writeFileSync(join(words, 'mine.txt'), '');
    expect((await embed('stats')).stdout).toContain('  words     2 indexes (5.0 kB), for searches\n');
    expect((await stats()).words).toEqual({ location: words, count: 2, bytes: 5000 });
    const { stdout } = await embed('clear', '--yes');
    expect(stdout).toContain('Removed 0 vectors and 2 indexes (5.0 kB) of words.');
    expect(readdirSync(words)).toEqual(['mine.txt']);
  });

  test.each([
    [['--keep-model', 'BGE-M3'], { nomic: 20 }],
    [['--keep-model', 'bge-m3', '--keep-model', 'nomic:latest', '--unknown'], { unknown: 10 }],
    [['--drop-model', 'bge-m3'], { 'bge-m3:latest': 30 }],
    [['--unknown'], { unknown: 10 }],
    [['--max-size', '0'], { 'bge-m3:latest': 30, nomic: 20, unknown: 10 }],
    [['--older-than', '30d', '--drop-model', 'nomic'], { nomic: 20 }],
    [['--older-than', '1w'], {}],
    [['--drop-model', 'never-seen'], {}],
  ])('prune %j removes %j', async (args, gone: { [model: string]: number }) => {
    await fill(await openDiskCache({ folder: folder() }));
    const { stdout, code } = await embed('prune', ...args);
    expect(code).toBe(0);
    const count = Object.values(gone).reduce((sum, each) => sum + each, 0);
    if (count === 0) expect(stdout).toContain('Nothing to remove. Left: 60 vectors');
    else expect(stdout).toContain(`Removed ${count} vectors:\n`);
    for (const [model, each] of Object.entries(gone))
      expect(stdout).toMatch(new RegExp(`${model} .* ${each} `));
    expect((await stats()).entries).toBe(60 - count);
  });

  test('prune wants a condition, and names that the cache knows', async () => {
    await fill(await openDiskCache({ folder: folder() }));
    const bare = await embed('prune');
    expect(bare.stderr).toContain('Nothing says what should go: give --older-than, --max-size');
    expect(bare.code).toBe(2);
    const slip = await embed('prune', '--keep-model', 'bge-m4');
    expect(slip.stderr).toContain(
      '--keep-model bge-m4: the cache has no vectors of that model; did you mean "bge-m3"?',
    );
    expect(slip.code).toBe(2);
    for (const [flag, value] of [
      ['--older-than', '30 days ago'],
      ['--older-than', '-1d'],
      ['--max-size', 'big'],
    ] as const) {
      const { stderr, code } = await embed('prune', flag, value);
      expect(stderr).toMatch(`error: ${flag}: expected a `);
      expect(code).toBe(2);
    }
    expect((await stats()).entries).toBe(60);
  });

  test('clear does not ask without a terminal, and wants --yes', async () => {
    await fill(await openDiskCache({ folder: folder() }));
    const refused = await embed('clear');
    expect(refused.stderr).toBe('error: There is no terminal to ask you: to clear the cache, give --yes.\n');
    expect(refused.code).toBe(2);
    expect((await stats()).entries).toBe(60);
    const { stdout, code } = await embed('clear', '--yes');
    expect(stdout).toContain(`Disk  ${folder()}\nRemoved 60 vectors.\n`);
    expect(code).toBe(0);
    expect(await stats()).toMatchObject({ entries: 0, hits: 0, misses: 0, hitRate: null });
  });

  test('says so when there is no cache to look into', async () => {
    for (const command of [['stats'], ['prune', '--unknown'], ['clear', '--yes']]) {
      const { stderr, code } = await embed(...command, '--cache', 'none');
      expect(stderr).toBe('error: --cache none names no cache: use --cache auto, redis or disk.\n');
      expect(code).toBe(2);
    }
  });
});

describe.skipIf(!redisAvailable)('embed cache on Redis', () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(() => server.stop());

  test('lists, prunes and clears, and leaves what others keep there', async () => {
    const at = ['--redis-url', server.url];
    await fill(await openRedisCache({ url: server.url }));
    const redis = new Redis(server.port, { db: 2 });
    await redis.set('other', 'kept');
    expect(await stats(...at)).toMatchObject({
      kind: 'redis',
      location: `${server.url}/2`,
      ttlSeconds: 3600,
      entries: 60,
      hits: 60,
      misses: 30,
    });
    expect((await embed('stats', ...at)).stdout).toContain('  lifetime  1 hour after a vector was written\n');
    expect((await embed('prune', ...at, '--older-than', '2h')).stdout).toContain(
      'Redis itself drops a vector after 1 hour.',
    );
    expect((await embed('prune', ...at, '--keep-model', 'bge-m3', '--unknown')).stdout).toContain(
      'Removed 30 vectors:',
    );
    expect((await embed('clear', ...at, '--yes')).stdout).toBe(
      `Redis  ${server.url}/2\nRemoved 30 vectors.\n`,
    );
    expect(await redis.keys('*')).toEqual(['other']);
    redis.disconnect();
  });

  test('masks the password, and exits with 4 when Redis is not there', async () => {
    const port = await freePort();
    const { stderr, code } = await embed('stats', '--redis-url', `redis://:secret@127.0.0.1:${port}`);
    expect(stderr).toBe(
      `error: Redis at redis://:****@127.0.0.1:${port}/2 can't be reached (nothing listens there): start it, or use --cache disk or --cache none.\n`,
    );
    expect(code).toBe(4);
  });

  test.each([
    ['stats', []],
    ['clear', ['--yes']],
  ])('%s says it in our words when the connection breaks in the middle of it', async (command, flags) => {
    let isOver = false;
    const port = await listening((client) => {
      if (isOver) return client.destroy();
      const behind = connect(server.port, '127.0.0.1');
      behind.on('error', () => client.destroy());
      client.on('data', (sent) => {
        isOver ||= /\bscan\b/i.test(sent.toString('latin1'));
        if (!isOver) return behind.write(sent);
        client.destroy();
        return behind.destroy();
      });
      behind.pipe(client);
      client.on('close', () => behind.destroy());
    });
    const { stderr, code } = await embed(
      command,
      ...flags,
      '--redis-url',
      `redis://:secret@127.0.0.1:${port}`,
    );
    expect(stderr).toBe(
      `error: Redis at redis://:****@127.0.0.1:${port}/2 was lost (the connection broke): start it again, or use --cache disk or --cache none.\n`,
    );
    expect(code).toBe(4);
  });

  test('names an address that the system refuses', async () => {
    // A multicast address: no connection leads there. One without its link, fe80::1, is asked by Node 24.
    const { stderr, code } = await embed('stats', '--redis-url', 'redis://:secret@[ff02::1]:6379');
    expect(stderr).toMatch(
      /^error: Redis at redis:\/\/:\*{4}@\[ff02::1\]:6379\/2 can't be reached \([^()]+\): (check its address|start it), or use --cache disk or --cache none\.\n$/,
    );
    expect(code).toBe(4);
  });
});
