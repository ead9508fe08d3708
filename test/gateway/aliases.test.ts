// Other names for models in the lists by which clients find them.
import { expect, test } from 'vitest';
import { startOpenAi } from '../helpers/openai.js';
import { stopAfterTest } from '../helpers/running.js';
import { gateway, get, ollama } from './gateways.js';

const aliases = { 'text-embedding-3-small': 'all-minilm', nothing: 'not-there' };

interface Tags {
  models: { name: string; model: string; digest: string }[];
}
interface OpenAiModels {
  object: string;
  data: { id: string; object: string }[];
}

test('Ollama’s list and OpenAI’s have the name beside that of its model', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { aliases });
  const own = await get<Tags>(`${server.url}/api/tags`);
  const name = 'text-embedding-3-small:latest';
  expect(await get<Tags>(`${url}/api/tags`)).toEqual({
    models: [...own.models, { ...own.models[0], name, model: name }],
  });
  const { object, data } = await get<OpenAiModels>(`${server.url}/v1/models`);
  const added = { ...data[0], id: 'text-embedding-3-small' };
  expect(await get<OpenAiModels>(`${url}/v1/models`)).toEqual({ object, data: [...data, added] });
  expect(await get(`${url}/v1/models/text-embedding-3-small`)).toEqual(added);
  expect((await fetch(`${url}/v1/models/nothing`)).status).toBe(404);
  const head = await fetch(`${url}/api/tags`, { method: 'HEAD' });
  expect(await head.text()).toBe('');
});

test('a name of another model is listed once, as the model that it stands for', async () => {
  const [first, second] = [{ name: 'all-minilm:latest' }, { name: 'bge-m3:latest' }];
  const server = await ollama();
  const [model] = server.world.models;
  server.world.models = [
    { ...model!, ...first },
    { ...model!, ...second, digest: 'b'.repeat(64) },
  ];
  const { url } = await gateway({ ollamaUrl: [server.url] }, { aliases: { 'bge-m3': 'all-minilm' } });
  const { models } = await get<Tags>(`${url}/api/tags`);
  expect(models.map(({ name, digest }) => [name, digest])).toEqual([
    [first.name, model!.digest],
    [second.name, model!.digest],
  ]);
});

test('the built-in embedder and an OpenAI-compatible server list them, too', async () => {
  const alone = await gateway({ embedder: 'builtin' }, { aliases: { ada: 'builtin' } });
  const server = await startOpenAi();
  stopAfterTest(server);
  const { data } = await get<OpenAiModels>(`${server.url}/models`);
  const id = data[0]!.id;
  const front = await gateway({ embedder: 'openai', url: [server.url] }, { aliases: { ada: id } });
  for (const [url, model] of [
    [alone.url, 'universal-sentence-encoder-lite:latest'],
    [front.url, id],
  ] as const) {
    const { models } = await get<Tags>(`${url}/api/tags`);
    expect(models.map(({ name }) => name)).toEqual([model, 'ada:latest']);
    const listed = await get<OpenAiModels>(`${url}/v1/models`);
    expect(listed.data.map((one) => one.id)).toEqual([model, 'ada']);
    expect(await get(`${url}/v1/models/ada`)).toMatchObject({ id: 'ada', object: 'model' });
  }
});

test.each(['not JSON', '[]', '{"models":7}', '{"models":[null]}'])(
  'a server whose list is %s gives no list of names',
  async (body) => {
    const server = await ollama();
    const { url } = await gateway({ ollamaUrl: [server.url] }, { aliases });
    server.script({ kind: 'answer', path: '/api/tags', status: 200, body });
    const answer = await fetch(`${url}/api/tags`);
    const said = await answer.text();
    if (answer.status === 200) expect(JSON.parse(said)).toEqual(JSON.parse(body));
    else expect([answer.status, said]).toEqual([502, expect.stringContaining('is that an Ollama?')]);
  },
);
