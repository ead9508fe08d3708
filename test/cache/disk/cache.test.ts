// The disk cache in real folders, shared by processes, killed, filled up and damaged.
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DiskCache, type DiskOptions, openDiskCache } from '../../../src/cache/disk/cache.js';
import { defaultCacheFolder } from '../../../src/cache/disk/default-folder.js';
import { ServiceError } from '../../../src/errors.js';
import type { Vector } from '../../../src/types/vector.js';
import { warningsInto } from '../../helpers/events.js';
import { cacheContract } from '../contract.js';
import { dimensions, entryOf, hashOf, spaceOf, texts, vectorOf } from '../vectors.js';

const space = spaceOf('space');
const writer = fileURLToPath(new URL('writer.mjs', import.meta.url));

let folder: string;
const caches: DiskCache[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embed-disk-'));
});
afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: DiskOptions = {}): Promise<{ cache: DiskCache; warnings: string[] }> {
  const warnings: string[] = [];
  const cache = await openDiskCache({ folder, events: warningsInto(warnings), ...options });
  caches.push(cache);
  return { cache, warnings };
}

function startWriter(prefix: string, count: number): ChildProcessByStdio<null, Readable, null> {
  const parameters = [writer, folder, space, prefix, String(count)];
  return spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
}

const databaseSize = (): number => statSync(join(folder, 'data.mdb'), { throwIfNoEntry: false })?.size ?? 0;

/** What writer.mjs stores. */
function writtenVector(text: string): Vector {
  return Float32Array.from(
    Array(12)
      .fill([...Buffer.from(hashOf(text), 'hex')])
      .flat(),
  );
}

