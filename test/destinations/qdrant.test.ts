// What holds of Qdrant alone.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DestinationError, UsageError } from '../../src/errors.js';
import { startQdrant, type TestQdrant } from '../helpers/qdrant.js';
import { documents, makeIndex } from './indexes.js';

let server: TestQdrant;
let address: string;
beforeEach(async () => {
  server = await startQdrant();
  address = `qdrant://${server.host}/docs`;
});
afterEach(() => server.stop());

const create = (vectors: object) =>
  fetch(`${server.url}/collections/docs`, { method: 'PUT', body: JSON.stringify({ vectors }) });

test('when nothing changed, nothing is written', async () => {
  const index = await makeIndex(documents(4));
  await index.sync(address);
  server.requests.length = 0;
  await index.sync(address);
  expect(server.requests).toEqual(['GET /collections/docs', 'POST /collections/docs/points/scroll']);
});

test('points of others in a collection stay', async () => {
  await create({ size: 8, distance: 'Cosine' });
  const others = [1, 2].map((id) => ({ id, vector: [1, 0, 0, 0, 0, 0, 0, 0], payload: { mine: true } }));
  const body = JSON.stringify({ points: others });
  await fetch(`${server.url}/collections/docs/points?wait=true`, { method: 'PUT', body });
  const index = await makeIndex(documents(4));
  await index.sync(address);
  await index.write(documents(3));
  await index.sync(address);
  await index.sync(address, { rebuild: true });
  const { points, indexes } = server.collections.get('docs')!;
  expect(points.size).toBe(2 + 9);
  expect([points.get('1')?.payload, points.get('2')?.payload]).toEqual([{ mine: true }, { mine: true }]);
  expect(indexes).toEqual({ index_name: 'keyword' });
});

test.each([
  { size: 8, distance: 'Dot' },
  { text: { size: 8, distance: 'Cosine' }, size: 1 },
])('a collection of %j is left alone', async (vectors) => {
  await create(vectors);
  const before = JSON.stringify(server.collections.get('docs'));
  const index = await makeIndex(documents(1));
  await expect(index.sync(address)).rejects.toThrow(UsageError);
  expect(JSON.stringify(server.collections.get('docs'))).toBe(before);
});

test('a fault in the middle keeps what was written, and the next sync completes it', async () => {
  const index = await makeIndex(documents(4));
  await index.sync(address);
  await index.write(documents(8));
  // GET, scroll, index and PATCH pass; so does the first batch.
  const pass = undefined as never;
  server.faults.push(pass, pass, pass, pass, pass, { status: 500, body: { status: { error: 'disk full' } } });
  const failed = await index.sync(address, { rowsPerRequest: 4 }).catch((error) => error);
  expect(failed).toBeInstanceOf(DestinationError);
  expect(failed.message).toContain('failed (disk full)');
  expect(await index.sync(address)).toMatchObject({ new: 8, changed: 0, unchanged: 16 });
  expect(server.collections.get('docs')!.points.size).toBe(24);
});
