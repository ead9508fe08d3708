// An Ollama and servers of OpenAI's API in one pool: the first gives the space, and the others join when their vectors agree.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Settings } from '../../src/config/settings.js';
import { ServiceError, UsageError, WrongVectorsError } from '../../src/errors.js';
import { openEmbedder } from '../../src/upstream/choose-embedder.js';
import type { OpenedEmbedder } from '../../src/upstream/options.js';
import { saidInto } from '../helpers/events.js';
import { eventually } from '../helpers/eventually.js';
import { allMiniLm, startOllama, type TestOllama } from '../helpers/ollama.js';
import { startOpenAi, type TestOpenAi } from '../helpers/openai.js';
import { settingsWith } from './settings.js';

let ollama: TestOllama;
/** A llama.cpp's server with the same model. */
let other: TestOpenAi;
let notices: string[];
let control: AbortController;
const opened: OpenedEmbedder[] = [];

beforeEach(async () => {
  ollama = await startOllama();
  const { world } = ollama;
  other = await startOpenAi({ seedOf: (text) => world.seedOf(world.models[0]!, text) });
  notices = [];
  control = new AbortController();
});
afterEach(async () => {
  vi.restoreAllMocks();
  control.abort(new Error('The test is over.'));
  for (const { embedder } of opened.splice(0)) await embedder.close();
  await ollama.stop();
  await other.stop();
});

async function open(settings: Partial<Settings> = {}): Promise<OpenedEmbedder> {
  const made = await openEmbedder({
    settings: settingsWith({
      ollamaUrl: [ollama.url, `openai+${other.url}`],
      model: 'all-minilm',
      maxRetries: 0,
      ...settings,
    }),
    signal: control.signal,
    events: saidInto(notices),
  });
  opened.push(made);
  return made;
}

let made = 0;
/** Embeds texts at once, and sees that each gets its own vector. */
async function embedSome({ embedder }: OpenedEmbedder, count = 12): Promise<void> {
  const texts = Array.from({ length: count }, () => `text number ${made++}`);
  const vectors = await Promise.all(texts.map((text) => embedder.embed([text])));
  expect(vectors).toEqual(texts.map((text) => [ollama.vectorOf(text)]));
}

/** Requests with texts of the test. */
const asked = () => other.batches().filter(([text]) => text?.startsWith('text number')).length;

function passTime(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

test('both work, the space is that of the Ollama, and the hosts are named', async () => {
  const pool = await open();
  expect(pool.measured.space).toMatchObject({ embedder: 'ollama', digest: allMiniLm.digest });
  expect(pool.embedder.identity).toMatchObject({ embedder: 'ollama', model: 'all-minilm:latest' });
  await embedSome(pool);
  expect(asked()).toBeGreaterThan(0);
  expect(pool.embedder.endpoints?.()).toMatchObject([{ url: ollama.url }, { url: other.url }]);
  expect(notices).toEqual([`Texts go to ${ollama.url}, ${other.url}, for "all-minilm".`]);
});

test('each gets its own key, and its own name for the model', async () => {
  Object.assign(other.world, { model: 'ggml-org/all-MiniLM-L6-v2' });
  await embedSome(
    await open({
      ollamaUrl: [ollama.url, `openai+${other.url}#weight=9&model=ggml-org/all-MiniLM-L6-v2`],
      ollamaApiKey: 'for-ollama',
      openaiApiKey: 'for-the-other',
    }),
  );
  const keys = (server: TestOllama | TestOpenAi) =>
    new Set(server.requests.map(({ headers }) => headers.authorization));
  expect(keys(ollama)).toEqual(new Set(['Bearer for-ollama']));
  expect(keys(other)).toEqual(new Set(['Bearer for-the-other']));
  const last = other.requests.findLast(({ texts }) => texts.length > 0)!;
  expect(last.body.model).toBe('ggml-org/all-MiniLM-L6-v2');
});

describe('it is refused', () => {
  test.each([
    ['with other vectors', { seedOf: undefined }, /gives other vectors than .*canary "[^"]+": cosine/],
    ['with other dimensions', { dimensions: 383 }, /gives other vectors than .*dimensions: 384, now 383/],
    [
      'with a smaller window',
      { window: 300 },
      /it takes 300 tokens a text, the first 512: .*--max-tokens 300/,
    ],
  ])('%s', async (_, world, why) => {
    Object.assign(other.world, world);
    const opening = open();
    await expect(opening).rejects.toThrow(WrongVectorsError);
    await expect(opening).rejects.toThrow(why);
  });

  test('with a smaller window not where both are told to take no more', async () => {
    Object.assign(other.world, { window: 300 });
    const pool = await open({ maxTokens: 300 });
    expect(pool.embedder.maxTokens).toBe(300);
    await embedSome(pool);
    expect(asked()).toBeGreaterThan(0);
  });

  test.each([
    [
      'as the first',
      () => [`openai+${other.url}`, ollama.url],
      UsageError,
      /first address gives the vector space/,
    ],
    ['without a scheme', () => [ollama.url, 'openai+127.0.0.1:9'], UsageError, /must start with http:\/\//],
    [
      'without the model',
      () => [ollama.url, `openai+${other.url}#model=nope`],
      ServiceError,
      /no model "nope"/,
    ],
  ] as const)('%s', async (_, ollamaUrl, kind, why) => {
    const opening = open({ ollamaUrl: ollamaUrl() });
    await expect(opening).rejects.toThrow(kind);
    await expect(opening).rejects.toThrow(why);
  });
});

test('what it says of its weights must stay as it was: else it is left out, and none of its vectors is used', async () => {
  const pool = await open();
  Object.assign(other.world, { ftype: 'Q8_0', seedOf: undefined });
  await embedSome(pool);
  expect(pool.embedder.endpoints?.().map(({ breaker }) => breaker)).toEqual(['closed', 'open']);
  const before = asked();
  await embedSome(pool);
  expect(asked()).toBe(before);
});

test('a run begins without it when it is down, and takes it in when its vectors agree', async () => {
  await other.die();
  const pool = await open();
  expect(notices).toContainEqual(expect.stringMatching(`^Going on without ${other.root} until it is back`));
  await other.revive();
  passTime(16_000);
  const goOn = async () => {
    await embedSome(pool, 4);
    return asked();
  };
  await eventually(goOn).toBeGreaterThan(0);
  expect(notices.at(-1)).toBe(`The server at ${other.url} is back and takes part.`);
});

test('alone it gives no space: an Ollama must be up at the start', async () => {
  await ollama.die();
  await expect(open()).rejects.toThrow(ServiceError);
  await expect(open()).rejects.toThrow(ollama.url);
  await ollama.revive();
});

test('a text that may be cut goes to the Ollama, which can be told to', async () => {
  const { embedder } = await open();
  const long = Array.from({ length: 9 }, (_, place) => `${place} ${'word '.repeat(600)}`);
  const before = ollama.stats.texts;
  await Promise.all(long.map((text) => embedder.embed([text], { truncate: true })));
  expect(ollama.stats.texts - before).toBe(9);
  expect(
    other
      .batches()
      .flat()
      .filter((text) => text.length > 2000),
  ).toEqual([]);
});
