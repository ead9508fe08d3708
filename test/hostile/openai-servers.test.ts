// What an OpenAI-compatible server says of itself and its models: of any type and any size.
import { afterEach, describe, expect, test } from 'vitest';
import { parseOpenAiAddress } from '../../src/embedders/openai/address.js';
import { openOpenAiEmbedder } from '../../src/embedders/openai/embedder.js';
import { httpClient, httpClients, over } from '../helpers/http-clients.js';
import { type OpenAiOptions, startOpenAi, type TestOpenAi } from '../helpers/openai.js';

let server: TestOpenAi;
afterEach(() => server.stop());

const always = Number.POSITIVE_INFINITY;

/** Opens a server that answers `path` with this. */
async function open(path: string, body: unknown, world: OpenAiOptions = {}, model?: string) {
  server = await startOpenAi(world);
  server.script({ kind: 'answer', status: 200, body, path, times: always });
  const address = parseOpenAiAddress(server.url);
  const embedder = await openOpenAiEmbedder({
    address,
    httpClient: httpClient(),
    model,
    batchTimeoutMs: 20_000,
  });
  try {
    const { maxTokens, release, weights, identity } = embedder;
    return {
      maxTokens,
      release,
      weights,
      model: identity.model,
      vectors: await embedder.embed(['one', 'two']),
    };
  } finally {
    await embedder.close();
  }
}

const listed = (fields: object) => ({ object: 'list', data: [{ id: 'all-minilm', ...fields }] });

describe.each(httpClients)('by %s', (client) => {
  over(client);

  describe('a list of models', () => {
    test.each<[string, unknown]>([
      ['numbers', { data: [1, 2] }],
      ['nothing', {}],
      ['a text', '"models"'],
      ['nested lists', { data: [[[]]] }],
      ['names that are none', { data: [{ id: 7 }, { id: '' }, { id: null }, { id: 'x'.repeat(5000) }] }],
    ])('of %s is no list of the model', async (_, body) => {
      await expect(open('/v1/models', body)).rejects.toThrow(/doesn't list its models|has no model/);
    });

    test('of thousands is told in a few words', async () => {
      const data = Array.from({ length: 20_000 }, (_, index) => ({ id: `${index} ${'x'.repeat(200)}` }));
      await expect(open('/v1/models', { data }, {}, 'nope')).rejects.toThrow(/and 19995 more\)/);
      await expect(open('/v1/models', { data }, {}, 'nope')).rejects.toThrow(/^.{1,800}$/);
    });

    test.each([1e300, 2 ** 53, -5, 0, 1.5, '512', null, [512]])(
      'with %j tokens says nothing of them',
      async (value) => {
        const found = await open(
          '/v1/models',
          listed({ owned_by: 'vllm', max_model_len: value }),
          { kind: 'ollama' },
          'all-minilm',
        );
        expect(found.maxTokens).toBe(512);
        expect(found.vectors).toEqual(['one', 'two'].map((text) => server.vectorOf(text)));
      },
    );

    test('with endless words on the weights is cut', async () => {
      const meta = { ftype: 'x'.repeat(100_000), size: { a: 1 } };
      const found = await open('/v1/models', listed({ owned_by: 'llamacpp', meta }));
      expect(found.weights).toBe(`ftype ${'x'.repeat(200)}`);
    });
  });

  describe('what TEI says', () => {
    test.each([
      [{ max_client_batch_size: 0 }],
      [{ max_client_batch_size: -1 }],
      [{ max_client_batch_size: 1e300 }],
      [{ version: 7, model_sha: {}, auto_truncate: 'yes' }],
    ])('%j is not believed', async (changes) => {
      const info = { model_id: 'all-minilm', max_input_length: 512, ...changes };
      const found = await open('/info', info, { kind: 'tei' });
      expect(found.vectors).toEqual(['one', 'two'].map((text) => server.vectorOf(text)));
    });

    test('a window that no text could fill is tried as far as that goes', async () => {
      const info = { model_id: 'all-minilm', max_input_length: 9_000_000 };
      const found = await open('/info', info, { kind: 'tei' });
      expect(found.maxTokens).toBe(512);
      expect(
        Math.max(
          ...server
            .batches()
            .flat()
            .map((text) => text.length),
        ),
      ).toBeLessThan(400_000);
    });
  });

  test('a first vector of more values than any model has, or of none, is no answer', async () => {
    const answer = (embedding: unknown) => ({ data: [{ index: 0, embedding }] });
    await expect(open('/v1/embeddings', answer(Array(65_537).fill(1)))).rejects.toThrow(
      /a vector of 65537 values/,
    );
    await expect(open('/v1/embeddings', answer([]))).rejects.toThrow(/a vector of 0 values/);
  });

  test('a server that tells every length to be right is taken for the largest that was tried', async () => {
    const found = await open('/nowhere', {}, { kind: 'plain', window: 1_000_000 }, 'x');
    expect(found.maxTokens).toBe(8192);
  });
});
