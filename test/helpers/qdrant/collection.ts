// What the Qdrant for tests keeps: collections with their points.
export type Json = Record<string, unknown>;

export interface QdrantPoint {
  id: string | number;
  /** Normalised, as floats of 32 bits. */
  vector: number[];
  /** Sparse ones, by name. */
  sparse?: Record<string, Sparse>;
  payload: Json;
}

export interface Sparse {
  indices: number[];
  values: number[];
}

export interface Collection {
  vectors: { size: number; distance: string };
  sparse_vectors?: Record<string, { modifier?: string }>;
  metadata: Json | undefined;
  indexes: Record<string, string>;
  points: Map<string, QdrantPoint>;
  operations: number;
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function create(collections: Map<string, Collection>, name: string, body: Json): boolean {
  if (collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
  const vectors = body.vectors as Collection['vectors'];
  if (!(vectors.size > 0)) {
    throw new Refusal(
      400,
      'Format error in JSON body: data did not match any variant of untagged enum VectorsConfig',
    );
  }
  const metadata = body.metadata as Json | undefined;
  const sparse_vectors = body.sparse_vectors as Collection['sparse_vectors'];
  const points = new Map<string, QdrantPoint>();
  collections.set(name, {
    ...{ vectors, metadata, indexes: {}, points, operations: 0 },
    ...(sparse_vectors && { sparse_vectors }),
  });
  return true;
}

export function infoOf({ vectors, sparse_vectors, metadata, indexes, points }: Collection): Json {
  const schema = Object.entries(indexes).map(([key, type]) => [key, { data_type: type, points: 0 }]);
  return {
    points_count: points.size,
    config: {
      params: { vectors, ...(sparse_vectors && { sparse_vectors }) },
      ...(metadata && { metadata }),
    },
    payload_schema: Object.fromEntries(schema),
  };
}

/** Keys of the metadata are replaced one by one; null removes one. */
export function merge(collection: Collection, changes: Json): boolean {
  const entries = Object.entries({ ...collection.metadata, ...changes });
  collection.metadata = Object.fromEntries(entries.filter(([, value]) => value !== null));
  return true;
}

export function pointId(value: unknown): string | number {
  if (typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value))
    return value.toLowerCase();
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  if (value === undefined) throw new Refusal(400, 'Format error in JSON body: missing field `id`');
  throw new Refusal(
    400,
    `Format error in JSON body: value ${value} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

export function refuseOtherSize({ vectors }: Collection, vector: readonly number[]): void {
  if (vector.length === vectors.size) return;
  throw new Refusal(
    400,
    `Wrong input: Vector dimension error: expected dim: ${vectors.size}, got ${vector.length}`,
  );
}

/** A vector of length 1, as near as floats come, stays as it is. */
export function normalised(vector: readonly number[]): number[] {
  const norm = Math.hypot(...vector);
  return vector.map((value) => Math.fround(Math.abs(norm - 1) < 1e-6 || norm === 0 ? value : value / norm));
}

export function matching({ points }: Collection, filter: unknown): QdrantPoint[] {
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
