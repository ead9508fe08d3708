// The clients that people have, unchanged but for the address.
import { Ollama } from 'ollama';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';
import { expect, test } from 'vitest';
import { gateway, ollama } from './gateways.js';

const texts = ['hello world', 'naïve café', 'three'];

test('the ollama package', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const client = new Ollama({ host: url });
  const { embeddings, model } = await client.embed({ model: 'all-minilm', input: texts });
  expect(model).toBe('all-minilm');
  expect(embeddings.map((row) => Float32Array.from(row))).toEqual(texts.map((text) => server.vectorOf(text)));
  const { models } = await client.list();
  expect(models.map(({ name }) => name)).toEqual(['all-minilm:latest']);
  expect((await client.show({ model: 'all-minilm' })).capabilities).toEqual(['embedding']);
  expect((await client.ps()).models).toHaveLength(1);
  const { embedding } = await client.embeddings({ model: 'all-minilm', prompt: 'three' });
  expect(Float32Array.from(embedding)).toEqual(server.vectorOf('three'));
  await expect(client.embed({ model: 'nope', input: 'x' })).rejects.toThrow(
    'model "nope" not found, try pulling it first',
  );
  const lines: string[] = [];
  await expect(async () => {
    for await (const { status } of await client.pull({ model: 'nope', stream: true })) lines.push(status);
  }).rejects.toThrow(/pull model manifest/);
  expect(lines).toEqual(['pulling manifest']);
});

test('the openai package', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { token: 'sesame' });
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sesame', maxRetries: 0 });
  // It asks for base64, and decodes it.
  const { data, usage } = await client.embeddings.create({ model: 'all-minilm', input: texts });
  expect(data.map(({ embedding }) => Float32Array.from(embedding))).toEqual(
    texts.map((text) => server.vectorOf(text)),
  );
  expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(usage.total_tokens).toBe(usage.prompt_tokens);
  const short = await client.embeddings.create({
    model: 'all-minilm',
    input: 'three',
    dimensions: 8,
    encoding_format: 'float',
  });
  expect(Float32Array.from(short.data[0]!.embedding)).toEqual(server.vectorOf('three', 8));
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['all-minilm:latest']);
  await expect(client.embeddings.create({ model: 'nope', input: 'x' })).rejects.toThrow(NotFoundError);
  for (const input of [
    [1, 2, 3],
    [[1, 2], [3]],
  ]) {
    const asked = client.embeddings.create({ model: 'all-minilm', input: input as number[] });
    await expect(asked).rejects.toThrow(BadRequestError);
    await expect(asked).rejects.toThrow(/lists of tokens are not supported/);
  }
  const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'open', maxRetries: 0 });
  await expect(stranger.models.list()).rejects.toThrow(OpenAI.AuthenticationError);
});
