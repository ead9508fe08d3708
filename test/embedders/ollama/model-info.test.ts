import { describe, expect, test } from 'vitest';
import { withClient } from '../../../src/embedders/ollama/client.js';
import { hasModel, listEmbeddingModels, readDigest } from '../../../src/embedders/ollama/model-info.js';
import { ServiceError } from '../../../src/errors.js';
import { allMiniLm, startOllama } from '../../helpers/ollama.js';

const named = (name: string, capabilities = ['embedding']) => ({ ...allMiniLm, name, capabilities });

describe('listEmbeddingModels', () => {
  test('puts the preferred families first, and leaves out what can not embed', async () => {
    const models = [
      named('zeta-embed:latest'),
      named('llama3:latest', ['completion']),
      named('all-minilm:latest'),
      named('someone/mxbai-embed-large:f16'),
      named('alpha-embed:latest'),
      named('nomic-embed-text:v1.5'),
      named('bge-m3:latest'),
    ];
    await using server = await startOllama({ version: '0.32.15', models });
    expect(await listEmbeddingModels(new URL(server.url))).toEqual([
      'bge-m3:latest',
      'nomic-embed-text:v1.5',
      'someone/mxbai-embed-large:f16',
      'all-minilm:latest',
      'alpha-embed:latest',
      'zeta-embed:latest',
    ]);
    expect(server.stats.embeds).toBe(0);
  });

  test('knows the preferred families on servers that list no capabilities', async () => {
    const models = [named('llama2:latest'), named('all-minilm:latest')];
    await using server = await startOllama({ models });
    server.script({
      kind: 'answer',
      status: 200,
      body: '{"model_info":{}}',
      path: '/api/show',
      times: Number.POSITIVE_INFINITY,
    });
    expect(await listEmbeddingModels(new URL(server.url))).toEqual(['all-minilm:latest']);
  });

  test('is a ServiceError where no server answers, in time or at all', async () => {
    await using server = await startOllama();
    const url = new URL(server.url);
    server.script({ kind: 'hang', path: '/api/tags' });
    await expect(listEmbeddingModels(url, { timeoutMs: 30 })).rejects.toThrow(ServiceError);
    await server.die();
    await expect(listEmbeddingModels(url)).rejects.toThrow(ServiceError);
  });
});

describe('readDigest', () => {
  const { digest } = allMiniLm;

  test.each([`sha256:${digest}`, digest.toUpperCase(), `SHA256:${digest.toUpperCase()}`])(
    'takes %s for the same weights',
    async (written) => {
      await using server = await startOllama({ models: [{ ...allMiniLm, digest: written }] });
      const read = await withClient({ url: new URL(server.url) }, (client) =>
        readDigest(client, 'all-minilm'),
      );
      expect(read).toBe(digest);
    },
  );
});

describe('hasModel', () => {
  test('compares names as Ollama does', async () => {
    await using server = await startOllama();
    const url = new URL(server.url);
    expect(await hasModel(url, 'all-minilm')).toBe(true);
    expect(await hasModel(url, 'all-minilm:33m')).toBe(false);
    expect(await hasModel(url, 'someone/all-minilm')).toBe(false);
  });
});
