// Which cache is chosen, and what happens where it can't be had.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openCache } from '../../src/cache/choose-cache.js';
import { eventsFor } from '../../src/events.js';
import { freePort, redisAvailable, startRedis } from '../helpers/redis.js';

let folder: string;
let warnings: string[];
const events = eventsFor({ warning: (message) => warnings.push(message) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embed-open-'));
  warnings = [];
});
afterEach(() => {
  vi.doUnmock('lmdb');
  vi.resetModules();
  rmSync(folder, { recursive: true, force: true });
});

async function kindOf(...parameters: Parameters<typeof openCache>): Promise<string | undefined> {
  const cache = await openCache(...parameters);
  await cache?.close();
  return cache?.kind;
}

/** openCache where importing lmdb fails. */
async function openWithoutLmdb(choice: 'auto' | 'disk') {
  vi.resetModules();
  vi.doMock('lmdb', () => {
    throw new Error('Cannot find package');
  });
  const open = await import('../../src/cache/choose-cache.js');
  return open.openCache(choice, { disk: { folder }, events });
}

describe('openCache', () => {
  test('opens none', async () => {
    expect(await kindOf('none', { redis: { port: await freePort() }, disk: { folder } })).toBeUndefined();
  });

  test('takes the disk where no Redis is named', async () => {
    expect(await kindOf('auto', { disk: { folder }, events })).toBe('disk');
    expect(await kindOf('disk', { redis: { port: await freePort() }, disk: { folder } })).toBe('disk');
    expect(warnings).toEqual([]);
  });

  test.skipIf(!redisAvailable)('takes the Redis that is named', async () => {
    const server = await startRedis();
    expect(await kindOf('auto', { redis: { url: server.url }, disk: { folder } })).toBe('redis');
    expect(await kindOf('redis', { redis: { url: server.url } })).toBe('redis');
    await server.stop();
  });

  test('fails where a Redis that is named is not there, instead of taking another cache', async () => {
    const redis = { port: await freePort() };
    await expect(openCache('auto', { redis, disk: { folder } })).rejects.toMatchObject({ exitCode: 4 });
    await expect(openCache('redis', { redis, disk: { folder } })).rejects.toMatchObject({ exitCode: 4 });
  });

  test('goes on with a warning where the user did not ask for the disk and lmdb is missing', async () => {
    expect(await openWithoutLmdb('auto')).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('npm i lmdb@')]);
  });

  test('fails where the disk was asked for and lmdb is missing', async () => {
    await expect(openWithoutLmdb('disk')).rejects.toMatchObject({ exitCode: 4 });
    expect(warnings).toEqual([]);
  });

  test('hands the warnings on', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await kindOf('auto', { disk: { folder: join(file, 'x') }, events })).toBe('disk');
    expect(warnings).toHaveLength(1);
  });
});
