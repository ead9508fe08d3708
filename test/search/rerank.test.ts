// A server orders results anew; one that fails costs a warning.
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadSettings } from '../../src/config/load.js';
import { UsageError } from '../../src/errors.js';
import type { RerankOptions, SearchResult } from '../../src/search/options.js';
import { rerank } from '../../src/search/rerank.js';
import { closeServer, startServer } from '../helpers/http-server.js';

const results = ['a', 'b', 'c'].map(
  (text) => ({ text, id: text, score: 0.5, sources: [], words: [], metadata: {} }) as unknown as SearchResult,
);

interface Asked {
  path: string;
  key: string | undefined;
  body: { [key: string]: unknown };
}

/** @param answer what a request gets: a status, with its body */
async function reranker(answer: (asked: Asked) => [status: number, body: string]) {
  const asked: Asked[] = [];
  const handle: RequestListener = async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const one = { path: request.url!, key: request.headers.authorization, body: JSON.parse(text) };
    asked.push(one);
    const [status, body] = answer(one);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  const server = await startServer(handle);
  onTestFinished(() => closeServer(server));
  return { asked, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function order(options: RerankOptions) {
  const { settings } = await loadSettings({ env: {}, cwd: '/', flags: { batchTimeout: '5s' } });
  const warnings: string[] = [];
  const work = { ...options, settings, signal: new AbortController().signal };
  const found = await rerank('which?', results, { ...work, warn: (line) => warnings.push(line) });
  return { texts: found.map(({ text }) => text).join(''), scores: found.map((one) => one.rerank), warnings };
}

const scored = (...scores: number[]) =>
  JSON.stringify({ results: scores.map((relevance_score, index) => ({ index, relevance_score })).reverse() });

test('the order is that of the server, which gets the model and the texts', async () => {
  const { asked, host } = await reranker(() => [200, scored(-1, 7.5, 2)]);
  const found = await order({ url: `http://:secret@${host}`, model: 'bge' });
  expect(found).toEqual({ texts: 'bca', scores: [7.5, 2, -1], warnings: [] });
  expect(asked).toEqual([
    {
      path: '/v1/rerank',
      key: 'Bearer secret',
      body: { model: 'bge', query: 'which?', documents: ['a', 'b', 'c'], top_n: 3 },
    },
  ]);
});

test('only the first ones are sent; the others follow as they were', async () => {
  const { asked, host } = await reranker(() => [200, scored(1, 2)]);
  expect((await order({ url: host, most: 2 })).texts).toBe('bac');
  expect(asked[0]!.body.documents).toEqual(['a', 'b']);
});

test('a server of TEI is asked as it wants', async () => {
  const { asked, host } = await reranker(({ path, body }) => {
    if (path !== '/rerank') return [404, 'not found'];
    if (body.texts === undefined) return [422, 'missing field `texts`'];
    return [
      200,
      JSON.stringify([
        { index: 2, score: 0.9 },
        { index: 0, score: 0.2 },
        { index: 1, score: 0.1 },
      ]),
    ];
  });
  expect((await order({ url: `http://${host}/` })).texts).toBe('cab');
  expect(asked.map(({ path }) => path)).toEqual(['/v1/rerank', '/rerank', '/rerank']);
});

test.each([
  ['an error', 500, 'out of memory'],
  ['no scores', 200, '{"results": []}'],
  ['a score of nothing', 200, '{"results": [{"index": 0, "relevance_score": null}]}'],
  ['no JSON', 200, '<html>'],
  ['a stranger’s escapes', 400, '\u001b[2Jsecret'],
])('%s leaves the order, with a warning', async (_, status, body) => {
  const { host } = await reranker(() => [status, body]);
  const found = await order({ url: `http://:secret@${host}` });
  expect(found.texts).toBe('abc');
  expect(found.warnings).toHaveLength(1);
  expect(found.warnings[0]).toContain("can't rerank");
  expect(found.warnings[0]).not.toContain('secret');
  expect(found.warnings[0]).not.toContain('\u001b');
});

test('a server that is not there leaves the order; an address that is none is refused', async () => {
  const { host } = await reranker(() => [200, '{}']);
  const gone = host.replace(/\d+$/, '9');
  expect(await order({ url: gone })).toMatchObject({
    texts: 'abc',
    warnings: [expect.stringContaining(gone)],
  });
  await expect(order({ url: 'http://[' })).rejects.toThrow(UsageError);
});
