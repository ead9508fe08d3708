// What was asked of real Ollama servers is asked of the gateway in front of one: case by case, it must
// answer as they did.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../../src/gateway/gateway.js';
import { ollamaVersions, recordedCases } from '../helpers/ollama/contract.js';
import { expectAsRecorded } from '../helpers/ollama/shape.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { settingsWith } from './gateways.js';

describe.each(ollamaVersions)('the gateway in front of Ollama %s', (version) => {
  let server: TestOllama;
  let gateway: Gateway;
  beforeAll(async () => {
    server = await startOllama({ version });
    gateway = await startGateway({ settings: await settingsWith({ ollamaUrl: [server.url] }), port: 0 });
  });
  afterAll(async () => {
    await gateway.stop();
    await server.stop();
  });

  test.each(recordedCases(version))('$name', (recorded) => expectAsRecorded(gateway.url, recorded));

  test('has batched what can be batched, with the same options always', () => {
    const embeds = server.requests.filter(({ path }) => path === '/api/embed');
    expect(embeds.every(({ body }) => body.options === undefined)).toBe(true);
    expect(server.requests.some(({ path }) => path === '/v1/embeddings')).toBe(true);
  });
});
