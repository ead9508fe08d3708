// What every cache must do, whatever it keeps vectors in.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Vector, VectorCache } from '../../src/types.js';
import { dimensions, entryOf, hashOf, spaceOf, texts, vectorOf } from './vectors.js';

/** Where a cache keeps its vectors. */
export interface Storage {
  /** Each call is another cache over the same vectors. */
  open(): Promise<VectorCache>;
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

    it('gives vectors in the order of the hashes, undefined for what it never had', async () => {
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

    it('takes empty lists', async () => {
      const cache = await open();
      await cache.setMany(space, []);
      expect(await cache.getMany(space, [], dimensions)).toEqual([]);
    });

    it('answers the same hash as often as it is asked, each with memory of its own', async () => {
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

    it('replaces what is set again', async () => {
      const cache = await open();
      const hash = hashOf('a');
      await cache.setMany(space, [entryOf('a')]);
      await cache.setMany(space, [{ hash, vector: vectorOf('other') }]);
      expect(await cache.getMany(space, [hash], dimensions)).toEqual([vectorOf('other')]);
      await cache.close();
      expect(await (await again()).getMany(space, [hash], dimensions)).toEqual([vectorOf('other')]);
    });

    it('has no vector of another length', async () => {
      const cache = await open();
      await cache.setMany(space, [entryOf('short', 8), entryOf('right'), entryOf('long', dimensions + 1)]);
      const asked = ['short', 'right', 'long'].map(hashOf);
      const right = [undefined, vectorOf('right'), undefined];
      expect(await cache.getMany(space, asked, dimensions)).toEqual(right);
      await cache.close();
      expect(await (await again()).getMany(space, asked, dimensions)).toEqual(right);
    });

    it('keeps every bit of a float', async () => {
      const cache = await open();
      const bits = [0x7fc00000, 0xffc12345, 0x7f800000, 0xff800000, 0x80000000, 1, 0x3f800001, 0x7f7fffff];
      const vector = new Float32Array(new Uint32Array(bits).buffer);
      await cache.setMany(space, [{ hash: hashOf('bits'), vector }]);
      await cache.close();
      const [found] = await (await again()).getMany(space, [hashOf('bits')], bits.length);
      expect(bitsOf(found!)).toEqual(bits);
    });

    it('takes vectors that are views on larger memory', async () => {
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

    it('keeps spaces apart', async () => {
      const cache = await open();
      const other = spaceOf('other');
      await cache.setMany(space, [entryOf('a'), entryOf('b')]);
      await cache.setMany(other, [{ hash: hashOf('a'), vector: vectorOf('a of other') }]);
      const asked = ['a', 'b'].map(hashOf);
      expect(await cache.getMany(space, asked, dimensions)).toEqual([vectorOf('a'), vectorOf('b')]);
      expect(await cache.getMany(other, asked, dimensions)).toEqual([vectorOf('a of other'), undefined]);
    });

    it('takes 10,000 entries at once', async () => {
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

    it('has all that was set when it is opened again, without anyone having waited for setMany', async () => {
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

    it('is written and read by several at the same time', async () => {
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

    it('keeps small values', async () => {
      const cache = await open();
      const value = { list: [1, 'zwei', null, true], text: 'naïve café – 東京' };
      expect(await cache.getMeta(`nothing ${space}`)).toBeUndefined();
      await cache.setMeta(`key ${space}`, [1]);
      await cache.setMeta(`key ${space}`, value);
      expect(await cache.getMeta(`key ${space}`)).toEqual(value);
      await cache.close();
      expect(await (await again()).getMeta(`key ${space}`)).toEqual(value);
    });

    it('refuses hashes and spaces that are none', async () => {
      const cache = await open();
      await expect(cache.getMany(space, ['abc'], dimensions)).rejects.toThrow('64 hex digits');
      await expect(cache.getMany('abc', [hashOf('a')], dimensions)).rejects.toThrow('32 hex digits');
      await expect(cache.setMany(space, [{ hash: 'abc', vector: vectorOf('a') }])).rejects.toThrow('64 hex');
      await expect(cache.setMany('abc', [entryOf('a')])).rejects.toThrow('32 hex digits');
    });

    it('can be closed twice', async () => {
      const cache = await open();
      await cache.close();
      await cache.close();
    });
  });
}

function bitsOf(vector: Vector): number[] {
  return [...new Uint32Array(vector.buffer, vector.byteOffset, vector.length)];
}

function equal(a: Vector | undefined, b: Vector): boolean {
  return a !== undefined && Buffer.from(a.buffer).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}
