// One server as an embedder: what it is asked, what becomes of its answers, and that no text is cut silently.
import { afterEach, describe, expect, test } from 'vitest';
import { parseOpenAiAddress } from '../../../src/embedders/openai/address.js';
import { type OpenAiEmbedderOptions, openOpenAiEmbedder } from '../../../src/embedders/openai/embedder.js';
import type { ServerEmbedder } from '../../../src/embedders/pool/member.js';
import { type OpenAiOptions, startOpenAi, type TestOpenAi } from '../../helpers/openai.js';

let server: TestOpenAi;
const opened: ServerEmbedder[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await server.stop();
});

async function open(
  world: OpenAiOptions = {},
  options: Partial<OpenAiEmbedderOptions> = {},
): Promise<ServerEmbedder> {
  server = await startOpenAi(world);
  const address = parseOpenAiAddress(server.url);
  const embedder = await openOpenAiEmbedder({
    address,
    model: 'all-minilm',
    batchTimeoutMs: 20_000,
    ...options,
  });
  opened.push(embedder);
  server.requests.length = 0;
  return embedder;
}

const words = (count: number, word = 'word') => Array.from({ length: count }, () => word).join(' ');
const bodies = () => server.requests.filter(({ path }) => path === '/v1/embeddings').map(({ body }) => body);

describe('answers', () => {
  test.each(['sent', 'ignored', 'refused', 'big-endian'] as const)('base64 that is %s', async (base64) => {
    const embedder = await open({ base64 });
    const texts = ['one', 'two', 'three'];
    expect(await embedder.embed(texts)).toEqual(texts.map((text) => server.vectorOf(text)));
    const formats = { sent: 'base64', ignored: 'base64', refused: undefined, 'big-endian': 'float' };
    expect(bodies()).toEqual([expect.objectContaining({ input: texts, model: 'all-minilm' })]);
    expect(bodies()[0]!.encoding_format).toBe(formats[base64]);
  });

  test('in any order go to their texts', async () => {
    const embedder = await open();
    server.script({ kind: 'edit', of: (body) => ({ ...body, data: body.data.toReversed() }) });
    expect(await embedder.embed(['a', 'b', 'c'])).toEqual(
      ['a', 'b', 'c'].map((text) => server.vectorOf(text)),
    );
  });

  test.each([
    ['a vector less', (list: unknown[]) => list.slice(1), 'bad-answer'],
    ['one vector twice', (list: unknown[]) => [list[0], list[0]], 'bad-answer'],
    [
      'zeros',
      (list: unknown[]) => list.map((one) => ({ ...(one as object), embedding: Array(384).fill(0) })),
      'bad-answer',
    ],
    [
      'other dimensions',
      (list: unknown[]) => list.map((one) => ({ ...(one as object), embedding: [1, 2] })),
      'bad-answer',
    ],
  ])('%s is a fault', async (_, change, meaning) => {
    const embedder = await open();
    server.script({ kind: 'edit', of: (body) => ({ ...body, data: change(body.data) }) });
    await expect(embedder.embed(['a', 'b'])).rejects.toMatchObject({ meaning });
  });

  test.each([true, false])('dimensions, heeded by the server: %s', async (heedsDimensions) => {
    const embedder = await open({ heedsDimensions }, { dimensions: 64 });
    const [vector] = await embedder.embed(['one']);
    const whole = server.vectorOf('one').slice(0, 64);
    const norm = Math.hypot(...whole);
    expect(embedder.identity.dimensions).toBe(64);
    expect(Array.from(vector!)).toEqual(Array.from(whole, (value) => expect.closeTo(value / norm, 6)));
    expect(bodies()[0]!.dimensions).toBe(heedsDimensions ? 64 : undefined);
    const [shorter] = await embedder.embed(['one'], { dimensions: 8 });
    expect(shorter).toHaveLength(8);
  });

  test('more dimensions than the model has are told', async () => {
    await expect(open({}, { dimensions: 500 })).rejects.toThrow(/--dimensions 500 .* use 384 or fewer/);
  });
});

