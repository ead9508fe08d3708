// What every destination must do, held against real stores.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { merge } from '../../src/commands/merge.js';
import { loadSettings } from '../../src/config/load.js';
import type { RowPlace } from '../../src/destinations/destination.js';
import { OtherOutputError, UsageError, VectorSpaceError } from '../../src/errors.js';
import { shardFolder, shardIndex } from '../../src/output/shards/shard.js';
import { closeCorpora, openCorpora } from '../../src/search/corpora.js';
import type { Hit } from '../../src/search/corpus.js';
import { filterOf } from '../../src/search/filter.js';
import { compareSources } from '../../src/text/source-order.js';
import { makeSpace, type SampleDocument, vectorOf, writeAll } from '../output/sample.js';
import { copyOf, documents, makeIndex, openStore } from './indexes.js';
import type { Store } from './store.js';
import { storeKinds } from './stores.js';

const none = { new: 0, changed: 0, removed: 0, unchanged: 0, replacedCharacters: 0 };

describe.each(storeKinds)('$name', ({ isAvailable, isShared, isEditable, canRename, start }) => {
  let started: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    if (isAvailable) started = await start();
  });
  afterAll(() => started?.stop());
  const withStore = (name: string, work: (store: Store) => Promise<void>, isMeant = true) =>
    test.skipIf(!isAvailable || !isMeant)(name, async () => work(await started.make()));

  withStore('is sent all rows at first, then nothing', async (store) => {
    const index = await makeIndex(documents(20));
    expect(await index.sync(store.address)).toEqual({ ...none, new: 60 });
    expect(await store.rows()).toEqual(index.rows());
    const before = await store.state();
    expect(await index.sync(store.address)).toEqual({ ...none, unchanged: 60 });
    expect(await store.state()).toEqual(before);
  });

  withStore(
    'takes shards in any order, then the merged output, as one index',
    async (store) => {
      const all = [...documents(20), { source: 'docs/größe 数据 😀.md', texts: ['one text'] }];
      const index = await makeIndex(all);
      await index.split(3);
      const shards = [3, 1, 2].map((part) => ({ index: part, of: 3 }));
      const added = [];
      for (const shard of shards) added.push((await index.sync(store.address, { shard })).new);
      expect(added.every((rows) => rows > 0)).toBe(true);
      expect(await store.rows()).toEqual(index.rows());
      expect(await index.sync(store.address)).toEqual({ ...none, unchanged: 61 });
      // A shard loses its own alone, also when it writes all of its rows again.
      const [gone, ...others] = all;
      const shard = { index: shardIndex(gone!.source, 3), of: 3 };
      const own = others.filter(({ source }) => shardIndex(source, 3) === shard.index);
      await writeAll(shardFolder(index.dir, shard), own, { shard });
      const rebuilt = await index.sync(store.address, { shard, rebuild: true, allowRemovals: true });
      expect(rebuilt).toMatchObject({ new: own.flatMap(({ texts }) => texts).length });
      await merge({ dirs: [index.dir] });
      expect(await store.rows()).toEqual(index.rows());
      expect(await index.sync(store.address)).toEqual({ ...none, unchanged: 58 });
      // Another output is not let in by its shards.
      const other = await makeIndex(documents(2));
      await other.split(1);
      await expect(other.sync(store.address, { shard: { index: 1, of: 1 } })).rejects.toThrow(
        OtherOutputError,
      );
      // Without the merged output, the folder stands for all of its shards.
      await rm(join(index.dir, 'manifest.json'));
      expect(await index.sync(store.address)).toMatchObject({
        shard: { index: 1, of: 3 },
        new: 0,
        removed: 0,
      });
    },
    isShared,
  );

  withStore(
    'that is written whole takes one shard alone',
    async (store) => {
      const index = await makeIndex(documents(20));
      await index.split(2);
      await index.sync(store.address, { shard: { index: 1, of: 2 } });
      const before = await store.rows();
      await expect(index.sync(store.address, { shard: { index: 2, of: 2 } })).rejects.toThrow(
        'name a file for each shard',
      );
      expect(await store.rows()).toEqual(before);
      expect(await index.sync(store.address)).toMatchObject({ unchanged: before.length });
    },
    !isShared,
  );

  withStore('gives rows by where they stand, of its own index alone', async (store) => {
    const index = await makeIndex(documents(4));
    await index.sync(store.address);
    const all = index.rows();
    const source = 'docs/0002.md';
    const [first] = all;
    const destination = await openStore(store.address);
    await destination.check();
    const texts = async (place: RowPlace) => (await destination.find(place)).map(({ text }) => text);
    const of = (chunk: number) => `text ${chunk} of ${source}`;
    expect(await texts({ source })).toEqual([of(0), of(1), of(2)]);
    expect(await texts({ source, from: 1, to: 1 })).toEqual([of(1)]);
    expect(await texts({ source, from: 1 })).toEqual([of(1), of(2)]);
    expect(await texts({ source: "docs/'; --" })).toEqual([]);
    expect(await destination.find({ id: first!.id })).toEqual([
      { id: first!.id, source: first!.source, text: first!.text, metadata: expect.any(String) },
    ]);
    if (!isShared) return;
    const other = await openStore(store.address, 'other');
    await other.check();
    expect(await other.find({ source })).toEqual([]);
  });

  withStore('finds the ten rows that the exact search of the files finds', async (store) => {
    const index = await makeIndex(documents(20));
    await index.sync(store.address);
    const { settings } = await loadSettings({ env: {}, cwd: index.dir, flags: { out: index.dir } });
    const noOutput = async () => new Error('expected an output');
    const corpora = await openCorpora({ settings, in: [index.dir, `there=${store.address}`] }, noOutput);
    onTestFinished(() => closeCorpora(corpora));
    const questions = ['valve', 'pump', 'text 1 of docs/0002.md'].map(vectorOf);
    const filters = [{}, { source: ['docs/*[02468].md'], where: ['chunk<=1'] }, { minScore: 0.2 }].map(
      (one) => filterOf(one),
    );
    for (const filter of filters) {
      const [files, there] = await Promise.all(
        corpora.map(async (corpus) => {
          const lists = await corpus.nearest(questions, 10, filter);
          const read = async (hit: Hit) => ({ ...(await corpus.read(hit)), score: hit.score.toFixed(5) });
          return await Promise.all(lists.map((hits) => Promise.all(hits.map(read))));
        }),
      );
      expect(files!.every((list) => list.length > 0 && list.length <= 10)).toBe(true);
      expect(there).toEqual(files);
    }
  });

  withStore(
    'finds rows by words, those of its own index alone, where it has such a search',
    async (store) => {
      const index = await makeIndex([
        { source: 'a.md', texts: ['the valve opens', 'dirs_exist_ok is a flag', 'the end', 'the mill'] },
        { source: 'b.md', texts: ['the boat, the islands', 'the valve of version 1.2.3'] },
      ]);
      const plain = await openStore(store.address);
      if (plain.words === undefined) {
        await index.sync(store.address);
        const before = await store.state();
        await index.write([{ source: 'a.md', texts: ['the valve opens'] }]);
        await expect(index.sync(store.address, { words: true })).rejects.toThrow('has no search by words');
        expect(await store.state()).toEqual(before);
        return;
      }
      await index.sync(store.address);
      await plain.check();
      expect(await plain.words.isSetUp()).toBe(false);
      expect(await index.sync(store.address, { words: true })).toMatchObject({ new: 0, unchanged: 6 });
      const destination = await openStore(store.address);
      await destination.check();
      const words = destination.words!;
      expect(await words.isSetUp()).toBe(true);
      const found = async (...typed: string[]) => (await words.search(typed, 10)).map(({ text }) => text);
      expect((await found('the', 'dirs_exist_ok'))[0]).toBe('dirs_exist_ok is a flag');
      expect((await found('the', 'valve')).slice(0, 2).sort()).toEqual([
        'the valve of version 1.2.3',
        'the valve opens',
      ]);
      expect(await found("'; DROP TABLE x; --", '&|!:*')).toEqual([]);
      expect(await found('unheard')).toEqual([]);
      // Rows that come later are found, too, and those that went are not.
      await index.write([{ source: 'b.md', texts: ['the lighthouse'] }]);
      await index.sync(store.address, { allowRemovals: true });
      const later = await openStore(store.address);
      await later.check();
      expect((await later.words!.search(['lighthouse'], 10)).map(({ text }) => text)).toEqual([
        'the lighthouse',
      ]);
      expect(await later.words!.search(['valve'], 10)).toEqual([]);
      const [row] = index.rows();
      const vectors = await later.words!.vectorsOf([row!.id]);
      expect([...(vectors.get(row!.id) as number[])].map((value) => value.toFixed(5))).toEqual(
        row!.vector.map((value) => value.toFixed(5)),
      );
    },
  );

  withStore('is sent what changed, and loses what is gone', async (store) => {
    const index = await makeIndex(documents(20));
    await index.sync(store.address);
    const [first, second, ...others] = documents(20);
    const longer = { ...second!, texts: [...second!.texts, 'a new text'], metadata: { lang: 'en' } };
    await index.write([longer, ...others]);
    // Its texts stay, but all of its rows have other metadata now.
    expect(await index.sync(store.address)).toEqual({
      ...none,
      new: 1,
      changed: 3,
      removed: 3,
      unchanged: 54,
    });
    const rows = await store.rows();
    expect(rows).toEqual(index.rows());
    expect(rows.filter(({ source }) => source === first!.source)).toEqual([]);
  });

  withStore(
    'comes right after it was edited',
    async (store) => {
      const index = await makeIndex(documents(10));
      await index.sync(store.address);
      await store.spoil();
      expect(await store.rows()).not.toEqual(index.rows());
      expect(await index.sync(store.address)).toEqual({
        ...none,
        new: 1,
        changed: 1,
        removed: 1,
        unchanged: 28,
      });
      expect(await store.rows()).toEqual(index.rows());
    },
    isEditable,
  );

  withStore('comes right after it was restored from a backup', async (store) => {
    const index = await makeIndex(documents(10));
    await index.sync(store.address);
    const restore = await store.backUp();
    await index.write(documents(12));
    await index.sync(store.address);
    await restore();
    expect(await index.sync(store.address)).toEqual({ ...none, new: 6, unchanged: 30 });
    expect(await store.rows()).toEqual(index.rows());
  });

  withStore(
    'holds several indexes, which never touch each other',
    async (store) => {
      const index = await makeIndex(documents(10));
      const other = await makeIndex(documents(10));
      await index.sync(store.address);
      await other.sync(store.address, { index: 'it\'s "another"; --' });
      const ofOther = (await store.rows()).filter((row) => row.index !== 'default');
      expect(ofOther).toEqual(other.rows('it\'s "another"; --'));
      await index.write(documents(6));
      expect(await index.sync(store.address)).toEqual({ ...none, removed: 12, unchanged: 18 });
      await index.sync(store.address, { rebuild: true });
      expect((await store.rows()).filter((row) => row.index !== 'default')).toEqual(ofOther);
    },
    isShared,
  );

  withStore('is not written by another output, or a copy, unless it takes over', async (store) => {
    const index = await makeIndex(documents(10));
    await index.sync(store.address);
    const stranger = await makeIndex(documents(10));
    const before = await store.state();
    await expect(stranger.sync(store.address)).rejects.toThrow(OtherOutputError);
    const copy = await copyOf(index);
    await copy.write(documents(11));
    await copy.sync(store.address);
    // The original is the stranger now: its copy has written last.
    await expect(index.sync(store.address)).rejects.toThrow('--take-over');
    expect(await store.state()).not.toEqual(before);
    expect(await stranger.sync(store.address, { takeOver: true })).toMatchObject({
      removed: 3,
      unchanged: 30,
    });
    expect(await store.rows()).toEqual(stranger.rows());
    expect(await stranger.sync(store.address)).toEqual({ ...none, unchanged: 30 });
    await expect(copy.sync(store.address)).rejects.toThrow(OtherOutputError);
  });

  withStore('keeps to one vector space', async (store) => {
    const index = await makeIndex(documents(10));
    await index.sync(store.address);
    const before = await store.state();
    await index.rebuild(documents(8), { space: makeSpace('another') });
    await expect(index.sync(store.address)).rejects.toThrow(/model: sample, now another.*--rebuild/);
    expect(await store.state()).toEqual(before);
    expect(await index.sync(store.address, { rebuild: true })).toEqual({ ...none, new: 24, removed: 30 });
    expect(await store.rows()).toEqual(index.rows());
    expect(await index.sync(store.address)).toEqual({ ...none, unchanged: 24 });
  });

  withStore(
    'holds no index of another vector space beside one',
    async (store) => {
      const index = await makeIndex(documents(10));
      await index.sync(store.address);
      const before = await store.state();
      const other = await makeIndex();
      await other.rebuild(documents(4), { space: makeSpace('another') });
      await expect(other.sync(store.address, { index: 'second' })).rejects.toThrow(
        /"default".*another table/,
      );
      await expect(other.sync(store.address, { index: 'second', rebuild: true })).rejects.toThrow(
        VectorSpaceError,
      );
      expect(await store.state()).toEqual(before);
    },
    isShared,
  );

  withStore('takes documents under other names without asking, as none is lost', async (store) => {
    const index = await makeIndex(documents(10));
    await index.sync(store.address);
    const renamed = documents(10).map((one) => ({ ...one, source: `project/${one.source}` }));
    await index.write(renamed);
    // Where ids can be changed, the rows stay.
    expect(await index.sync(store.address)).toEqual(
      canRename ? { ...none, changed: 30 } : { ...none, new: 30, removed: 30 },
    );
    expect(await store.rows()).toEqual(index.rows());
    // Other texts under other names are other documents.
    await index.write(documents(10).map(({ source }) => ({ source, texts: [`other of ${source}`] })));
    await expect(index.sync(store.address)).rejects.toThrow('30 of 30 rows');
  });

  withStore('loses more than half of its rows only when that is allowed', async (store) => {
    const index = await makeIndex(documents(10));
    await index.sync(store.address);
    await index.write(documents(4));
    const before = await store.state();
    await expect(index.sync(store.address)).rejects.toThrow(UsageError);
    await expect(index.sync(store.address)).rejects.toThrow('18 of 30 rows');
    expect(await store.state()).toEqual(before);
    expect(await index.sync(store.address, { allowRemovals: true })).toEqual({
      ...none,
      removed: 18,
      unchanged: 12,
    });
  });

  withStore('replaces rows of documents that are still there without asking', async (store) => {
    const odd = { source: 'docs/odd \ud800 "name".md', texts: [1, 2, 3, 4].map((n) => `odd ${n}`) };
    const index = await makeIndex([...documents(5), odd]);
    await index.sync(store.address);
    // As other chunks have it.
    const longer = ({ source, texts }: SampleDocument) => ({ source, texts: [texts.join(' ')] });
    await index.write([...documents(5), odd].map(longer));
    expect(await index.sync(store.address)).toMatchObject({ new: 6, removed: 19, unchanged: 0 });
    expect((await store.rows()).map(({ text }) => text).sort()).toEqual(
      [...documents(5), odd].flatMap((one) => longer(one).texts).sort(),
    );
    await index.write([...documents(5), odd]);
    expect(await index.sync(store.address, { rebuild: true })).toMatchObject({ new: 19, removed: 6 });
    // Rows that have another name now stand in for none of those that are lost, nor do documents without rows.
    const renamed = { source: 'docs/renamed.md', texts: documents(1)[0]!.texts };
    const empty = documents(5)
      .slice(2)
      .map(({ source }) => ({ source, texts: [] }));
    await index.write([documents(2)[1]!, ...empty, renamed]);
    const before = await store.state();
    await expect(index.sync(store.address)).rejects.toThrow(`${canRename ? 13 : 16} of 19 rows`);
    await expect(index.sync(store.address, { rebuild: true })).rejects.toThrow('of 19 rows');
    expect(await store.state()).toEqual(before);
  });

  withStore(
    "counts a shard's own documents as lost, not those of others",
    async (store) => {
      const index = await makeIndex(documents(40));
      await index.split(2);
      const shard = { index: 1, of: 2 };
      for (const part of [1, 2]) await index.sync(store.address, { shard: { index: part, of: 2 } });
      const own = documents(40).filter(({ source }) => shardIndex(source, 2) === 1);
      const other = own.map(({ source, texts }) => ({ source, texts: [texts.join(' ')] }));
      await writeAll(shardFolder(index.dir, shard), other, { shard });
      const replaced = { new: own.length, removed: 3 * own.length, unchanged: 0 };
      expect(await index.sync(store.address, { shard })).toMatchObject(replaced);
      // What comes from the other shard under another name makes up for nothing that this one loses.
      const names = Array.from({ length: 400 }, (_, place) => `new/${place}/`);
      const come = documents(40)
        .filter(({ source }) => shardIndex(source, 2) === 2)
        .map(({ source, texts }) => {
          const folder = names.find((name) => shardIndex(name + source.slice(5), 2) === 1)!;
          return { source: folder + source.slice(5), texts };
        })
        .sort((a, b) => compareSources(a.source, b.source));
      await writeAll(shardFolder(index.dir, shard), come, { shard });
      await expect(index.sync(store.address, { shard })).rejects.toThrow(
        `${own.length} of ${own.length} rows`,
      );
    },
    isShared,
  );

  withStore('is not changed by a dry run', async (store) => {
    const index = await makeIndex(documents(3));
    expect(await index.sync(store.address, { dryRun: true })).toEqual({ ...none, new: 9 });
    await index.sync(store.address);
    const before = await store.state();
    await index.write(documents(4));
    expect(await index.sync(store.address, { dryRun: true })).toEqual({ ...none, new: 3, unchanged: 9 });
    expect(await store.state()).toEqual(before);
  });

  withStore('takes any text', async (store) => {
    const texts = ['a\0b', 'half \ud83d of a pair', 'x'.repeat(3000), '\\ " \' \n\t\r é 数 😀', '\\u0000'];
    const metadata = { 'k\0': ['\udc00', { deep: '\0' }], __proto__: null, n: 1e300, flag: null };
    const index = await makeIndex([{ source: 'docs/odd \ud800 "name".md', texts, metadata }]);
    expect(await index.sync(store.address, { rowsPerRequest: 2 })).toEqual({
      ...none,
      new: 5,
      replacedCharacters: 5,
    });
    const text = JSON.stringify(index.rows())
      .replace(/\\\\u0000/g, 'kept')
      .replace(/\\u(?:0000|d83d|d800|dc00)/g, '\ufffd');
    const stored = JSON.stringify(await store.rows()).replace(/\\\\u0000/g, 'kept');
    expect(sorted(stored)).toEqual(sorted(text));
    expect(await index.sync(store.address)).toEqual({ ...none, unchanged: 5 });
  });
});

/** Stores may put the keys of metadata into another order, and sums are any. */
function sorted(text: string): unknown {
  return JSON.parse(text, (key, value) => (key === 'sum' ? undefined : value));
}
