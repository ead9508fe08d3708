// What answers isn't what it should be: a server of something else, a file of something else.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DestinationError, UsageError } from '../../src/errors.js';
import { listenOnOwnPort } from '../helpers/ports.js';
import { temporaryFolder } from '../output/sample.js';
import { documents, type Index, makeIndex } from './indexes.js';

let index: Index;
let port: number;
let body = '';
const server = createServer((_, response) => response.end(body));
beforeAll(async () => {
  port = await listenOnOwnPort(server);
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe.each(['qdrant', 'chroma'])('%s', (scheme) => {
  test.each([
    '',
    '<html>',
    '[]',
    'null',
    '{"result":{}}',
    '{"result":{"config":{"params":{"vectors":{"size":8,"distance":"Cosine"}}},"points":7}}',
    '{"id":"x","configuration_json":{"hnsw":{"space":"cosine"}},"ids":[1]}',
  ])('an answer of %s is told', async (text) => {
    index = await makeIndex(documents(1));
    body = text;
    await expect(index.sync(`${scheme}://127.0.0.1:${port}/chunks`)).rejects.toThrow(DestinationError);
  });
});

test.each(['', 'PAR1', 'PAR1____\xff\xff\xff\xffPAR1', 'PAR1\0\0\0\0\x04\0\0\0PAR1'])(
  'a file of %j is told, and stays',
  async (text) => {
    index = await makeIndex(documents(1));
    const path = join(await temporaryFolder(), 'chunks.parquet');
    writeFileSync(path, text, 'latin1');
    const error = await index.sync(`parquet:${path}`).catch((reason) => reason);
    expect(error instanceof UsageError || error instanceof DestinationError, String(error)).toBe(true);
    expect(error.message).toContain('remove it');
  },
);
