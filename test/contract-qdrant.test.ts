// The Qdrant for tests is held to the recordings of a real one: what was asked of that is asked of it, in the same order.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startQdrant, type TestQdrant } from './helpers/qdrant.js';

interface Exchange {
  id: string;
  request: { method: string; path: string; body?: unknown; headers?: Record<string, string> };
  response: { status: number; body: unknown };
}

const { exchanges } = JSON.parse(
  readFileSync(new URL('contract/qdrant-1.19.0.json', import.meta.url), 'utf8'),
) as { exchanges: Exchange[] };

let open: TestQdrant;
let locked: TestQdrant;
beforeAll(async () => {
  [open, locked] = await Promise.all([startQdrant(), startQdrant('k1')]);
  await fill(open.url);
});
afterAll(() => Promise.all([open.stop(), locked.stop()]));

/** The collection of which the recordings read: 12 points, by the numbers of their documents. */
async function fill(url: string): Promise<void> {
  const send = (path: string, body: unknown) =>
    fetch(`${url}/collections/docs2${path}`, { method: 'PUT', body: JSON.stringify(body) });
  await send('', { vectors: { size: 4, distance: 'Cosine' } });
  const points = Array.from({ length: 12 }, (_, n) => ({
    id: inNamespaceOfUrls(`doc-${n}`),
    vector: [0.1, 0.2, 0.3, 0.4],
    payload: {
      path: `guide/${n % 3}.md`,
      chunk: n,
      hash: n.toString(16).padStart(8, '0'),
      text: `text ${n}`,
    },
  }));
  await send('/points?wait=true', { points });
}

function inNamespaceOfUrls(name: string): string {
  const space = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');
  const bytes = createHash('sha1').update(space).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What the scripted one doesn't know: how long it took, which operation it was, where in its text a fault was. */
function comparable(body: unknown): unknown {
  const text = JSON.stringify(body, (key, value) =>
    ['time', 'operation_id'].includes(key) ? undefined : value,
  );
  const json = JSON.parse(text.replaceAll(/ at line \d+ column \d+/g, ''), (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value,
  );
  const { config, payload_schema } = json.result ?? {};
  return config ? { vectors: config.params.vectors, metadata: config.metadata, payload_schema } : json;
}

test.each(exchanges)('$id', async ({ id, request, response }) => {
  const { url } = id.endsWith('-key') ? locked : open;
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  const answer = await fetch(url + request.path, {
    method: request.method,
    headers: request.headers ?? {},
    body,
  });
  const text = await answer.text();
  expect(answer.status).toBe(response.status);
  expect(comparable(typeof response.body === 'string' ? text : JSON.parse(text))).toEqual(
    comparable(response.body),
  );
});
