// Servers whose answers have no end: what is read of them has a bound, and the connection ends there.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { OllamaClient } from '../../src/embedders/ollama/client.js';
import { pullModel } from '../../src/embedders/ollama/pull-model.js';
import { EmbedderFault, ServiceError } from '../../src/errors.js';
import { noEvents } from '../../src/events.js';
import { OllamaServer } from '../../src/gateway/backends/ollama-servers.js';
import { makeWorkspace } from '../helpers/cli.js';
import { httpClient, httpClients, over } from '../helpers/http-clients.js';

const mb = 1024 * 1024;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Answers everything with `status`, `start` and `part` for ever. */
async function endless(
  part: string,
  { status = 200, start = '' } = {},
): Promise<{ url: URL; sent(): number }> {
  let sent = 0;
  const more = (response: ServerResponse) => {
    while (!response.destroyed) {
      sent += part.length;
      if (!response.write(part)) return response.once('drain', () => more(response));
    }
    return undefined;
  };
  const server = createServer((_, response) => {
    response.on('error', () => undefined).writeHead(status);
    response.write(start);
    more(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}`), sent: () => sent };
}

function client(url: URL): OllamaClient {
  const made = new OllamaClient({ url, httpClient: httpClient() });
  cleanUps.push(() => made.close());
  return made;
}

const options = { timeoutMs: 30_000 };
const numbers = '0.1,'.repeat(16 * 1024);

describe.each(httpClients)('by %s', (used) => {
  over(used);

  test('vectors without an end are a bad answer, at the bound that the request has', async () => {
    const { url, sent } = await endless(numbers, { start: '{"embeddings":[[' });
    const asked = client(url).bytes('/api/embed', {}, { ...options, maxBytes: mb });
    await expect(asked).rejects.toThrow(/\/api\/embed gave more than 1048576 bytes/);
    await expect(asked).rejects.toMatchObject({ meaning: 'bad-answer' });
    expect(sent()).toBeLessThan(16 * mb);
  });

  test('any other answer has a bound of its own', async () => {
    const { url, sent } = await endless(' '.repeat(mb));
    await expect(client(url).json('/api/show', {}, options)).rejects.toThrow(EmbedderFault);
    expect(sent()).toBeLessThan(100 * mb);
  });

  test('of an error without an end, the beginning is told', async () => {
    const { url, sent } = await endless('x'.repeat(64 * 1024), { status: 503 });
    await expect(client(url).bytes('/api/embed', {}, options)).rejects.toMatchObject({ meaning: 'busy' });
    expect(sent()).toBeLessThan(16 * mb);
  });
});

test.each([
  ['a line without an end', 'x'.repeat(64 * 1024)],
  ['layers without an end', ''],
])('a pull that answers with %s has failed', async (_, part) => {
  const layers = Array.from({ length: 5000 }, (_, index) => `{"status":"x","digest":"${index}"}\n`).join('');
  const { url, sent } = await endless(part || layers);
  await expect(pullModel(url, 'm', { events: noEvents })).rejects.toThrow(ServiceError);
  expect(sent()).toBeLessThan(16 * mb);
});

test('the gateway reads no list of models without an end', async () => {
  const { url, sent } = await endless(' '.repeat(mb));
  const server = new OllamaServer(url, {});
  cleanUps.push(() => server.close());
  await expect(server.digests()).rejects.toThrow(/more than 16777216 bytes/);
  expect(sent()).toBeLessThan(64 * mb);
});

test('doctor takes what answers without an end for no gateway', async () => {
  const { url, sent } = await endless(' '.repeat(64 * 1024));
  const workspace = makeWorkspace();
  cleanUps.push(workspace.remove);
  const { code, stdout } = await workspace.embed(['doctor', '--gateway', url.href]);
  expect([code, stdout]).toEqual([1, expect.stringContaining('is no embed gateway')]);
  expect(sent()).toBeLessThan(16 * mb);
});
