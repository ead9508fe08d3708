// JSON of others may hold an object with a key `toString` where a text should be: `String` throws for it.
import { createServer } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { faultOf } from '../../src/doctor/raw-answer.js';
import { OllamaClient } from '../../src/embedders/ollama/client.js';
import { listModels, readVersion } from '../../src/embedders/ollama/model-info.js';
import { filterOf } from '../../src/search/filter.js';
import { asText } from '../../src/text/as-text.js';
import { listenOnOwnPort } from '../helpers/ports.js';

const noText = { toString: 1, valueOf: 1 };
let answers: { [path: string]: unknown } = {};
const server = createServer((request, response) => {
  const path = Object.keys(answers).find((one) => request.url?.includes(one));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(path === undefined ? {} : answers[path]));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test('it is an empty text', () => {
  expect([noText, [noText], null, 5, 'a', true].map(asText)).toEqual(['', '', 'null', '5', 'a', 'true']);
});

test.each(['page=1', 'page in 1,2', 'page>=1', 'page=', 'tags=a'])(
  '%s fits no row that holds it',
  (condition) => {
    const filter = filterOf({ where: [condition] });
    expect(filter.takesMetadata({ page: noText, tags: [noText, ['a']] })).toBe(false);
  },
);

test('a list of numbers in which it stands is told', () => {
  expect(faultOf([1, noText as unknown as number])).toBe('value 1 is ');
});

test('an Ollama that names itself and its models so is asked on', async () => {
  const port = await listenOnOwnPort(server);
  answers = { version: { version: noText }, tags: { models: [{ name: noText, digest: noText }] } };
  const client = new OllamaClient({ url: new URL(`http://127.0.0.1:${port}`) });
  try {
    expect(await readVersion(client)).toBe('');
    expect(await listModels(client)).toEqual([{ name: '', digest: '' }]);
  } finally {
    await client.close();
  }
});
