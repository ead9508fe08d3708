// A database of `embed sync` that lists without an end, or what it was told to remove; rows whose values are none.

import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parquetWriteFile } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Destination, Plan } from '../../src/destinations/destination.js';
import { footerParts } from '../../src/destinations/parquet/footer-shape.js';
import { DestinationError } from '../../src/errors.js';
import { openStore } from '../destinations/indexes.js';
import { listenOnOwnPort } from '../helpers/ports.js';
import { temporaryFolder } from '../output/sample.js';

const noText = { toString: 1, valueOf: 1 };
const state = { token: '0'.repeat(32), space: {} };
const plan = { space: { dimensions: 8 }, state, replaces: true } as Plan;

let port: number;
let asked: string[] = [];
let answer: (method: string, path: string) => unknown;
const server = createServer((request, response) => {
  request.resume();
  asked.push(request.url!);
  response.end(JSON.stringify(answer(request.method!, request.url!)));
});
beforeAll(async () => {
  port = await listenOnOwnPort(server);
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function opened(scheme: string, told: typeof answer): Promise<Destination> {
  asked = [];
  answer = told;
  const store = await openStore(`${scheme}://127.0.0.1:${port}/chunks`);
  await store.check();
  return store;
}

/** A Qdrant whose pages these are. */
function qdrant(scroll: (page: number) => unknown): Promise<Destination> {
  let page = 0;
  const params = { vectors: { size: 8, distance: 'Cosine' } };
  return opened('qdrant', (method, path) => {
    if (method === 'GET') return { result: { config: { params, metadata: { 'embed:default': state } } } };
    return { result: path.includes('/scroll') ? scroll(page++) : { count: 1, points: [] } };
  });
}

/** A Qdrant that answers a search so. */
function searchedQdrant(points: unknown): Promise<Destination> {
  const params = { vectors: { size: 8, distance: 'Cosine' } };
  return opened('qdrant', (method) => ({ result: method === 'GET' ? { config: { params } } : { points } }));
}

/** A Chroma that answers a search so. */
function searchedChroma(found: object): Promise<Destination> {
  const configuration_json = { hnsw: { space: 'cosine' } };
  return opened('chroma', (_, path) => (path.endsWith('/query') ? found : { id: 'c', configuration_json }));
}

/** A Chroma that answers so when it is asked for rows. */
function chroma(get: (page: number) => unknown): Promise<Destination> {
  let page = 0;
  const configuration_json = { hnsw: { space: 'cosine' } };
  return opened('chroma', (_, path) =>
    path.endsWith('/get') ? get(page++) : { id: 'c', configuration_json },
  );
}

async function listed(store: Destination) {
  const rows = [];
  for await (const page of store.list(undefined)) rows.push(...page);
  return rows;
}

describe('a Qdrant', () => {
  const point = { id: 'p', payload: { id: noText, sum: noText, source: noText, text: noText } };

  test('that keeps what it was told to remove is told', async () => {
    const store = await qdrant(() => ({ points: [{ id: 1 }], next_page_offset: null }));
    await expect(store.begin(plan)).rejects.toThrow('it lists what it has removed');
    expect(asked.filter((path) => path.includes('/delete'))).toHaveLength(1);
  });

  test('that lists one point after the other without an end is told', async () => {
    const store = await qdrant((page) => ({ points: [{ id: page }], next_page_offset: page + 1 }));
    await expect(listed(store)).rejects.toThrow('it lists without an end');
    await expect(store.begin(plan)).rejects.toThrow('it lists without an end');
    expect(asked.length).toBeLessThan(1500);
  });

  test('whose empty pages have a next one is at its end', async () => {
    const store = await qdrant(() => ({ points: [], next_page_offset: 7 }));
    expect(await listed(store)).toEqual([]);
    expect(await store.find({ source: 'a' })).toEqual([]);
  });

  test('whose values are no texts has rows to remove', async () => {
    const store = await qdrant(() => ({ points: [point], next_page_offset: null }));
    expect(await listed(store)).toEqual([{ id: 'p', sum: '', source: '' }]);
    expect(await store.find({ source: 'a' })).toEqual([]);
  });
});

describe('a Chroma', () => {
  test('that keeps what it was told to remove is told', async () => {
    const store = await chroma(() => ({ ids: ['a'], metadatas: [null] }));
    await expect(store.begin(plan)).rejects.toThrow('it lists what it has removed');
  });

  test('whose distance is no text is none of ours', async () => {
    const told = opened('chroma', () => ({ id: 'c', configuration_json: { hnsw: { space: noText } } }));
    await expect(told).rejects.toThrow('the collection is not one of embed');
  });
});

const search = (store: Destination) => store.search(new Float32Array(8), 3);
const deep = JSON.parse('['.repeat(3000) + ']'.repeat(3000));

describe('what a search finds', () => {
  test.each([
    ['no list', 7],
    ['rows that are none', [null]],
    ['a score that is none', [{ payload: {}, score: '1' }]],
    ['a score beyond all numbers', [{ payload: {}, score: null }]],
    ['a payload that is a list', [{ payload: [1], score: 1 }]],
    ['lists in lists without an end', deep],
  ])('in a Qdrant: %s', async (_, points) => {
    await expect(search(await searchedQdrant(points))).rejects.toThrow(DestinationError);
  });

  const row = { documents: [['text']], metadatas: [[{ id: 'a' }]], distances: [[0.5]] };
  test.each([
    ['no lists', { ...row, documents: null }],
    ['lists of no question', { ...row, metadatas: [] }],
    ['lists of two questions', { ...row, distances: [[0.5], [0.5]] }],
    ['a distance that is none', { ...row, distances: [['0.5']] }],
    ['a distance beyond all numbers', { ...row, distances: [[null]] }],
    ['a text that is none', { ...row, documents: [[{}]] }],
    ['metadata that is nested', { ...row, metadatas: [[{ id: {} }]] }],
    ['lists in lists without an end', { ...row, metadatas: deep }],
  ])('in a Chroma: %s', async (_, found) => {
    await expect(search(await searchedChroma(found))).rejects.toThrow(DestinationError);
  });
});

test.each([
  ['a link', (path: string) => symlinkSync('/etc', path)],
  ['a pipe', (path: string) => void spawnSync('mkfifo', [path])],
])('a LanceDB folder with %s in it is not opened', async (_, make) => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'chunks.lance', 'data'), { recursive: true });
  make(join(folder, 'chunks.lance', 'data', 'x'));
  await expect(openStore(`lancedb:${folder}`)).rejects.toThrow('is neither a file nor a folder');
});

