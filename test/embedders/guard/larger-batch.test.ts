// Servers whose batches are wrong only above some number of tokens: the opening's batch of short texts doesn't show it.
import { afterEach, expect, test } from 'vitest';
import { measureServer } from '../../../src/embedders/guard/batch-check.js';
import { type SteadyEmbedder, withSpaceGuard } from '../../../src/embedders/guard/space-guard.js';
import { saidInto } from '../../helpers/events.js';
import { type Fault, faults, type TestOllama } from '../../helpers/ollama.js';
import { Servers } from '../servers.js';

const servers = new Servers();
afterEach(() => servers.stop());

const signal = new AbortController().signal;
const where = 'Ollama';
const batchSize = 64;

async function opened(server: TestOllama): Promise<{ embedder: SteadyEmbedder; said: string[] }> {
  const inner = await servers.open(server);
  const { losses } = inner;
  const { space, unlike, batchTokens } = await measureServer(inner, { where, batchSize, signal });
  expect(unlike).toBeUndefined();
  const said: string[] = [];
  const options = {
    batchSize,
    batchTokens: batchTokens!,
    events: saidInto(said),
  };
  return { embedder: withSpaceGuard(inner, inner, { space, losses }, options), said };
}

const words = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}${index}`).join(' ');
/** Texts that are unlike. */
const batch = (name: string, texts: number, wordsOfEach: number) =>
  Array.from({ length: texts }, (_, index) => words(`${name}${index}x`, wordsOfEach));
const lengthOf = (texts: readonly string[]) => texts.join('').length;

/** What batches of more than so many characters get. */
const wrongAbove = (characters: number, of: (vectors: readonly string[]) => string[]): Fault => ({
  ...faults.wrongBatches(of),
  when: (texts) => texts.length > 1 && lengthOf(texts) > characters,
});

test.each<[string, (vectors: readonly string[]) => string[]]>([
  ['the last text', (all) => [...all.slice(0, -1), all[0]!]],
  ['the order', (all) => all.toReversed()],
])('%s of a large batch: no such vector is handed on, and each text is sent alone', async (_, of) => {
  const server = await servers.start();
  server.script(wrongAbove(10_000, of));
  const { embedder, said } = await opened(server);
  const small = batch('small', 4, 10);
  expect(await embedder.embed(small)).toEqual(small.map((text) => server.vectorOf(text)));
  const large = batch('large', 8, 300);
  expect(lengthOf(large)).toBeGreaterThan(10_000);
  // Two at the same time: the second doesn't slip through while the first is tried.
  const outcomes = await Promise.allSettled([embedder.embed(large), embedder.embed(large.toReversed())]);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { meaning: 'unconfirmed' } });
  expect(said).toEqual([
    expect.stringMatching(/text 8 of 8 with \d+ tokens: cosine .*each text is sent alone/),
  ]);
  expect(await embedder.embed(large)).toEqual(large.map((text) => server.vectorOf(text)));
  expect(server.batches().slice(-8)).toEqual(large.map((text) => [text]));
});

test('a server that is well is asked for one text of each batch that is larger by half, in all places in turn', async () => {
  const server = await servers.start();
  const { embedder, said } = await opened(server);
  const before = server.stats.embeds;
  const sizes = [5, 100, 110, 100, 200, 400, 400];
  for (const size of sizes) {
    const texts = batch(`size${size}n`, 5, size);
    expect(await embedder.embed(texts)).toEqual(texts.map((text) => server.vectorOf(text)));
  }
  const alone = server
    .batches()
    .slice(before)
    .filter((texts) => texts.length === 1);
  const all = [100, 200, 400].map((size) => batch(`size${size}n`, 5, size));
  expect(alone).toEqual([[all[0]![4]], [all[1]![2]], [all[2]![0]]]);
  expect(server.stats.embeds - before).toBe(sizes.length + 3);
  expect(said).toEqual([]);
});

test('where no batches are sent, none is tried', async () => {
  const server = await servers.start();
  const inner = await servers.open(server);
  const { space } = await measureServer(inner, { where, batchSize: 1, signal });
  const embedder = withSpaceGuard(inner, inner, { space, losses: inner.losses });
  await embedder.embed(batch('large', 8, 300));
  expect(server.batches().at(-1)).toHaveLength(8);
});

test('what keeps the text from being compared is told of the batch', async () => {
  const server = await servers.start();
  const { embedder } = await opened(server);
  const large = batch('large', 8, 300);
  server.script({ ...faults.busy(), when: (texts) => texts.length === 1 });
  await expect(embedder.embed(large)).rejects.toMatchObject({ meaning: 'busy' });
  expect(await embedder.embed(large)).toEqual(large.map((text) => server.vectorOf(text)));
});
