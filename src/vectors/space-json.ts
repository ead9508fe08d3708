// A vector space as JSON, and its id. The output's manifest and the cache's registry both store spaces, so both use this.
// Pure.
import { createHash } from 'node:crypto';
import { isObject, isPlain } from '../text/plain-json.js';
import type { Json } from '../types/json.js';
import type { VectorSpace } from '../types/space.js';
import type { Vector } from '../types/vector.js';

/** First 32 hex digits of the SHA-256 over all parts of the space, with the canaries' floats as little-endian bytes. */
export function spaceId(space: Omit<VectorSpace, 'id'>): string {
  const fields: Json = [
    space.embedder,
    space.variant,
    space.model,
    space.digest,
    space.dimensions,
    sortKeys(space.options),
    space.prefixes.document,
    space.prefixes.query,
    space.canaries.length,
  ];
  const hash = createHash('sha256').update(JSON.stringify(fields));
  for (const canary of space.canaries) hash.update(floatBytes(canary));
  return hash.digest('hex').slice(0, 32);
}

/** The space as plain JSON with a fixed order of keys; canaries in base64. */
export function spaceToJson(space: VectorSpace): { [key: string]: Json } {
  return {
    id: space.id,
    embedder: space.embedder,
    variant: space.variant,
    model: space.model,
    digest: space.digest,
    dimensions: space.dimensions,
    options: sortKeys(space.options),
    prefixes: { document: space.prefixes.document, query: space.prefixes.query },
    canaries: space.canaries.map((canary) => floatBytes(canary).toString('base64')),
  };
}

/** Options of Ollama's are names with a value each; some hold a list. */
const maxOptions = { levels: 8, parts: 10_000 };

/** Max dimensions: no model has as many, and a reader of an output must hold a row. */
const maxDimensions = 1_000_000;

/** The space that `spaceToJson` wrote; undefined when a part is missing, of a wrong shape, or not what the id says. */
export function spaceFromJson(json: unknown): VectorSpace | undefined {
  if (!isObject(json) || !isObject(json.prefixes) || !isObject(json.options)) return undefined;
  if (!isPlain(json.options, maxOptions)) return undefined;
  const { id, embedder, variant, model, digest, dimensions, prefixes, canaries } = json;
  if (embedder !== 'ollama' && embedder !== 'openai' && embedder !== 'builtin') return undefined;
  if (typeof id !== 'string' || typeof variant !== 'string' || typeof model !== 'string') return undefined;
  if (typeof digest !== 'string' || typeof dimensions !== 'number') return undefined;
  if (!Number.isSafeInteger(dimensions) || dimensions < 1 || dimensions > maxDimensions) return undefined;
  if (typeof prefixes.document !== 'string' || typeof prefixes.query !== 'string') return undefined;
  if (!Array.isArray(canaries)) return undefined;
  const vectors: Vector[] = [];
  for (const canary of canaries) {
    if (typeof canary !== 'string') return undefined;
    const bytes = Buffer.from(canary, 'base64');
    if (bytes.length !== dimensions * 4) return undefined;
    const vector = new Float32Array(dimensions);
    floatBytes(vector).set(bytes);
    vectors.push(vector);
  }
  const space: VectorSpace = {
    id,
    embedder,
    variant,
    model,
    digest,
    dimensions,
    options: json.options as { [key: string]: Json },
    prefixes: { document: prefixes.document, query: prefixes.query },
    canaries: vectors,
  };
  return spaceId(space) === id ? space : undefined;
}

/** A view on the floats' memory, which is little-endian on every platform that Node is built for but s390x. */
function floatBytes(vector: Vector): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Equal values must give equal bytes, in whatever order their keys were set. */
function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted: { [key: string]: Json } = {};
  for (const key of Object.keys(value).sort()) sorted[key] = sortKeys(value[key] as Json);
  return sorted;
}
