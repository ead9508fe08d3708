// Vectors in memory: alone, and together with a real disk cache.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDiskCache } from '../../../src/cache/disk/cache.js';
import { memoryCache, withMemory } from '../../../src/cache/memory/cache.js';
import type { VectorCache } from '../../../src/types/cache.js';
import { cacheContract } from '../contract.js';
import { dimensions, entryOf, hashOf, spaceOf, texts, vectorOf } from '../vectors.js';

const space = spaceOf('space');
const other = spaceOf('other');
/** What one entry counts: its vector, and 512 bytes to keep it. */
const each = dimensions * 4 + 512;

const entries = (names: readonly string[]) => names.map((text) => entryOf(text));
const ask = (cache: VectorCache, names: readonly string[], from = space) =>
  cache.getMany(from, names.map(hashOf), dimensions);
async function held(cache: VectorCache, names: readonly string[], from = space): Promise<string[]> {
  const found = await ask(cache, names, from);
  return names.filter((_, index) => found[index]);
}

/** Holds back the next answer of `cache`, already read, until the returned function is called. */
function holdAnswer(cache: VectorCache): () => void {
  const read = cache.getMany.bind(cache);
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  vi.spyOn(cache, 'getMany').mockImplementationOnce(async (...parameters) => {
    const found = await read(...parameters);
    await asked;
    return found;
  });
  return answer;
}

describe('memory together with the disk cache', () => {
  cacheContract(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'embed-memory-'));
    return {
      open: async () => withMemory(await openDiskCache({ folder }), 2 * 1024 * 1024),
      pass: async (ms) => void vi.setSystemTime(Date.now() + ms),
      remove: async () => {
        vi.useRealTimers();
        rmSync(folder, { recursive: true });
      },
    };
  });

  let folder: string;
  let inner: VectorCache;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'embed-memory-'));
    inner = await openDiskCache({ folder });
  });
  afterEach(async () => {
    await inner.close();
    rmSync(folder, { recursive: true });
  });

  test('asks the other cache only for what it does not have, and once', async () => {
    await inner.setMany(space, entries(texts(4)));
    const asked = vi.spyOn(inner, 'getMany');
    const cache = withMemory(inner, 1e6);
    await cache.setMany(space, entries(['set']));
    await ask(cache, ['text 0', 'set', 'text 1', 'missing']);
    const found = await ask(cache, ['text 1', 'text 2', 'text 0']);
    expect(found).toEqual(['text 1', 'text 2', 'text 0'].map((text) => vectorOf(text)));
    await ask(cache, texts(3));
    expect(asked.mock.calls.map(([, hashes]) => hashes)).toEqual([
      ['text 0', 'text 1', 'missing'].map(hashOf),
      ['text 2'].map(hashOf),
    ]);
  });

  test('counts each lookup once, for other processes too', async () => {
    const cache = withMemory(inner, 1e6);
    await cache.setMany(space, entries(texts(10)));
    await ask(cache, texts(12));
    await ask(cache, texts(12));
    expect(await cache.usage()).toMatchObject({ hits: 20, misses: 4 });
    await cache.close();
    inner = await openDiskCache({ folder });
    expect(await inner.usage()).toMatchObject({ hits: 20, misses: 4 });
  });

  test('hands out what callers may change', async () => {
    const cache = withMemory(inner, 1e6);
    const entry = entryOf('a');
    await cache.setMany(space, [entry]);
    await inner.usage();
    entry.vector.fill(7);
    (await ask(cache, ['a']))[0]!.fill(8);
    await inner.setMany(space, entries(['b']));
    (await ask(cache, ['b']))[0]!.fill(9);
    expect(await ask(cache, ['a', 'b'])).toEqual([vectorOf('a'), vectorOf('b')]);
  });

  test('does not bring back what was cleared while it was asked for', async () => {
    await inner.setMany(space, entries(['a']));
    const answer = holdAnswer(inner);
    const cache = withMemory(inner, 1e6);
    const early = ask(cache, ['a']);
    await cache.clear();
    answer();
    expect(await early).toEqual([vectorOf('a')]);
    expect(await ask(cache, ['a'])).toEqual([undefined]);
  });

  test('prefers what was set while it was asked for', async () => {
    await inner.setMany(space, entries(['a']));
    const answer = holdAnswer(inner);
    const cache = withMemory(inner, 1e6);
    const early = ask(cache, ['a']);
    // Read before it is set.
    await inner.getMeta('key');
    await cache.setMany(space, [{ hash: hashOf('a'), vector: vectorOf('newer') }]);
    answer();
    await early;
    expect(await ask(cache, ['a'])).toEqual([vectorOf('newer')]);
  });
});

describe('memory alone', () => {
  afterEach(() => void vi.useRealTimers());

  test('keeps within its bytes what was used last', async () => {
    const cache = memoryCache(10 * each);
    await cache.setMany(space, entries(texts(10)));
    expect(await held(cache, texts(10))).toEqual(texts(10));
    await ask(cache, ['text 0']);
    await cache.setMany(space, entries(['text 1', 'new', 'newer']));
    expect((await cache.usage()).entries).toBe(10);
    expect(await held(cache, [...texts(10), 'new', 'newer'])).toEqual([
      'text 0',
      'text 1',
      ...texts(10).slice(4),
      'new',
      'newer',
    ]);
    // One that is larger than all there is takes the place of none.
    await cache.setMany(space, [entryOf('huge', 100_000)]);
    expect((await cache.usage()).entries).toBe(10);
  });

  test('keeps spaces and lengths apart, and counts lookups', async () => {
    const cache = memoryCache(1e6);
    await cache.setMany(space, entries(['a']));
    await cache.setMany(other, [{ hash: hashOf('a'), vector: vectorOf('a of other') }]);
    expect(await ask(cache, ['a', 'b'])).toEqual([vectorOf('a'), undefined]);
    expect(await ask(cache, ['a'], other)).toEqual([vectorOf('a of other')]);
    expect(await cache.getMany(space, [hashOf('a')], dimensions + 1)).toEqual([undefined]);
    expect(await cache.usage()).toMatchObject({ entries: 2, bytes: 2 * dimensions * 4, hits: 2, misses: 2 });
  });

  test('is pruned by age, bytes and space, and cleared', async () => {
    const cache = memoryCache(1e6);
    await cache.setMany(space, entries(texts(5, 'old')));
    vi.setSystemTime(Date.now() + 60_000);
    await cache.setMany(space, entries(texts(5, 'new')));
    await cache.setMany(other, entries(texts(5)));
    expect(await cache.prune({ keepSpace: (candidate) => candidate.space === space })).toBe(5);
    expect(await cache.prune({ maxBytes: 7 * dimensions * 4 })).toBe(3);
    expect(await held(cache, texts(5, 'new'))).toHaveLength(5);
    expect(await cache.prune({ olderThanMs: 30_000 })).toBe(2);
    await cache.setMeta('key', { a: 1 });
    expect(await cache.getMeta('key')).toEqual({ a: 1 });
    expect(await cache.clear()).toBe(5);
    expect(await cache.getMeta('key')).toBeUndefined();
    expect(await cache.usage()).toEqual({ entries: 0, bytes: 0, hits: 0, misses: 0, spaces: [] });
  });
});
