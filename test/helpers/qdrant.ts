// A Qdrant for tests, held to what a real one answered (test/contract): collections in memory, faults when told so.
import { createServer, type IncomingMessage } from 'node:http';
import { closeServer } from './http-server.js';
import { listenOnOwnPort } from './ports.js';

type Json = Record<string, unknown>;

export interface QdrantPoint {
  id: string | number;
  /** Normalised, as floats of 32 bits. */
  vector: number[];
  payload: Json;
}

interface Collection {
  vectors: { size: number; distance: string };
  metadata: Json | undefined;
  indexes: Record<string, string>;
  points: Map<string, QdrantPoint>;
  operations: number;
}

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

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
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

function create(collections: Map<string, Collection>, name: string, body: Json): boolean {
  if (collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
  const vectors = body.vectors as Collection['vectors'];
  if (!(vectors.size > 0)) {
    throw new Refusal(
      400,
      'Format error in JSON body: data did not match any variant of untagged enum VectorsConfig',
    );
  }
  const metadata = body.metadata as Json | undefined;
  collections.set(name, { vectors, metadata, indexes: {}, points: new Map(), operations: 0 });
  return true;
}

function infoOf({ vectors, metadata, indexes, points }: Collection): Json {
  const schema = Object.entries(indexes).map(([key, type]) => [key, { data_type: type, points: 0 }]);
  return {
    points_count: points.size,
    config: { params: { vectors }, ...(metadata && { metadata }) },
    payload_schema: Object.fromEntries(schema),
  };
}

/** Keys of the metadata are replaced one by one; null removes one. */
function merge(collection: Collection, changes: Json): boolean {
  const entries = Object.entries({ ...collection.metadata, ...changes });
  collection.metadata = Object.fromEntries(entries.filter(([, value]) => value !== null));
  return true;
}

function pointId(value: unknown): string | number {
  if (typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value))
    return value.toLowerCase();
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  if (value === undefined) throw new Refusal(400, 'Format error in JSON body: missing field `id`');
  throw new Refusal(
    400,
    `Format error in JSON body: value ${value} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

/** All or nothing. */
function upsert(collection: Collection, body: Json): void {
  const { ids, vectors, payloads } = (body.batch ?? {}) as {
    ids?: unknown[];
    vectors: unknown[];
    payloads: Json[];
  };
  const given = ids
    ? ids.map((id, place) => ({ id, vector: vectors[place], payload: payloads[place] }))
    : (body.points as Json[]);
  const points = given.map(({ id, vector, payload }) => {
    const checked = pointId(id);
    if (vector === undefined) throw new Refusal(400, 'Format error in JSON body: missing field `vector`');
    if (!(vector as unknown[]).every((one) => typeof one === 'number')) {
      throw new Refusal(
        400,
        'Format error in JSON body: data did not match any variant of untagged enum VectorStruct',
      );
    }
    return { id: checked, vector: vector as number[], payload: (payload ?? {}) as Json };
  });
  if (points.length === 0) throw new Refusal(400, 'Bad request: Empty update request');
  for (const { vector } of points) refuseOtherSize(collection, vector);
  for (const point of points) {
    collection.points.set(String(point.id), { ...point, vector: normalised(point.vector) });
  }
}

function refuseOtherSize({ vectors }: Collection, vector: readonly number[]): void {
  if (vector.length === vectors.size) return;
  throw new Refusal(
    400,
    `Wrong input: Vector dimension error: expected dim: ${vectors.size}, got ${vector.length}`,
  );
}

/** A vector of length 1, as near as floats come, stays as it is. */
function normalised(vector: readonly number[]): number[] {
  const norm = Math.hypot(...vector);
  return vector.map((value) => Math.fround(Math.abs(norm - 1) < 1e-6 || norm === 0 ? value : value / norm));
}

function matching({ points }: Collection, filter: unknown): QdrantPoint[] {
  const { must = [], ...others } = (filter ?? {}) as { must?: Json[] };
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new Refusal(
      400,
      `Format error in JSON body: unknown field \`${unknown}\`, expected one of \`should\`, \`min_should\`, \`must\`, \`must_not\``,
    );
  }
  const sorted = [...points.values()].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
  return sorted.filter(({ payload }) =>
    must.every(({ key, match }) => payload[String(key)] === (match as Json).value),
  );
}

function chosen({ id, payload }: QdrantPoint, wanted: unknown): Json {
  if (wanted === false) return { id };
  const list = Array.isArray(wanted) ? wanted : (wanted as { include?: unknown[] } | undefined)?.include;
  if (list === undefined) return { id, payload };
  return { id, payload: Object.fromEntries(Object.entries(payload).filter(([key]) => list.includes(key))) };
}

function scroll(collection: Collection, body: Json): Json {
  const {
    limit = 10,
    offset,
    with_payload,
    with_vector = false,
  } = body as { limit?: number; offset?: unknown; with_payload?: unknown; with_vector?: boolean };
  if (limit < 1) {
    throw new Refusal(
      422,
      `Validation error in JSON body: [scroll_request.limit: value ${limit} invalid, must be 1 or larger]`,
    );
  }
  const from = offset === undefined || offset === null ? '' : String(pointId(offset));
  const left = matching(collection, body.filter).filter(({ id }) => String(id) >= from);
  return {
    points: left.slice(0, limit).map((point) => ({
      ...chosen(point, with_payload),
      ...(with_vector ? { vector: point.vector } : {}),
    })),
    next_page_offset: left[limit]?.id ?? null,
  };
}

function query(collection: Collection, body: Json): Json {
  const { limit = 10 } = body as { limit?: number };
  if (limit < 1) {
    throw new Refusal(
      422,
      `Validation error in JSON body: [internal.limit: value ${limit} invalid, must be 1 or larger]`,
    );
  }
  const asked = body.query as number[];
  refuseOtherSize(collection, asked);
  const unit = normalised(asked);
  const scored = matching(collection, body.filter).map((point) => ({
    ...chosen(point, body.with_payload ?? false),
    score: point.vector.reduce((sum, value, place) => sum + value * unit[place]!, 0),
  }));
  return { points: scored.sort((a, b) => b.score - a.score).slice(0, limit) };
}

const noSelector =
  'Format error in JSON body: data did not match any variant of untagged enum PointsSelector';

function remove(collection: Collection, body: Json): void {
  const points = body.points as unknown[] | undefined;
  const filter = body.filter as Json | undefined;
  if (filter !== undefined && Object.keys(filter).some((key) => key !== 'must'))
    throw new Refusal(400, noSelector);
  if (points === undefined && filter === undefined) throw new Refusal(400, noSelector);
  if (points?.length === 0) throw new Refusal(400, 'Bad request: Empty update request');
  let ids: (string | number)[];
  try {
    ids = points?.map(pointId) ?? matching(collection, filter).map(({ id }) => id);
  } catch {
    throw new Refusal(400, noSelector);
  }
  for (const id of ids) collection.points.delete(String(id));
}
