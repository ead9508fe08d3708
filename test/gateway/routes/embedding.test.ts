import { expect, test } from 'vitest';
import { floats, gateway, get, ollama, post, type Said } from '../gateways.js';

test('one text by GET and by POST, and lists', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url], model: 'all-minilm' });
  const asked = await get<Said>(`${url}/embedding?text=hello%20world`);
  expect(asked).toMatchObject({ model: 'all-minilm:latest', dimensions: 384, tokens: 4 });
  expect(Float32Array.from(asked.embedding)).toEqual(server.vectorOf('hello world'));
  const one = await post(`${url}/embedding`, { text: 'hello world', dimensions: 8, model: 'all-minilm' });
  expect(Float32Array.from(one.body.embedding)).toEqual(server.vectorOf('hello world', 8));
  const list = await post(`${url}/embedding`, { texts: ['a', 'b'], priority: 0 });
  expect(floats(list.body.embeddings)).toEqual([server.vectorOf('a'), server.vectorOf('b')]);
  expect((await post(`${url}/embedding`, { texts: [] })).body.embeddings).toEqual([]);
});

test('without a model, the best that the server has is used; nothing is cut unless that is asked for', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const long = 'word '.repeat(600);
  expect((await post(`${url}/embedding`, { text: 'a' })).body.model).toBe('all-minilm:latest');
  expect((await post(`${url}/embedding`, { text: long })).status).toBe(400);
  expect((await post(`${url}/embedding`, { text: long, truncate: true })).status).toBe(200);
  expect((await post(`${url}/embedding`, { text: 'a', model: 'nope' })).status).toBe(404);
});