describe('the model', () => {
  test('is the only one where none is asked for; its name in the space is that of the settings', async () => {
    const embedder = await open({ model: 'org/model' }, { model: undefined });
    expect(embedder.identity).toMatchObject({
      embedder: 'openai',
      model: 'org/model',
      digest: '',
      dimensions: 384,
    });
  });

  test('that the server lacks is told, with those that it has; no text is sent', async () => {
    await expect(open({}, { model: 'nope' })).rejects.toThrow(/has no model "nope" \(it has all-minilm\)/);
    expect(server.batches()).toEqual([]);
  });

  test('may have another name on one server', async () => {
    server = await startOpenAi({ model: '/models/minilm.gguf' });
    const address = parseOpenAiAddress(`${server.url}#model=/models/minilm.gguf`);
    const embedder = await openOpenAiEmbedder({ address, model: 'all-minilm', batchTimeoutMs: 20_000 });
    opened.push(embedder);
    expect(embedder.identity.model).toBe('all-minilm');
    await embedder.embed(['one']);
    expect(bodies().at(-1)!.model).toBe('/models/minilm.gguf');
  });

  test.each(['llama-server', 'vllm', 'tei'] as const)('of %s: other weights show', async (kind) => {
    const embedder = await open({ kind });
    const { signal } = new AbortController();
    expect(embedder.weights).not.toBe('');
    expect(await embedder.digest(signal)).toBe(embedder.weights);
    Object.assign(server.world, { window: 100, ftype: 'Q8_0', size: 24_000_000 });
    expect(await embedder.digest(signal)).not.toBe(embedder.weights);
    expect(await embedder.digest(signal)).toContain('Q8_0');
    server.world.model = 'another';
    expect(await embedder.digest(signal)).toBeUndefined();
  });

  test('of a server that says nothing of its weights costs no question', async () => {
    const embedder = await open({ kind: 'ollama' });
    expect(await embedder.digest(new AbortController().signal)).toBe('');
    expect(server.requests).toEqual([]);
  });

  test('a wrong key is told, and not repeated', async () => {
    const opening = open({ apiKey: 's3cret' }, { apiKey: 'wr0ng' });
    await expect(opening).rejects.toThrow(/401 .*OPENAI_API_KEY/);
    await expect(opening).rejects.not.toThrow(/wr0ng/);
    await server.stop();
    const embedder = await open({ apiKey: 's3cret' }, { apiKey: 's3cret' });
    expect(await embedder.embed(['one'])).toEqual([server.vectorOf('one')]);
  });
});

describe('a text that is too long', () => {
  test.each(['llama-server', 'vllm', 'tei'] as const)(
    'is refused by %s, and not tried out before',
    async (kind) => {
      const embedder = await open({ kind });
      expect(embedder.maxTokens).toBe(512);
      await expect(embedder.embed(['one', words(600)])).rejects.toMatchObject({ meaning: 'too-long' });
      expect(bodies()).toHaveLength(1);
    },
  );

  test.each([
    [512, 'seen'],
    [128, 'seen'],
    [2048, 'seen'],
    [512, 'all'],
    [512, 'none'],
  ] as const)(
    'is found to be cut after %i tokens where %s are counted, and never cut',
    async (window, usage) => {
      const embedder = await open({ kind: 'ollama', window, usage });
      expect(embedder.maxTokens).toBe(usage === 'seen' ? window : 256);
      const [short, long] = [words(40), words(window * 2)];
      expect(await embedder.embed([short, 'one'])).toEqual([server.vectorOf(short), server.vectorOf('one')]);
      await expect(embedder.embed([short, long])).rejects.toMatchObject({ meaning: 'too-long' });
      await expect(embedder.embed([long])).rejects.toThrow(/--chunk-size/);
    },
  );

  test('one that may be too long and is not is sent alone, and counts', async () => {
    const embedder = await open({ kind: 'ollama' });
    const texts = ['one', words(400), 'two'];
    expect(await embedder.embed(texts)).toEqual(texts.map((text) => server.vectorOf(text)));
    expect(server.batches()).toEqual([[texts[1]], ['one', 'two']]);
  });

  test('TEI that cuts counts itself, and takes no more texts than it says', async () => {
    const embedder = await open({ kind: 'tei', tooLong: 'cut', maxTexts: 4 });
    const texts = [words(400), ...Array.from({ length: 9 }, (_, index) => `text ${index}`)];
    expect(await embedder.embed(texts)).toEqual(texts.map((text) => server.vectorOf(text)));
    expect(server.batches().map((batch) => batch.length)).toEqual([4, 4, 2]);
    server.requests.length = 0;
    await expect(embedder.embed([words(600)])).rejects.toThrow(/602 tokens by its own count/);
    expect(server.batches()).toEqual([]);
  });

  test('a limit of the user is held to what the server takes', async () => {
    const embedder = await open({ kind: 'ollama' }, { maxTokens: 256 });
    expect([embedder.maxTokens, embedder.identity.options]).toEqual([256, { maxTokens: 256 }]);
    await server.stop();
    await expect(open({ kind: 'ollama' }, { maxTokens: 8192 })).rejects.toThrow(
      /takes 512 tokens a text, as tried out, not 8192/,
    );
    await server.stop();
    await expect(open({}, { maxTokens: 8192 })).rejects.toThrow(
      /takes 512 tokens a text: set maxTokens to 512/,
    );
  });

  test('a window that refuses without a number is taken for the last that was right', async () => {
    server = await startOpenAi({ kind: 'plain', tooLong: 'refused', window: 1000 });
    server.script({
      kind: 'answer',
      status: 400,
      body: { error: { message: 'input exceeds the model context length' } },
      when: (texts) => texts.some((text) => text.split(' ').length > 998),
      times: Number.POSITIVE_INFINITY,
    });
    const address = parseOpenAiAddress(server.url);
    const embedder = await openOpenAiEmbedder({ address, model: 'x', batchTimeoutMs: 20_000 });
    opened.push(embedder);
    expect(embedder.maxTokens).toBe(512);
  });
});