describe('a Parquet file', () => {
  /** Of nothing but metadata: a list of structures, which are empty. */
  function metadata(count: number): Buffer {
    const size = Buffer.from(
      [count & 127, (count >> 7) & 127, (count >> 14) & 127, count >> 21].map((n, i) =>
        i < 3 ? n | 128 : n,
      ),
    );
    const body = Buffer.concat([Buffer.from([0x15, 2, 0x19, 0xfc]), size, Buffer.alloc(count + 1)]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from('PAR1'), body, length, Buffer.from('PAR1')]);
  }

  test('whose metadata would be a hundred times as large in memory is not parsed', async () => {
    expect(footerParts(metadata(1000).subarray(4, -8), 1e6)).toBe(1003);
    const path = join(await temporaryFolder(), 'chunks.parquet');
    writeFileSync(path, metadata(12_000_000));
    // Parsed, it would be twelve million objects. Of the process as a whole, other tests' threads take a part.
    const before = process.memoryUsage().heapUsed;
    await expect(openStore(`parquet:${path}`).then((store) => store.check())).rejects.toThrow('is damaged');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300e6);
  });

  const texts = ['id', 'source', 'text', 'metadata', 'sum'];

  test.each([...texts, 'embedding'])('with another column "%s" is told', async (changed) => {
    const path = join(await temporaryFolder(), 'chunks.parquet');
    const columns = [...texts, 'chunk', 'embedding'].map((name) => ({
      name,
      data: [name === 'chunk' ? 1 : 'x'],
    }));
    parquetWriteFile({
      filename: path,
      columnData: columns.map((column) =>
        column.name === changed ? { ...column, data: [noText], type: 'JSON' as const } : column,
      ),
      kvMetadata: [{ key: 'embed', value: JSON.stringify({ index: 'default', ...state }) }],
    });
    const store = await openStore(`parquet:${path}`);
    const searched = store.check().then(() => store.search(new Float32Array(8), 1));
    await expect(searched).rejects.toThrow(DestinationError);
  });
});
