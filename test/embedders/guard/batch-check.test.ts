import { afterEach, describe, expect, test } from 'vitest';
import {
  compareBatch,
  measureAlone,
  measureServer,
  withSingles,
} from '../../../src/embedders/guard/batch-check.js';
import { canaryTexts } from '../../../src/embedders/guard/canaries.js';
import { EmbedderFault, WrongVectorsError } from '../../../src/errors.js';
import type { Embedder } from '../../../src/types/embedder.js';
import { allMiniLm, faults, type TestOllama } from '../../helpers/ollama.js';
import { openingRequests } from '../../helpers/opening.js';
import { Servers } from '../servers.js';

const servers = new Servers();
const { signal } = new AbortController();
afterEach(() => servers.stop());

async function open(): Promise<{ server: TestOllama; embedder: Embedder }> {
  const server = await servers.start();
  return { server, embedder: await servers.open(server) };
}

const measure = (embedder: Embedder, batchSize = 32) =>
  measureServer(embedder, { where: 'The server', batchSize, signal });

const other = (vectors: readonly string[], place: number) => vectors[(place + 3) % vectors.length]!;

describe('a server that is right', () => {
  test('is asked for each canary alone and for one batch of the size', async () => {
    const { server, embedder } = await open();
    const { space, unlike } = await measure(embedder, 20);
    expect(unlike).toBeUndefined();
    expect(space.canaries).toEqual(canaryTexts.map(({ text }) => server.vectorOf(text)));
    expect(server.batches().map((batch) => batch.length)).toEqual([1, 1, 1, 1, 1, 1, 20]);
    const batch = server.batches().at(-1)!;
    expect(batch).toEqual(expect.arrayContaining(canaryTexts.map(({ text }) => text)));
    // Seven words in two places each; no text beside its like.
    expect(new Set(batch).size).toBe(13);
    expect(batch.filter((text, at) => text === batch[at + 1])).toEqual([]);
  });

  test('is asked for no batch where none will be sent', async () => {
    const { server, embedder } = await open();
    expect((await measure(embedder, 1)).unlike).toBeUndefined();
    expect(server.batches()).toHaveLength(openingRequests - 1);
  });
});

/** What was reported of real servers, and their siblings. */
const wrong: [string, (vectors: readonly string[]) => string[]][] = [
  ['wrong from the 8th text on', (all) => all.map((own, at) => (at >= 7 ? other(all, at) : own))],
  ['wrong in the first text only', (all) => all.map((own, at) => (at === 0 ? other(all, at) : own))],
  ['wrong in the last text only', (all) => all.map((own, at) => (at === all.length - 1 ? all[0]! : own))],
  ['wrong above 16 texts', (all) => all.map((own, at) => (at >= 16 ? all[at % 16]! : own))],
  [
    'wrong in a batch above 16 texts',
    (all) => (all.length > 16 ? all.map((_, at) => other(all, at)) : [...all]),
  ],
  ['wrong in the middle', (all) => all.map((own, at) => (at > 8 && at < 24 ? other(all, at) : own))],
  ['in reversed order', (all) => all.toReversed()],
  ['moved on by one', (all) => all.map((_, at) => all[(at + 1) % all.length]!)],
  ['in swapped pairs', (all) => all.map((_, at) => all[at ^ 1] ?? all[at]!)],
  ['the same for all texts', (all) => all.map(() => all[0]!)],
  ['too few', (all) => all.slice(1)],
];

describe.each([16, 32, 64])('a batch of %i', (batchSize) => {
  test.each(wrong)('whose vectors are %s is found out', async (name, of) => {
    if (batchSize === 16 && name.includes('above 16')) return;
    const { server, embedder } = await open();
    server.script(faults.wrongBatches(of));
    const { space, unlike } = await measure(embedder, batchSize);
    expect(unlike).toMatch(/^(text \d+ of|a batch of) \d+: /);
    // What singles say counts.
    expect(space.canaries).toEqual(canaryTexts.map(({ text }) => server.vectorOf(text)));
  });
});

type Of = (vectors: readonly string[]) => string[];

