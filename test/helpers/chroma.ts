// A Chroma for tests, held to what a real one answered (test/contract): collections in memory.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { closeServer } from './http-server.js';
import { listenOnOwnPort } from './ports.js';

type Json = Record<string, unknown>;
type Metadata = Record<string, unknown>;

export interface ChromaRow {
  vector: number[];
  document: string;
  metadata: Metadata;
}

export interface ChromaCollection {
  id: string;
  name: string;
  space: string;
  dimension: number | null;
  metadata: Json | null;
  rows: Map<string, ChromaRow>;
}

export interface TestChroma {
  url: string;
  host: string;
  /** By name. */
  collections: Map<string, ChromaCollection>;
  stop(): Promise<void>;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}

const base = '/api/v2/tenants/default_tenant/databases/default_database/collections';

export async function startChroma(): Promise<TestChroma> {
  const collections = new Map<string, ChromaCollection>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    try {
      const [, name = '', rest = ''] =
        /^\/?([^/]*)\/?(.*)$/.exec((request.url ?? '').slice(base.length)) ?? [];
      const line = `${request.method} ${name === '' ? '' : ':'}${rest}`;
      answer(200, act(collections, line, decodeURIComponent(name), text === '' ? {} : JSON.parse(text)));
    } catch (error) {
      const { status = 500, kind = 'InternalError', message } = error as Refusal;
      answer(status, { error: kind, message });
    }
  });
  const host = `127.0.0.1:${await listenOnOwnPort(server)}`;
  const stop = () => closeServer(server);
  return { url: `http://${host}`, host, collections, stop };
}

function act(collections: Map<string, ChromaCollection>, line: string, name: string, body: Json): unknown {
  if (line === 'POST ') return described(create(collections, body));
  const byName = collections.get(name);
  if (line === 'GET :' || line === 'DELETE :') {
    if (byName === undefined) throw new Refusal(404, 'NotFoundError', `Collection [${name}] does not exist`);
    if (line === 'GET :') return described(byName);
    collections.delete(name);
    return {};
  }
  const collection = [...collections.values()].find(({ id }) => id === name);
  if (collection === undefined)
    throw new Refusal(404, 'NotFoundError', `Collection [${name}] does not exist.`);
  switch (line) {
    case 'PUT :':
      collection.metadata = body.new_metadata as Json;
      return {};
    case 'POST :upsert':
      return upsert(collection, body);
    case 'POST :get':
      return get(collection, body);
    case 'POST :query':
      return query(collection, body);
    case 'POST :delete':
      return remove(collection, body);
    case 'GET :count':
      return collection.rows.size;
  }
  throw new Refusal(405, 'MethodNotAllowed', line);
}

function create(collections: Map<string, ChromaCollection>, body: Json): ChromaCollection {
  const name = String(body.name);
  if (collections.has(name)) throw new Refusal(409, 'ChromaError', `Collection [${name}] already exists`);
  const { space } = (body.configuration as { hnsw: { space: string } }).hnsw;
  const collection = { id: randomUUID(), name, space, dimension: null, metadata: null, rows: new Map() };
  collections.set(name, collection);
  return collection;
}

function described({ id, name, dimension, metadata, space }: ChromaCollection): Json {
  return { id, name, dimension, metadata, configuration_json: { hnsw: { space } } };
}

function refuseOtherSize({ dimension }: ChromaCollection, vectors: readonly number[][]): void {
  for (const { length } of vectors) {
    if (dimension === null || length === dimension) continue;
    throw new Refusal(
      400,
      'InvalidArgumentError',
      `Collection expecting embedding with dimension of ${dimension}, got ${length}`,
    );
  }
}

/** Keys that aren't sent stay; null takes one back. */
function upsert(collection: ChromaCollection, body: Json): Json {
  const { ids, embeddings, documents, metadatas } = body as {
    ids: string[];
    embeddings: number[][];
    documents: string[];
    metadatas: Metadata[];
  };
  refuseOtherSize(collection, embeddings);
  collection.dimension ??= embeddings[0]!.length;
  for (const [place, id] of ids.entries()) {
    const merged = Object.entries({ ...collection.rows.get(id)?.metadata, ...metadatas[place] });
    collection.rows.set(id, {
      vector: embeddings[place]!.map(Math.fround),
      document: documents[place]!,
      metadata: Object.fromEntries(merged.filter(([, value]) => value !== null)),
    });
  }
  return {};
}

/** Several keys stand in a list under `$and`. */
function conditionsOf(where: Json): Json[] {
  const { $and = [where] } = where as { $and?: Json[] };
  return $and;
}

function matching({ rows }: ChromaCollection, { ids, where = {} }: Json): [string, ChromaRow][] {
  const wanted = ids as string[] | undefined;
  return [...rows].filter(
    ([id, { metadata }]) =>
      (wanted?.includes(id) ?? true) &&
      conditionsOf(where as Json).every((condition) =>
        Object.entries(condition).every(([key, value]) => metadata[key] === value),
      ),
  );
}

function get(collection: ChromaCollection, body: Json): Json {
  const { limit, offset = 0, include } = body as { limit?: number; offset?: number; include: string[] };
  const found = matching(collection, body).slice(offset, limit === undefined ? undefined : offset + limit);
  const given = (name: string, values: unknown[]) => (include.includes(name) ? values : null);
  return {
    ids: found.map(([id]) => id),
    embeddings: null,
    documents: given(
      'documents',
      found.map(([, { document }]) => document),
    ),
    uris: null,
    metadatas: given(
      'metadatas',
      found.map(([, { metadata }]) => metadata),
    ),
    include,
  };
}

function query(collection: ChromaCollection, body: Json): Json {
  const { query_embeddings, n_results, include } = body as {
    query_embeddings: number[][];
    n_results: number;
    include: string[];
  };
  refuseOtherSize(collection, query_embeddings);
  const [asked = []] = query_embeddings;
  const distance = ({ vector }: ChromaRow) =>
    1 - vector.reduce((sum, value, at) => sum + value * asked[at]!, 0);
  const found = matching(collection, body)
    .map(([id, row]) => ({ id, row, distance: distance(row) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, n_results);
  return {
    ids: [found.map(({ id }) => id)],
    embeddings: null,
    documents: [found.map(({ row }) => row.document)],
    uris: null,
    metadatas: [found.map(({ row }) => row.metadata)],
    distances: [found.map((one) => one.distance)],
    include,
  };
}

function remove(collection: ChromaCollection, body: Json): Json {
  const ids = body.ids as string[];
  if (ids.length === 0) {
    throw new Refusal(
      400,
      'InvalidArgumentError',
      'Validation error: ids, where: Either ids or where must be specified',
    );
  }
  for (const id of ids) collection.rows.delete(id);
  return { deleted: ids.length };
}
