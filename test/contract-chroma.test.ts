// The Chroma for tests is held to the recordings of a real one: what was asked of that is asked of it, in the same order.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChroma, type TestChroma } from './helpers/chroma.js';

interface Exchange {
  id: string;
  request: { method: string; path: string; body?: unknown };
  response: { status: number; body: unknown };
}

const { exchanges } = JSON.parse(
  readFileSync(new URL('contract/chroma-1.5.9.json', import.meta.url), 'utf8'),
) as { exchanges: Exchange[] };

let server: TestChroma;
beforeAll(async () => {
  server = await startChroma();
});
afterAll(() => server.stop());

/** Of a collection, what is asked of it; ids are random. */
function comparable(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const { configuration_json: configured, id: _, message, ...rest } = body as Record<string, unknown>;
  const space = (configured as { hnsw: { space: string } } | undefined)?.hnsw.space;
  return {
    ...rest,
    ...(space !== undefined && { space }),
    ...(typeof message === 'string' && {
      message: message.replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/, 'ID'),
    }),
  };
}

const ids = new Map<string, string>();

test.each(exchanges)('$id', async ({ request, response }) => {
  const path = request.path.replace(/\{(\w+)\}/, (_, name) => ids.get(name)!);
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  const answer = await fetch(server.url + path, { method: request.method, body });
  const json = (await answer.json()) as { id?: string; name?: string };
  if (json.id !== undefined && json.name !== undefined) ids.set(json.name, json.id);
  expect(answer.status).toBe(response.status);
  expect(comparable(json)).toEqual(comparable(response.body));
});