/** What a batch is found out for, for one way of being wrong after the other. */
async function unlikeFor(batchSize: number, ways: readonly Of[]): Promise<(string | undefined)[]> {
  const server = await servers.start({ models: [{ ...allMiniLm, dimensions: 16 }] });
  const embedder = await servers.open(server);
  const { space } = await measureAlone(embedder, signal);
  let of: Of;
  server.script(faults.wrongBatches((all) => of(all)));
  const found: (string | undefined)[] = [];
  for (const way of ways) {
    of = way;
    found.push((await compareBatch(embedder, space, batchSize, signal)).unlike);
  }
  return found;
}

describe.each([7, 9, 32, 64])('a batch of %i', (batchSize) => {
  const places = Array.from({ length: batchSize }, (_, at) => at);
  const known = [expect.stringMatching(/^text \d+ of/)];

  test('is found out that is wrong in any one place, which is named', async () => {
    const ways = places.map(
      (at): Of =>
        (all) =>
          all.with(at, all.at(at - 1)!),
    );
    const said = places.map((at) => expect.stringMatching(new RegExp(`^text ${at + 1} of ${batchSize}: `)));
    expect(await unlikeFor(batchSize, ways)).toEqual(said);
  });

  test('is found out where any two neighbours are swapped', async () => {
    const ways = places.slice(1).map(
      (at): Of =>
        (all) =>
          all.with(at, all[at - 1]!).with(at - 1, all[at]!),
    );
    expect(await unlikeFor(batchSize, ways)).toEqual(ways.flatMap(() => known));
  });

  test.skipIf(batchSize < 32)(
    'is found out where the same is wrong with each so many, wherever that begins',
    async () => {
      const mirrored = (vector: string) => JSON.stringify((JSON.parse(vector) as number[]).reverse());
      const ways = [2, 3, 4, 5, 7, 8, 16].flatMap((period) =>
        places.slice(0, period).map(
          (start): Of =>
            (all) =>
              all.map((own, at) => (at % period === start ? mirrored(own) : own)),
        ),
      );
      expect(await unlikeFor(batchSize, ways)).toEqual(ways.flatMap(() => known));
    },
  );
});

test('a server that fails whatever it is sent is not blamed for its batches', async () => {
  const { server, embedder } = await open();
  const { space } = await measureAlone(embedder, signal);
  server.script(faults.busy());
  await expect(compareBatch(embedder, space, 32, signal)).rejects.toThrow(EmbedderFault);
});

describe('one vector for all', () => {
  test('is an error in words', async () => {
    const { server, embedder } = await open();
    server.script(faults.oneVector());
    await expect(measure(embedder)).rejects.toThrow(WrongVectorsError);
    await expect(measure(embedder)).rejects.toThrow(
      /^The server gives unlike texts one and the same vector \("plain English" and "naïve café"\) with "all-minilm/,
    );
  });

  test('is one where only two unlike canaries share it', async () => {
    const { server, embedder } = await open();
    const [first] = canaryTexts;
    const long = canaryTexts.at(-1)!;
    const shared = JSON.stringify(Array.from(server.vectorOf(first!.text)));
    server.script({ kind: 'vectors', of: () => [shared], when: (texts) => texts[0] === long.text });
    await expect(measure(embedder)).rejects.toThrow(/"plain English" and "a long text"/);
  });

  test('of letters that a model may not know is none', async () => {
    const { server, embedder } = await open();
    const strange = canaryTexts.filter(({ name }) => name === 'Ελληνικά' || name === '日本語');
    const shared = JSON.stringify(Array.from(server.vectorOf('unknown')));
    const of = (vectors: readonly string[]) => vectors.map(() => shared);
    const isStrange = (texts: readonly string[]) => strange.some(({ text }) => text === texts[0]);
    server.script({ kind: 'vectors', of, when: isStrange, times: 2 });
    await expect(measure(embedder, 1)).resolves.toMatchObject({ space: { model: 'all-minilm:latest' } });
  });
});

test('withSingles sends each text alone, and answers in order', async () => {
  const { server, embedder } = await open();
  server.script(faults.wrongBatches((all) => all.toReversed()));
  const texts = ['one', 'two', 'three'];
  expect(await withSingles(embedder).embed(texts)).toEqual(texts.map((text) => server.vectorOf(text)));
  expect(server.batches()).toEqual([['one'], ['two'], ['three']]);
});
