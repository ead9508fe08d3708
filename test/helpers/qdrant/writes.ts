// What changes points of the Qdrant for tests.
import {
  type Collection,
  type Json,
  matching,
  normalised,
  pointId,
  Refusal,
  refuseOtherSize,
  type Sparse,
} from './collection.js';

/** All or nothing. */
export function upsert(collection: Collection, body: Json): void {
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
    const { dense, sparse } = vectorsOf(collection, vector);
    if (dense === undefined) throw new Refusal(400, noVectors);
    return { id: checked, vector: dense, ...(sparse && { sparse }), payload: (payload ?? {}) as Json };
  });
  if (points.length === 0) throw new Refusal(400, 'Bad request: Empty update request');
  for (const { vector } of points) refuseOtherSize(collection, vector);
  for (const point of points) {
    collection.points.set(String(point.id), { ...point, vector: normalised(point.vector) });
  }
}

export const noVectors =
  'Format error in JSON body: data did not match any variant of untagged enum VectorStruct';

/** The vector without a name, alone or under the empty name, and sparse ones by their names. */
export function vectorsOf(
  { sparse_vectors = {} }: Collection,
  given: unknown,
): { dense: number[] | undefined; sparse: Record<string, Sparse> | undefined } {
  const isNumbers = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'number');
  if (isNumbers(given)) return { dense: given, sparse: undefined };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new Refusal(400, noVectors);
  const { '': dense, ...named } = given as Record<string, unknown>;
  if (dense !== undefined && !isNumbers(dense)) throw new Refusal(400, noVectors);
  for (const [name, vector] of Object.entries(named)) {
    if (!(name in sparse_vectors))
      throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`);
    const { indices, values } = vector as Sparse;
    if (!isNumbers(indices) || !isNumbers(values)) throw new Refusal(400, noVectors);
    const areWhole = indices.every((one) => Number.isInteger(one) && one >= 0 && one < 2 ** 32);
    if (!areWhole || indices.length !== values.length || new Set(indices).size !== indices.length)
      throw new Refusal(422, 'Validation error in JSON body: must be unique and as many as values');
  }
  return { dense, sparse: named as Record<string, Sparse> };
}

/** Gives points other vectors of some names; their payload and other vectors stay. */
export function updateVectors(collection: Collection, body: Json): void {
  const changes = (body.points as Json[]).map(({ id, vector }) => {
    const point = collection.points.get(String(pointId(id)));
    if (point === undefined) throw new Refusal(404, `Not found: No point with id ${id} found`);
    return { point, ...vectorsOf(collection, vector) };
  });
  for (const { point, dense, sparse } of changes) {
    if (dense !== undefined) point.vector = normalised(dense);
    if (sparse !== undefined) point.sparse = { ...point.sparse, ...sparse };
  }
}

export const noSelector =
  'Format error in JSON body: data did not match any variant of untagged enum PointsSelector';

export function remove(collection: Collection, body: Json): void {
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
