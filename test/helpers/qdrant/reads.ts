// What reads and searches points of the Qdrant for tests.
import {
  type Collection,
  type Json,
  matching,
  normalised,
  pointId,
  type QdrantPoint,
  Refusal,
  refuseOtherSize,
  type Sparse,
} from './collection.js';

export function retrieve(collection: Collection, body: Json): unknown {
  return (body.ids as unknown[]).flatMap((id) => {
    const point = collection.points.get(String(pointId(id)));
    if (point === undefined) return [];
    return [
      { ...chosen(point, body.with_payload), ...(body.with_vector === true && { vector: shown(point) }) },
    ];
  });
}

/** A point with one vector shows it as a list. */
export function shown({ vector, sparse = {} }: QdrantPoint): unknown {
  return Object.keys(sparse).length === 0 ? vector : { '': vector, ...sparse };
}

export function chosen({ id, payload }: QdrantPoint, wanted: unknown): Json {
  if (wanted === false) return { id };
  const list = Array.isArray(wanted) ? wanted : (wanted as { include?: unknown[] } | undefined)?.include;
  if (list === undefined) return { id, payload };
  const found: Json = {};
  for (const path of list.map(String)) {
    const [key, inner] = path.split('.') as [string, string | undefined];
    if (inner === undefined && key in payload) found[key] = payload[key];
    const object = payload[key] as Json | undefined;
    if (inner !== undefined && object && inner in object)
      found[key] = { ...(found[key] as Json), [inner]: object[inner] };
  }
  return { id, payload: found };
}

export function scroll(collection: Collection, body: Json): Json {
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
      ...(with_vector ? { vector: shown(point) } : {}),
    })),
    next_page_offset: left[limit]?.id ?? null,
  };
}

export function query(collection: Collection, body: Json): Json {
  const { limit = 10 } = body as { limit?: number };
  if (limit < 1) {
    throw new Refusal(
      422,
      `Validation error in JSON body: [internal.limit: value ${limit} invalid, must be 1 or larger]`,
    );
  }
  if (body.using !== undefined) return bySparse(collection, body, limit);
  const asked = body.query as number[];
  refuseOtherSize(collection, asked);
  const unit = normalised(asked);
  const scored = matching(collection, body.filter).map((point) => ({
    ...chosen(point, body.with_payload ?? false),
    score: point.vector.reduce((sum, value, place) => sum + value * unit[place]!, 0),
  }));
  return { points: scored.sort((a, b) => b.score - a.score).slice(0, limit) };
}

/** Points that have a number of the question; with `idf`, each of its numbers counts by how rare it is among all points. */
export function bySparse(collection: Collection, body: Json, limit: number): Json {
  const name = String(body.using);
  const config = collection.sparse_vectors?.[name];
  if (config === undefined) throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`);
  const { indices, values } = body.query as Sparse;
  const all = [...collection.points.values()].flatMap(({ sparse }) => sparse?.[name] ?? []);
  const weights = indices.map((index, place) => {
    const rows = all.filter((one) => one.indices.includes(index)).length;
    const idf = Math.log((all.length - rows + 0.5) / (rows + 0.5) + 1);
    return values[place]! * (config.modifier === 'idf' ? idf : 1);
  });
  const scored = matching(collection, body.filter).flatMap((point) => {
    const own = point.sparse?.[name];
    const shared = indices.map((index) => own?.indices.indexOf(index) ?? -1);
    if (shared.every((at) => at < 0)) return [];
    const score = shared.reduce(
      (sum, at, place) => sum + (at < 0 ? 0 : own!.values[at]! * weights[place]!),
      0,
    );
    return [{ ...chosen(point, body.with_payload ?? false), score }];
  });
  return { points: scored.sort((a, b) => b.score - a.score).slice(0, limit) };
}
