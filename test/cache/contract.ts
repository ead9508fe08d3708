// What every cache must do, whatever it keeps vectors in.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { registerSpace } from '../../src/cache/space-registry.js';
import type { VectorCache } from '../../src/types/cache.js';
import type { Json } from '../../src/types/json.js';
import type { VectorSpace } from '../../src/types/space.js';
import type { Vector } from '../../src/types/vector.js';
import { dimensions, entryOf, hashOf, spaceOf, texts, vectorOf } from './vectors.js';

const bytesEach = dimensions * 4;
const minute = 60_000;

/** Where a cache keeps its vectors. */
export interface Storage {
  /** Each call is another cache over the same vectors. */
  open(): Promise<VectorCache>;
  /** Makes all that is stored so many milliseconds older. */
  pass(ms: number): Promise<void>;
  remove(): Promise<void>;
}

export function cacheContract(create: () => Promise<Storage>): void {
  describe('as every cache', () => {
    let storage: Storage;
    const opened: VectorCache[] = [];
    let spaces = 0;
    let space: string;

    const open = async () => {
      space = spaceOf(`space ${spaces++}`);
      return again();
    };
    const again = async () => {
      const cache = await storage.open();
      opened.push(cache);
      return cache;
    };

    beforeAll(async () => {
      storage = await create();
    });
    afterEach(async () => {
      for (const cache of opened.splice(0)) await cache.close();
    });
    afterAll(() => storage.remove());

    test('gives vectors in the order of the hashes, undefined for what it never had', async () => {
      const cache = await open();
      const names = texts(100);
      await cache.setMany(
        space,
        names.map((text) => entryOf(text)),
      );
      const asked = ['missing', ...names.toReversed(), 'missing too'];
      const found = await cache.getMany(space, asked.map(hashOf), dimensions);
      expect(found).toEqual([undefined, ...names.toReversed().map((text) => vectorOf(text)), undefined]);
    });

    test('takes empty lists', async () => {
      const cache = await open();
      await cache.setMany(space, []);
      expect(await cache.getMany(space, [], dimensions)).toEqual([]);
    });

    test('answers the same hash as often as it is asked, each with memory of its own', async () => {
      const cache = await open();
      await cache.setMany(space, [entryOf('a'), entryOf('b'), entryOf('a')]);
      const asked = ['a', 'b', 'a'].map(hashOf);
      const first = await cache.getMany(space, asked, dimensions);
      expect(first).toEqual([vectorOf('a'), vectorOf('b'), vectorOf('a')]);
      first[0]!.fill(0);
      expect(first[2]).toEqual(vectorOf('a'));
      expect(await cache.getMany(space, asked, dimensions)).toEqual([
        vectorOf('a'),
        vectorOf('b'),
        vectorOf('a'),
      ]);
    });

    test('replaces what is set again', async () => {
      const cache = await open();
      const hash = hashOf('a');
      await cache.setMany(space, [entryOf('a')]);
      await cache.setMany(space, [{ hash, vector: vectorOf('other') }]);
      expect(await cache.getMany(space, [hash], dimensions)).toEqual([vectorOf('other')]);
      await cache.close();
      expect(await (await again()).getMany(space, [hash], dimensions)).toEqual([vectorOf('other')]);
    });

    test('has no vector of another length', async () => {
      const cache = await open();
      await cache.setMany(space, [entryOf('short', 8), entryOf('right'), entryOf('long', dimensions + 1)]);
      const asked = ['short', 'right', 'long'].map(hashOf);
      const right = [undefined, vectorOf('right'), undefined];
      expect(await cache.getMany(space, asked, dimensions)).toEqual(right);
      await cache.close();
      expect(await (await again()).getMany(space, asked, dimensions)).toEqual(right);
    });

    test('keeps every bit of a float', async () => {
      const cache = await open();
      const bits = [0x7fc00000, 0xffc12345, 0x7f800000, 0xff800000, 0x80000000, 1, 0x3f800001, 0x7f7fffff];
      const vector = new Float32Array(new Uint32Array(bits).buffer);
      await cache.setMany(space, [{ hash: hashOf('bits'), vector }]);
      await cache.close();
      const [found] = await (await again()).getMany(space, [hashOf('bits')], bits.length);
      expect(bitsOf(found!)).toEqual(bits);
    });

    test('takes vectors that are views on larger memory', async () => {
      const cache = await open();
      const all = vectorOf('all', 4 * dimensions);
      const entries = [1, 3, 2].map((part) => ({
        hash: hashOf(`part ${part}`),
        vector: all.subarray(part * dimensions, (part + 1) * dimensions),
      }));
      await cache.setMany(space, entries);
      const found = await cache.getMany(
        space,
        entries.map(({ hash }) => hash),
        dimensions,
      );
      expect(found).toEqual(entries.map(({ vector }) => vector));
    });

    test('keeps spaces apart', async () => {
      const cache = await open();
      const other = spaceOf('other');
      await cache.setMany(space, [entryOf('a'), entryOf('b')]);
      await cache.setMany(other, [{ hash: hashOf('a'), vector: vectorOf('a of other') }]);
      const asked = ['a', 'b'].map(hashOf);
      expect(await cache.getMany(space, asked, dimensions)).toEqual([vectorOf('a'), vectorOf('b')]);
      expect(await cache.getMany(other, asked, dimensions)).toEqual([vectorOf('a of other'), undefined]);
    });

    test('takes 10,000 entries at once', async () => {
      const cache = await open();
      const entries = texts(10_000).map((text) => entryOf(text));
      await cache.setMany(space, entries);
      const found = await cache.getMany(
        space,
        entries.map(({ hash }) => hash),
        dimensions,
      );
      expect(found.every((vector, index) => equal(vector, entries[index]!.vector))).toBe(true);
    });

    test('has all that was set when it is opened again, without anyone having waited for setMany', async () => {
      const cache = await open();
      const entries = texts(3000, 'unwaited').map((text) => entryOf(text));
      for (let start = 0; start < entries.length; start += 50) {
        void cache.setMany(space, entries.slice(start, start + 50));
      }
      await cache.close();
      const found = await (await again()).getMany(
        space,
        entries.map(({ hash }) => hash),
        dimensions,
      );
      expect(found.every((vector, index) => equal(vector, entries[index]!.vector))).toBe(true);
    });

    test('is written and read by several at the same time', async () => {
      const caches = [await open(), await again(), await again()];
      const names = texts(600, 'shared');
      await Promise.all(
        names.map(async (text, index) => {
          const cache = caches[index % caches.length]!;
          await cache.setMany(space, [entryOf(text)]);
          expect(await cache.getMany(space, [hashOf(text)], dimensions)).toEqual([vectorOf(text)]);
        }),
      );
      for (const cache of caches) await cache.close();
      const found = await (await again()).getMany(space, names.map(hashOf), dimensions);
      expect(found).toEqual(names.map((text) => vectorOf(text)));
    });

    test('keeps small values', async () => {
      const cache = await open();
      const value = { list: [1, 'zwei', null, true], text: 'naïve café – 東京' };
      expect(await cache.getMeta(`nothing ${space}`)).toBeUndefined();
      await cache.setMeta(`key ${space}`, [1]);
      await cache.setMeta(`key ${space}`, value);
      expect(await cache.getMeta(`key ${space}`)).toEqual(value);
      await cache.close();
      expect(await (await again()).getMeta(`key ${space}`)).toEqual(value);
    });

    describe('takes stock', () => {
      let cache: VectorCache;
      const other = spaceOf('other');

      beforeEach(async () => {
        cache = await open();
        await cache.clear();
      });

      const fill = (names: readonly string[], into = space) =>
        cache.setMany(
          into,
          names.map((text) => entryOf(text)),
        );
      /** Which of `names` another process would find. */
      const left = async (names: readonly string[], from = space) => {
        await cache.close();
        const found = await (await again()).getMany(from, names.map(hashOf), dimensions);
        return names.filter((_, index) => found[index]);
      };

      test('of nothing', async () => {
        const nothing = { entries: 0, bytes: 0, hits: 0, misses: 0, spaces: [] };
        expect(await cache.usage()).toEqual(nothing);
        expect(await cache.prune({ olderThanMs: 0, maxBytes: 0, keepSpace: () => false })).toBe(0);
        expect(await cache.clear()).toBe(0);
      });

      test('of entries and bytes by space, the largest first, also of what is just being written', async () => {
        const registered = await register(cache, { model: 'model-a', dimensions });
        void fill(texts(700), registered.id);
        void fill(texts(30, 'b'), other);
        void fill(texts(30, 'b'), other);
        expect(await cache.usage()).toEqual({
          entries: 730,
          bytes: 730 * bytesEach,
          hits: 0,
          misses: 0,
          spaces: [
            {
              space: registered.id,
              model: 'model-a',
              embedder: 'ollama',
              dimensions,
              entries: 700,
              bytes: 700 * bytesEach,
            },
            { space: other, entries: 30, bytes: 30 * bytesEach },
          ],
        });
      });

      test('of 25,000 entries, none twice and none left out', async () => {
        for (let part = 0; part < 5; part++) await fill(texts(5000, `part ${part}`), spaceOf(`part ${part}`));
        const { entries, spaces } = await cache.usage();
        expect(entries).toBe(25_000);
        expect(spaces.map((sum) => sum.entries)).toEqual([5000, 5000, 5000, 5000, 5000]);
      });

      test('of values that are no registered spaces without an error', async () => {
        await cache.setMeta('spaces:odd', [1, null, { id: space }, 'x']);
        await cache.setMeta('spaces:odder', { id: 5 });
        await fill(['a']);
        expect((await cache.usage()).spaces).toEqual([{ space, entries: 1, bytes: bytesEach }]);
      });

      test('of lookups, by all who have it open and had it open', async () => {
        await fill(texts(10));
        const second = await again();
        await cache.getMany(space, [...texts(10), 'missing'].map(hashOf), dimensions);
        expect(await cache.usage()).toMatchObject({ hits: 10, misses: 1 });
        await second.getMany(space, texts(3).map(hashOf), dimensions);
        // Another length, and another space: not found.
        await second.getMany(space, texts(4).map(hashOf), dimensions + 1);
        await second.getMany(other, texts(5).map(hashOf), dimensions);
        await cache.close();
        expect(await second.usage()).toMatchObject({ hits: 13, misses: 10 });
        await second.close();
        const third = await again();
        expect(await third.usage()).toMatchObject({ hits: 13, misses: 10 });
        await third.clear();
        expect(await third.usage()).toMatchObject({ hits: 0, misses: 0 });
        await third.getMany(space, [hashOf('a')], dimensions);
        await third.close();
        expect(await (await again()).usage()).toMatchObject({ hits: 0, misses: 1 });
      });

      test('and removes what is older, not what was written again since', async () => {
        const old = texts(300, 'old');
        await fill(old);
        await fill(['again']);
        await cache.usage();
        await storage.pass(10 * minute);
        await fill(['again', 'new']);
        expect(await cache.prune({ olderThanMs: 11 * minute })).toBe(0);
        expect(await cache.prune({ olderThanMs: 9 * minute })).toBe(300);
        expect(await cache.getMany(space, ['old 0', 'new'].map(hashOf), dimensions)).toEqual([
          undefined,
          vectorOf('new'),
        ]);
        expect(await left([...old, 'again', 'new'])).toEqual(['again', 'new']);
      });

      test('and removes the oldest until so many bytes are left', async () => {
        for (const name of ['first', 'second', 'third']) {
          await fill(texts(50, name), name === 'second' ? other : space);
          await cache.usage();
          await storage.pass(minute);
        }
        expect(await cache.prune({ maxBytes: 150 * bytesEach })).toBe(0);
        expect(await cache.prune({ maxBytes: 70 * bytesEach })).toBeGreaterThanOrEqual(80);
        const { bytes } = await cache.usage();
        expect(bytes).toBeLessThanOrEqual(70 * bytesEach);
        expect(await left(texts(50, 'first'))).toEqual([]);
        expect(await left(texts(50, 'third'))).toEqual(texts(50, 'third'));
        cache = await again();
        await cache.prune({ maxBytes: 0 });
        expect((await cache.usage()).entries).toBe(0);
      });

      test('and removes the spaces that are not kept', async () => {
        const kept = await register(cache, { model: 'kept', dimensions });
        const gone = await register(cache, { model: 'gone', dimensions });
        await fill(texts(3000), gone.id);
        await fill(texts(20), kept.id);
        await fill(texts(20), other);
        const asked: string[] = [];
        const removed = await cache.prune({
          keepSpace: ({ space: id, model, entries }) => {
            asked.push(`${model} ${entries}`);
            return model === 'kept' || id === other;
          },
        });
        expect(removed).toBe(3000);
        expect(asked.sort()).toEqual(['gone 3000', 'kept 20', 'undefined 20']);
        expect(await left(texts(3000), gone.id)).toEqual([]);
        expect(await left(texts(20), kept.id)).toEqual(texts(20));
        expect(await left(texts(20), other)).toEqual(texts(20));
      });

      test('and removes the entries that are named, whatever their space has beside', async () => {
        await fill(texts(300, 'named'));
        await cache.usage();
        await fill(texts(300, 'named'), other);
        const hashes = ['named 7', 'named 211', 'unknown'].map(hashOf);
        expect(await cache.prune({ entries: { space, hashes } })).toBeGreaterThanOrEqual(2);
        expect(await cache.prune({ entries: { space, hashes } })).toBe(0);
        expect(await left(['named 7', 'named 211'])).toEqual([]);
        expect(await left(texts(300, 'named'), other)).toEqual(texts(300, 'named'));
      });

      test('and removes what any of several conditions names', async () => {
        await fill(texts(10, 'old'));
        await cache.usage();
        await storage.pass(minute);
        await fill(texts(10, 'new'));
        await fill(texts(10, 'foreign'), other);
        const keepSpace = ({ space: id }: { space: string }) => id === space;
        expect(await cache.prune({ olderThanMs: minute / 2, keepSpace })).toBe(20);
        expect(await left([...texts(10, 'old'), ...texts(10, 'new')])).toEqual(texts(10, 'new'));
      });

      test('and has room for the same again', async () => {
        await fill(texts(500));
        expect(await cache.prune({ keepSpace: () => false })).toBe(500);
        await fill(texts(500));
        expect(await left(texts(500))).toEqual(texts(500));
      });

      test('and forgets all when it is cleared, for those too who have it open', async () => {
        const second = await again();
        const registered = await register(cache, { model: 'model-a', dimensions });
        await second.setMany(registered.id, [entryOf('of second')]);
        await second.usage();
        void fill(texts(400), registered.id);
        expect(await cache.clear()).toBe(401);
        expect((await second.usage()).spaces).toEqual([]);
        expect(await left(texts(400), registered.id)).toEqual([]);
        await second.setMany(registered.id, [entryOf('after')]);
        const { spaces } = await second.usage();
        expect(spaces).toEqual([{ space: registered.id, entries: 1, bytes: bytesEach }]);
      });

      test('and is read and written while it is pruned and cleared', async () => {
        const reader = await again();
        const names = texts(2000, 'busy');
        const work = async () => {
          for (let start = 0; start < names.length; start += 100) {
            const part = names.slice(start, start + 100);
            await fill(part);
            const found = await reader.getMany(space, part.map(hashOf), dimensions);
            for (const [index, vector] of found.entries()) {
              if (vector) expect(vector).toEqual(vectorOf(part[index]!));
            }
          }
        };
        const remover = await again();
        const removal = async () => {
          for (let round = 0; round < 4; round++) {
            await remover.prune({ maxBytes: 100 * bytesEach });
            await remover.clear();
          }
        };
        await Promise.all([work(), removal()]);
        const last = texts(100, 'last');
        await fill(last);
        expect(await left(last)).toEqual(last);
      });
    });

    test('refuses hashes and spaces that are none', async () => {
      const cache = await open();
      await expect(cache.getMany(space, ['abc'], dimensions)).rejects.toThrow('64 hex digits');
      await expect(cache.getMany('abc', [hashOf('a')], dimensions)).rejects.toThrow('32 hex digits');
      await expect(cache.setMany(space, [{ hash: 'abc', vector: vectorOf('a') }])).rejects.toThrow('64 hex');
      await expect(cache.setMany('abc', [entryOf('a')])).rejects.toThrow('32 hex digits');
    });

    test('can be closed twice', async () => {
      const cache = await open();
      await cache.close();
      await cache.close();
    });
  });
}

/** Registers a space as a run does. */
function register(cache: VectorCache, parts: { model: string; dimensions: number }): Promise<VectorSpace> {
  const space: VectorSpace = {
    id: spaceOf(parts.model),
    embedder: 'ollama',
    variant: '',
    digest: 'abc',
    options: {},
    prefixes: { document: '', query: '' },
    canaries: [],
    ...parts,
  };
  const same = () => true;
  const toJson = (value: VectorSpace) => ({ ...value, canaries: [] }) as unknown as Json;
  return registerSpace(cache, space, same, toJson, () => undefined);
}

function bitsOf(vector: Vector): number[] {
  return [...new Uint32Array(vector.buffer, vector.byteOffset, vector.length)];
}

function equal(a: Vector | undefined, b: Vector): boolean {
  return a !== undefined && Buffer.from(a.buffer).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}
