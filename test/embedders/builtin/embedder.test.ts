import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collapseWhiteSpace } from '../../../src/embedders/builtin/tokenizer.js';
import type { Embedder } from '../../../src/types/embedder.js';
import type { Vector } from '../../../src/types/vector.js';
import { openBuiltinEmbedder } from './built.js';
import { packageVectors } from './package-model.js';
import { cosine, longText, questions, shortTexts } from './texts.js';

const bytes = (vectors: readonly Vector[]) => vectors.map((vector) => Buffer.from(vector).toString('hex'));

let embedder: Embedder;
beforeAll(async () => {
  embedder = await openBuiltinEmbedder({ threads: 2, engine: 'onnx' });
});
afterAll(() => embedder.close());

describe('the built-in embedder', () => {
  test('says what it is', () => {
    expect(embedder.identity).toEqual({
      embedder: 'builtin',
      variant: 'onnx-int8',
      model: 'universal-sentence-encoder-lite',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      dimensions: 512,
      options: {},
      prefixes: { document: '', query: '' },
    });
    expect(embedder.maxTokens).toBe(128);
    expect(embedder.defaultChunkTokens).toBeLessThanOrEqual(embedder.maxTokens);
    expect(embedder.counter.id).toMatch(/^unigram\/1:[0-9a-f]{12}$/);
  });

  test('gives the vectors of the original package', async () => {
    const texts = [...shortTexts, ...questions.slice(0, 12).map(({ passage }) => passage)];
    const originals = await packageVectors(texts.map(collapseWhiteSpace));
    const vectors = await embedder.embed(texts);
    expect(vectors).toHaveLength(texts.length);
    vectors.forEach((vector, i) => {
      expect(vector).toBeInstanceOf(Float32Array);
      expect(vector.byteLength).toBe(vector.buffer.byteLength);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
      expect(cosine(vector, originals[i]!), texts[i]).toBeGreaterThanOrEqual(0.999);
    });
  });

  test('finds the passages that answer the questions', async () => {
    const passages = await embedder.embed(questions.map(({ passage }) => passage));
    const asked = await embedder.embed(questions.map(({ question }) => question));
    const ranks = asked.map((vector, i) => {
      const own = cosine(vector, passages[i]!);
      return passages.filter((passage) => cosine(vector, passage) > own).length;
    });
    expect(ranks.filter((rank) => rank < 3)).toHaveLength(questions.length);
    expect(ranks.filter((rank) => rank === 0).length).toBeGreaterThanOrEqual(25);
  });

  test('gives the same bits whatever the threads and the batch', async () => {
    const texts = [...shortTexts, longText, ...questions.map(({ passage }) => passage)];
    const together = bytes(await embedder.embed(texts));
    const alone = await openBuiltinEmbedder({ threads: 1, engine: 'onnx' });
    try {
      const single: string[] = [];
      for (const text of texts) single.push(...bytes(await alone.embed([text])));
      expect(together).toEqual(single);
      const calls = await Promise.all(texts.map((text) => embedder.embed([text])));
      expect(bytes(calls.flat())).toEqual(single);
      expect(bytes(await alone.embed(texts.toReversed()))).toEqual(single.toReversed());
    } finally {
      await alone.close();
    }
  });

  test('treats all white space alike', async () => {
    const [plain, spaced] = await embedder.embed(['two words', '\n two\t\r\n  words\u00a0']);
    expect(spaced).toEqual(plain);
  });

  test('embeds what is longer than the window as a whole', async () => {
    expect(embedder.counter.count(longText)).toBeGreaterThan(3 * 128);
    const [whole, begin, end] = await embedder.embed([
      longText,
      longText.slice(0, 300),
      longText.slice(-300),
    ]);
    expect(Math.hypot(...whole!)).toBeCloseTo(1, 6);
    // The package alone sees the beginning only.
    expect(cosine(whole!, begin!)).toBeGreaterThan(0.4);
    expect(cosine(whole!, end!)).toBeGreaterThan(0.4);
    const [tail] = await embedder.embed([`${longText} Something else stands at the very end.`]);
    expect(tail).not.toEqual(whole);
  });

  test('takes the first window alone of a text that shall be cut', async () => {
    const [cut, whole, longer] = [
      await embedder.embed([longText], { truncate: true }),
      await embedder.embed([longText]),
      await embedder.embed([`${longText} Something else stands at the very end.`], { truncate: true }),
    ];
    expect(cut).toEqual(longer);
    expect(cut).not.toEqual(whole);
    expect(await embedder.embed(['short'], { truncate: true })).toEqual(await embedder.embed(['short']));
  });

  test('cuts vectors to the dimensions that are asked for, and normalises them again', async () => {
    const [whole] = await embedder.embed(['some words']);
    const [cut] = await embedder.embed(['some words'], { dimensions: 100 });
    expect(cut).toHaveLength(100);
    expect(Math.hypot(...cut!)).toBeCloseTo(1, 6);
    expect(cosine(cut!, whole!.slice(0, 100))).toBeCloseTo(1, 5);
    expect(await embedder.embed(['some words'], { dimensions: 9999 })).toEqual([whole]);
  });

  test('gives a vector for a text of unknown characters, even of broken ones', async () => {
    for (const vector of await embedder.embed(['語語', '\ud800', '\u0000', '🎉'.repeat(500)])) {
      expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
    }
  });

  test('refuses a blank text and goes on', async () => {
    await expect(embedder.embed(['fine', ' \n'])).rejects.toMatchObject({ meaning: 'bad-input' });
    expect(await embedder.embed(['fine'])).toHaveLength(1);
  });
});

describe('the WebAssembly engine', () => {
  test('gives nearly the same vectors under another variant', async () => {
    const fallback = await openBuiltinEmbedder({ threads: 1, engine: 'wasm' });
    try {
      expect(fallback.identity).toEqual({ ...embedder.identity, variant: 'wasm-fp32' });
      expect(fallback.counter.id).toBe(embedder.counter.id);
      const texts = [...shortTexts.slice(0, 8), longText.slice(0, 1000)];
      const slow = await fallback.embed(texts);
      const fast = await embedder.embed(texts);
      slow.forEach((vector, i) => {
        expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
        expect(cosine(vector, fast[i]!), texts[i]).toBeGreaterThanOrEqual(0.999);
      });
      expect(await fallback.embed([texts[3]!])).toEqual([slow[3]]);
    } finally {
      await fallback.close();
    }
  });
});
