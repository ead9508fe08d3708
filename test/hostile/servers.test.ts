// What a server says of its models, and of a pull: of any type and any size.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { OllamaClient } from '../../src/embedders/ollama/client.js';
import { openOllamaEmbedder } from '../../src/embedders/ollama/embedder.js';
import { listEmbeddingModels, readModel } from '../../src/embedders/ollama/model-info.js';
import { pullModel } from '../../src/embedders/ollama/pull-model.js';
import { ServiceError } from '../../src/errors.js';
import { noEvents } from '../../src/events.js';
import { httpClient, httpClients, over } from '../helpers/http-clients.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A server with one model, except for what is said here by path; `shown` counts questions for a model. */
async function server(said: { [path: string]: unknown }) {
  let shown = 0;
  const honest: { [path: string]: unknown } = {
    '/api/version': { version: '0.24.0' },
    '/api/tags': { models: [{ name: 'm:latest', digest: 'd' }] },
    '/api/show': { capabilities: ['embedding'], model_info: {} },
    ...said,
  };
  const http = createServer((request, response) => {
    if (request.url === '/api/show') shown++;
    const answer = honest[request.url!];
    request
      .resume()
      .once('end', () => response.end(typeof answer === 'string' ? answer : JSON.stringify(answer)));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const client = new OllamaClient({ url, httpClient: httpClient() });
  cleanUps.push(() => client.close());
  return { url, client, shown: () => shown };
}

const info = (fields: object) => ({
  '/api/show': { capabilities: ['embedding'], model_info: { 'general.architecture': 'bert', ...fields } },
});

describe.each(httpClients)('by %s', (client) => {
  over(client);

  test.each([1e300, 4294967296, 65_537, 1.5, -5, '16', null])(
    'a model of %s dimensions says nothing of them',
    async (value) => {
      const { client } = await server(info({ 'bert.embedding_length': value }));
      expect((await readModel(client, 'm')).dimensions).toBeUndefined();
    },
  );

  test('a first vector of more values than any model has is no answer', async () => {
    const { url } = await server({ '/api/embed': { embeddings: [Array(65_537).fill(1)] } });
    const opening = openOllamaEmbedder({ url, httpClient: httpClient(), model: 'm', batchTimeoutMs: 30_000 });
    await expect(opening).rejects.toThrow(/a vector of 65537 values/);
  });

  test.each([
    ['nine tokens of a million characters', Array(9).fill('x'.repeat(1_000_000))],
    ['one token of eight million', ['x'.repeat(8_000_000)]],
    ['tokens that are none', [{}, null]],
  ])('a vocabulary of %s is no answer', async (_, tokens) => {
    const vocabulary = { 'tokenizer.ggml.model': 'bert', 'tokenizer.ggml.tokens': tokens };
    const { client } = await server(info(vocabulary));
    await expect(readModel(client, 'm')).rejects.toThrow(/an impossible vocabulary/);
  });

  test('of a server with very many models, only some are asked, the likeliest first', async () => {
    const models = Array.from({ length: 50_000 }, (_, i) => ({ name: `m${i}:latest`, digest: 'd' }));
    models.push({ name: 'bge-m3:latest', digest: 'd' });
    const { url, shown } = await server({ '/api/tags': { models } });
    const names = await listEmbeddingModels(url, { httpClient: httpClient() });
    expect(names[0]).toBe('bge-m3:latest');
    expect(names).toHaveLength(256);
    expect(shown()).toBe(256);
  });

  test.each([
    'null',
    '5',
    '{"status":5}',
    '{"error":{"a":1}}',
    '{"status":"x","digest":["a"]}',
    '{"status":"x","digest":"a","total":"\\u001b[2J"}',
    '{"status":"x","digest":"a","total":1e999,"completed":1}',
  ])('a pull that says %s has failed, in words', async (line) => {
    const { url } = await server({ '/api/pull': `${line}\n` });
    const pull = pullModel(url, 'm', { events: noEvents });
    await expect(pull).rejects.toThrow(ServiceError);
    await expect(pull).rejects.toThrow(/can't pull "m" \(an unknown line/);
  });

  test.each([
    ['a million levels', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
    ['four million lists', `[${'[],'.repeat(4_000_000)}[]]`],
    ['a million keys', `{${Array.from({ length: 1_000_000 }, (_, i) => `"${i}":1`).join()}}`],
  ])('an answer of %s is not parsed', async (_, value) => {
    const { client } = await server({ '/api/show': `{"model_info":${value}}` });
    await expect(readModel(client, 'm')).rejects.toThrow(/gave no JSON/);
  });

  test('a vocabulary as large as any is', async () => {
    const many = <T>(value: (index: number) => T) =>
      Array.from({ length: 262_144 }, (_, index) => value(index));
    const fields = {
      'tokenizer.ggml.model': 'bert',
      'tokenizer.ggml.tokens': many((index) => `t{[${index}`),
      'tokenizer.ggml.scores': many(() => 0.5),
      'tokenizer.ggml.token_type': many(() => 1),
      'tokenizer.ggml.merges': many((index) => `a ${index}`),
    };
    const { client } = await server(info(fields));
    expect((await readModel(client, 'm')).architecture).toBe('bert');
  });
});