describe('disk cache', () => {
  cacheContract(async () => {
    const place = mkdtempSync(join(tmpdir(), 'embed-disk-'));
    return {
      open: () => openDiskCache({ folder: place }),
      // Packs carry the time of the process that writes them.
      pass: async (ms) => void vi.setSystemTime(Date.now() + ms),
      remove: async () => {
        vi.useRealTimers();
        rmSync(place, { recursive: true });
      },
    };
  });

  test('makes its folder, whatever its name', async () => {
    const nested = join(folder, 'a', 'cache.with.dots');
    const { cache } = await open({ folder: nested });
    await cache.setMany(space, [entryOf('a')]);
    await cache.close();
    expect(statSync(nested).isDirectory()).toBe(true);
    expect(readdirSync(nested).sort()).toEqual(['data.mdb', 'lock.mdb']);
  });

  test('is written by two processes at once', async () => {
    const { cache } = await open();
    const writers = ['one', 'two'].map((prefix) => startWriter(prefix, 600));
    const outputs = writers.map(async (child) => {
      let last = '';
      for await (const line of createInterface(child.stdout)) last = line;
      return last;
    });
    expect(await Promise.all(outputs)).toEqual(['closed', 'closed']);
    for (const prefix of ['one', 'two']) {
      const names = texts(600, prefix);
      const found = await cache.getMany(space, names.map(hashOf), 384);
      expect(found.every((vector, index) => same(vector, writtenVector(names[index]!)))).toBe(true);
    }
  });

  test('survives SIGKILL in the middle of writing', async () => {
    const names: string[] = [];
    for (let round = 0; round < 4; round++) {
      const child = startWriter(`round ${round}`, 100_000);
      const closed = once(child, 'close');
      const before = databaseSize();
      for await (const line of createInterface(child.stdout)) {
        // Some vectors of 1.5 KB are on the disk by then.
        if (Number(line) >= 600 + 177 * round && databaseSize() > before + 100_000) child.kill('SIGKILL');
      }
      await closed;
      names.push(...texts(4000, `round ${round}`));
      const { cache, warnings } = await open();
      const found = await cache.getMany(space, names.map(hashOf), 384);
      expect(found.some((vector) => vector)).toBe(true);
      expect(found.every((vector, index) => !vector || same(vector, writtenVector(names[index]!)))).toBe(
        true,
      );
      await cache.setMany(space, [entryOf(`after ${round}`)]);
      await cache.close();
      const { cache: again } = await open();
      const after = await again.getMany(space, [hashOf(`after ${round}`)], dimensions);
      expect(after).toEqual([vectorOf(`after ${round}`)]);
      await again.close();
      expect(warnings).toEqual([]);
    }
  });

  test('never grows beyond its size, and drops the oldest', async () => {
    const maxBytes = 8 * 1024 * 1024;
    const file = join(folder, 'data.mdb');
    let largest = 0;
    let written = 0;
    for (let session = 0; session < 3; session++) {
      const { cache, warnings } = await open({ maxBytes });
      // Groups of 1 to 90 vectors of 1.5 KB: 23 MB in all.
      for (let group = 0; written < 5000 * (session + 1); group++) {
        const entries = texts(1 + ((group * 37) % 90)).map(() => entryOf(`text ${written++}`, 384));
        await cache.setMany(space, entries);
        largest = Math.max(largest, statSync(file).size);
      }
      await cache.close();
      expect(warnings).toEqual([]);
    }
    expect(largest).toBeLessThanOrEqual(maxBytes);
    const { cache } = await open({ maxBytes });
    const hashes = texts(written).map(hashOf);
    const found = await cache.getMany(space, hashes, 384);
    const kept = found.flatMap((vector, index) => (vector ? [index] : []));
    // A worthwhile part is there: the newest, without a gap, and right.
    expect(kept.length * 1536).toBeGreaterThan(maxBytes / 2);
    expect(kept).toEqual(kept.map((_, index) => written - kept.length + index));
    expect(kept.every((index) => same(found[index], vectorOf(`text ${index}`, 384)))).toBe(true);
  });

  test('keeps an entry that was written again when its old pack goes', async () => {
    const { cache } = await open({ maxBytes: 2 * 1024 * 1024 });
    for (let group = 0; group < 80; group++) {
      // About 22 groups fit.
      if (group % 10 === 0) await cache.setMany(space, [entryOf('kept', 384)]);
      await cache.setMany(
        space,
        texts(40, `group ${group}`).map((text) => entryOf(text, 384)),
      );
      expect(await cache.getMany(space, [hashOf('kept')], 384)).toEqual([vectorOf('kept', 384)]);
    }
    expect(await cache.getMany(space, [hashOf('group 0 0')], 384)).toEqual([undefined]);
  });

  test('has the room of what was pruned or cleared', async () => {
    const file = join(folder, 'data.mdb');
    const { cache, warnings } = await open();
    const round = async (name: string) => {
      // 6 MB.
      for (let group = 0; group < 40; group++) {
        await cache.setMany(
          space,
          texts(100, `${name} ${group}`).map((text) => entryOf(text, 384)),
        );
      }
      await cache.usage();
    };
    await round('first');
    const { size } = statSync(file);
    const removals = [
      () => cache.clear(),
      () => cache.prune({ keepSpace: () => false }),
      () => cache.prune({ maxBytes: 0 }),
    ];
    for (const remove of removals) {
      expect(await remove()).toBe(4000);
      await round('again');
      expect((await cache.usage()).entries).toBe(4000);
    }
    // Pages of the last transaction are free only after the next; without reuse it would be four times the size.
    expect(statSync(file).size).toBeLessThan(1.8 * size);
    expect(warnings).toEqual([]);
  });

  test('is pruned and cleared while another process writes', async () => {
    const { cache, warnings } = await open();
    const child = startWriter('busy', 4000);
    let lines = 0;
    for await (const line of createInterface(child.stdout)) {
      if (line === 'closed') break;
      if (++lines % 40 === 0) await cache.prune({ maxBytes: 200 * 1536 });
      if (lines % 90 === 0) await cache.clear();
      const found = await cache.getMany(space, [hashOf(`busy ${line}`)], 384);
      if (found[0]) expect(same(found[0], writtenVector(`busy ${line}`))).toBe(true);
    }
    expect(lines).toBe(200);
    const { entries, bytes } = await cache.usage();
    expect(bytes).toBe(entries * 1536);
    const names = texts(4000, 'busy');
    const found = await cache.getMany(space, names.map(hashOf), 384);
    // All that is counted is there to be read.
    expect(found.filter((vector) => vector)).toHaveLength(entries);
    expect(warnings).toEqual([]);
  });

  test('refuses to pass for empty when it can not be opened', async () => {
    writeFileSync(join(folder, 'data.mdb'), 'something else entirely '.repeat(1000));
    const { cache } = await open();
    for (const attempt of [cache.usage(), cache.prune({ maxBytes: 0 }), cache.clear()]) {
      await expect(attempt).rejects.toThrow(/can't be opened \(.*not an LMDB database\): free or repair/);
      await expect(attempt).rejects.toBeInstanceOf(ServiceError);
    }
  });

  test('goes on without a folder that can not be made', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { cache, warnings } = await open({ folder: join(file, 'vectors') });
    await expectNothingKept(cache);
    expect(warnings).toEqual([
      expect.stringMatching(/disk cache in .*file.vectors can't be opened .*going on/),
    ]);
  });

  test.skipIf(process.getuid?.() === 0)('goes on without a folder that is read-only', async () => {
    chmodSync(folder, 0o500);
    const { cache, warnings } = await open();
    await expectNothingKept(cache);
    chmodSync(folder, 0o700);
    expect(warnings).toHaveLength(1);
  });

  test('goes on without a file that is no database', async () => {
    writeFileSync(join(folder, 'data.mdb'), 'something else entirely '.repeat(1000));
    const { cache, warnings } = await open();
    await expectNothingKept(cache);
    expect(warnings).toEqual([expect.stringContaining("can't be opened")]);
  });

  test.skipIf(process.platform === 'win32')('still reads when the disk is full, and warns once', async () => {
    const { cache } = await open();
    await cache.setMany(space, [entryOf('before')]);
    await cache.close();
    // A limit on the size of files fails like a full disk, and needs no rights. In blocks of 1 or 0.5 KiB.
    const command = `ulimit -f 600; exec "$0" "$@"`;
    const parameters = ['-c', command, process.execPath, writer, folder, space, 'full', '3000'];
    const printed = execFileSync('bash', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const warnings = printed.split('\n').filter((line) => /disk cache/.test(line));
    expect(warnings).toEqual([expect.stringMatching(/can't be written \(.*its vectors are still used/)]);
    expect(printed).toMatch(/^closed$/m);
    const { cache: again } = await open();
    expect(await again.getMany(space, [hashOf('before')], dimensions)).toEqual([vectorOf('before')]);
  });

  test.skipIf(process.platform === 'win32')('only reads in silence when the disk is full', async () => {
    const { cache } = await open();
    await cache.setMany(space, [entryOf('before')]);
    await cache.close();
    const { size } = statSync(join(folder, 'data.mdb'));
    const script = `const { openDiskCache } = await import(process.argv[1]);
      const cache = await openDiskCache({ folder: process.argv[2], events: { warning: console.log } });
      const found = await cache.getMany(process.argv[3], [process.argv[4]], ${dimensions});
      await cache.close();
      console.log(found[0] ? 'found' : 'missing');`;
    const module = new URL('../../../dist/cache/disk/cache.js', import.meta.url).href;
    const node = ['--input-type=module', '-e', script, module, folder, space, hashOf('before')];
    const command = `ulimit -f ${Math.floor(size / 2048)}; exec "$0" "$@"`;
    // lmdb-js itself writes to standard error when a commit fails.
    const printed = execFileSync('bash', ['-c', command, process.execPath, ...node], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(printed).toBe('found\n');
  });

  test('says what to do where lmdb is missing', async () => {
    vi.resetModules();
    vi.doMock('lmdb', () => {
      throw new Error('Cannot find package');
    });
    const { openDiskCache: openWithout } = await import('../../../src/cache/disk/cache.js');
    const { ServiceError: ErrorOfThatModule } = await import('../../../src/errors.js');
    const error = await openWithout({ folder }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ErrorOfThatModule);
    expect(error).toMatchObject({ code: new ServiceError('').code, exitCode: 4 });
    expect(error.message).toContain('npm i lmdb@');
    vi.doUnmock('lmdb');
    vi.resetModules();
    expect(existsSync(join(folder, 'data.mdb'))).toBe(false);
  });
});

describe('the default folder', () => {
  test.each([
    ['linux', {}, '/home/u/.cache/embed/vectors'],
    ['linux', { XDG_CACHE_HOME: '' }, '/home/u/.cache/embed/vectors'],
    ['linux', { XDG_CACHE_HOME: '/big' }, '/big/embed/vectors'],
    ['linux', { XDG_CACHE_HOME: '~/big' }, '/home/u/big/embed/vectors'],
    ['linux', { XDG_CACHE_HOME: 'big' }, '/home/u/.cache/embed/vectors'],
    ['darwin', {}, '/home/u/Library/Caches/embed/vectors'],
    ['darwin', { XDG_CACHE_HOME: '/big' }, '/big/embed/vectors'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/embed/vectors'],
    ['win32', {}, '/home/u/AppData/Local/embed/vectors'],
  ] as const)('on %s with %j is %s', (platform, environment, expected) => {
    expect(defaultCacheFolder(platform, environment, '/home/u').replaceAll('\\', '/')).toBe(expected);
  });
});

async function expectNothingKept(cache: DiskCache): Promise<void> {
  await cache.setMany(space, [entryOf('a')]);
  expect(await cache.getMany(space, [hashOf('a')], dimensions)).toEqual([undefined]);
  await cache.setMeta('key', 1);
  expect(await cache.getMeta('key')).toBeUndefined();
}

function same(a: Vector | undefined, b: Vector): boolean {
  return a !== undefined && Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
}
