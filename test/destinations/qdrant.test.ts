// What holds of Qdrant alone.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DestinationError, UsageError } from '../../src/errors.js';
import { startQdrant, type TestQdrant } from '../helpers/qdrant.js';
import { documents, makeIndex, openStore } from './indexes.js';

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

test('words are counted as titles, files and texts have them, and later syncs keep them without --words', async () => {
  const index = await makeIndex([
    ...documents(3),
    { source: 'docs/valve.md', texts: ['requiredOption opens'] },
  ]);
  await index.sync(address, { words: true });
  const asked = async (...words: string[]) => {
    const destination = await openStore(address);
    await destination.check();
    return (await destination.words!.search(words, 3)).map(({ source }) => source);
  };
  expect(await asked('valve')).toEqual(['docs/valve.md']);
  expect(await asked('options')).toEqual(['docs/valve.md']);
  await index.write([...documents(3), { source: 'docs/mill.md', texts: ['今天天气很好，我们去公园散步'] }]);
  await index.sync(address, { allowRemovals: true });
  expect(await asked('公园')).toEqual(['docs/mill.md']);
  expect(await asked('valve')).toEqual([]);
  await index.sync(address, { rebuild: true });
  expect(await asked('公园')).toEqual(['docs/mill.md']);
  server.requests.length = 0;
  await index.sync(address, { words: true });
  expect(server.requests).toEqual(['GET /collections/docs', 'POST /collections/docs/points/scroll']);
});

test('words that a fault left half set up are not asked, and the next sync sets them up', async () => {
  const index = await makeIndex(documents(400));
  await index.sync(address);
  const pass = undefined as never;
  // The collection, two lists of it, the first page, its words and the second page pass.
  const broken = { status: 500, body: { status: { error: 'disk full' } } };
  const isSetUp = async () => {
    const destination = await openStore(address);
    await destination.check();
    return await destination.words!.isSetUp();
  };
  const before = server.requests.length;
  server.faults.push(...Array(6).fill(pass), broken);
  await expect(index.sync(address, { words: true })).rejects.toThrow('disk full');
  expect(server.requests.slice(before).filter((line) => line.startsWith('PUT'))).toEqual([
    'PUT /collections/docs/points/vectors',
    'PUT /collections/docs/points/vectors',
  ]);
  expect(await isSetUp()).toBe(false);
  await index.sync(address, { words: true });
  expect(await isSetUp()).toBe(true);
  expect([...server.collections.get('docs')!.points.values()].every(({ sparse }) => sparse?.words)).toBe(
    true,
  );
});

test('a collection that others made without room for words is told in words', async () => {
  await create({ size: 8, distance: 'Cosine' });
  const index = await makeIndex(documents(2));
  await expect(index.sync(address, { words: true })).rejects.toThrow('made without a sparse vector "words"');
  expect(await index.sync(address)).toMatchObject({ unchanged: 6 });
});
