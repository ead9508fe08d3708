// A Qdrant for tests, held to what a real one answered (test/contract): collections in memory, faults when told so.
import { createServer, type IncomingMessage } from 'node:http';
import { closeServer } from './http-server.js';
import { listenOnOwnPort } from './ports.js';
import { type Collection, create, infoOf, type Json, matching, merge, Refusal } from './qdrant/collection.js';
import { query, retrieve, scroll } from './qdrant/reads.js';
import { remove, updateVectors, upsert } from './qdrant/writes.js';

export type { QdrantPoint } from './qdrant/collection.js';

export interface TestQdrant {
  url: string;
  host: string;
  collections: Map<string, Collection>;
  /** Of each request, the method and the path without its query. */
  requests: string[];
  /** Answers the next requests: a status with a body, or a connection that breaks. */
  faults: ({ status: number; body: unknown } | 'break')[];
  stop(): Promise<void>;
}

/** @param key the API key that it wants; none by default */
export async function startQdrant(key?: string): Promise<TestQdrant> {
  const collections = new Map<string, Collection>();
  const requests: string[] = [];
  const faults: TestQdrant['faults'] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const text = await bodyOf(request);
    requests.push(`${request.method} ${url.pathname}`);
    const answer = (status: number, body: unknown) => {
      const isText = typeof body === 'string';
      response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
      response.end(isText ? body : JSON.stringify(body));
    };
    const fault = faults.shift();
    if (fault === 'break') return void request.socket.destroy();
    if (fault !== undefined) return answer(fault.status, fault.body);
    const given = request.headers['api-key'] ?? request.headers.authorization?.replace('Bearer ', '');
    if (key !== undefined && given === undefined)
      return answer(401, 'Must provide an API key or an Authorization bearer token');
    if (key !== undefined && given !== key) return answer(401, 'Invalid API key or JWT');
    try {
      const body = text === '' ? {} : (JSON.parse(text) as Json);
      const result = act(
        collections,
        `${request.method} ${url.pathname}`,
        body,
        url.searchParams.get('wait') === 'true',
      );
      answer(200, { result, status: 'ok', time: 0.0001 });
    } catch (error) {
      const { status = 400, message } = error as Refusal;
      answer(status, { status: { error: message }, time: 0 });
    }
  });
  const host = `127.0.0.1:${await listenOnOwnPort(server)}`;
  const stop = () => closeServer(server);
  return { url: `http://${host}`, host, collections, requests, faults, stop };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function act(collections: Map<string, Collection>, line: string, body: Json, isWaited: boolean): unknown {
  if (line === 'GET /collections') return { collections: [...collections.keys()].map((name) => ({ name })) };
  const [, method, encoded = '', rest = ''] = /^(\w+) \/collections\/([^/]+)\/?(.*)$/.exec(line) ?? [];
  const name = decodeURIComponent(encoded);
  const collection = collections.get(name);
  if (rest === '' && method === 'PUT') return create(collections, name, body);
  if (rest === '' && method === 'DELETE') return collections.delete(name);
  if (collection === undefined) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
  const done = () => ({
    operation_id: ++collection.operations,
    status: isWaited ? 'completed' : 'acknowledged',
  });
  switch (`${method} ${rest}`) {
    case 'GET ':
      return infoOf(collection);
    case 'PATCH ':
      return merge(collection, body.metadata as Json);
    case 'PUT index':
      collection.indexes[String(body.field_name)] = String(body.field_schema);
      return done();
    case 'PUT points':
      upsert(collection, body);
      return done();
    case 'PUT points/vectors':
      updateVectors(collection, body);
      return done();
    case 'POST points':
      return retrieve(collection, body);
    case 'POST points/scroll':
      return scroll(collection, body);
    case 'POST points/count':
      return { count: matching(collection, body.filter).length };
    case 'POST points/query':
      return query(collection, body);
    case 'POST points/delete':
      remove(collection, body);
      return done();
  }
  const id = /^points\/(.+)$/.exec(rest)?.[1];
  const point = id === undefined ? undefined : collection.points.get(id);
  if (method !== 'GET' || point === undefined) throw new Refusal(404, 'Not found');
  return { id: point.id, payload: point.payload, vector: point.vector };
}
