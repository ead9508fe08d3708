// The vector space: what makes two vectors comparable.
import type { EmbedderIdentity } from './embedder.js';
import type { Vector } from './vector.js';

/** What makes two vectors comparable. Two spaces are the same when all but `id` and `canaries` is equal and the lowest canary cosine is ≥ 0.999. */
export interface VectorSpace extends EmbedderIdentity {
  /** First 32 hex digits of the SHA-256 of the space's bytes. */
  id: string;
  /** Vectors of the canary texts, in their order. */
  canaries: Vector[];
}
