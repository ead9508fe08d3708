// Servers whose vectors can't stand side by side, and such as can't be right: no vector goes out.
import { expect, test } from 'vitest';
import { faults } from '../helpers/ollama.js';
import { gateway, ollama } from './gateways.js';

const body = { model: 'all-minilm', input: ['one', 'two'] };
const requests: [path: string, body: object][] = [
  ['/api/embed', body],
  ['/v1/embeddings', body],
  ['/embedding', { model: 'all-minilm', texts: ['one'] }],
];

const post = (url: string, json: object) => fetch(url, { method: 'POST', body: JSON.stringify(json) });

test.each(requests)('%s in front of unlike servers is 503 with the reason', async (path, json) => {
  const [a, b] = [await ollama(), await ollama()];
  b.world.models[0]!.salt = 'other';
  const { url } = await gateway({ ollamaUrl: [a.url, b.url] });
  const answer = await post(url + path, json);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('gives other vectors than the one at');
});

test.each(requests)('%s in front of one vector for all texts is 503 with the reason', async (path, json) => {
  const server = await ollama();
  server.script(faults.oneVector());
  const { url } = await gateway({ ollamaUrl: [server.url] });
  const answer = await post(url + path, json);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('unlike texts one and the same vector');
});
