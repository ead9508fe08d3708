// The one door through which vectors come in: what passes here is finite, of the right size and
// L2-normalised, whatever engine it came from. Nothing normalises a vector a second time.
import { EmbedderFault } from '../../errors.js';
import type { Vector } from '../../types.js';
import { normOf } from '../../vectors/norm.js';

/**
 * How far a norm may be from 1 and still count as 1. Servers normalise in float32, which leaves about 2e-7
 * (seen on both recorded servers); such vectors keep the server's own bits, so that the same answer gives
 * the same bytes whether or not it passed here before.
 */
const nearOne = 1e-6;

/** The cause of the fault when a vector has another size: another model answered. */
export class OtherDimensions extends RangeError {}

/**
 * Checks an answer's vectors and normalises in place those that are not.
 * @param count how many texts were sent
 * @param who the embedder, for messages: `Ollama at http://…`
 * @throws {EmbedderFault} `bad-answer` on a wrong count or size, a NaN, an infinity or a zero vector
 */
export function accept(vectors: Vector[], count: number, dimensions: number, who = 'The embedder'): Vector[] {
  const bad = (what: string, cause?: unknown) =>
    new EmbedderFault('bad-answer', `${who} answered with ${what}: update it, or report it to its makers.`, {
      cause,
    });
  if (vectors.length !== count) {
    throw bad(`${vectors.length} vectors for ${count} texts`);
  }
  for (const vector of vectors) {
    if (vector.length !== dimensions) {
      const what = `a vector of ${vector.length} instead of ${dimensions} dimensions`;
      throw bad(what, new OtherDimensions(what));
    }
    const norm = normOf(vector);
    if (!Number.isFinite(norm)) throw bad('a vector that is not finite');
    if (norm === 0) throw bad('a vector of zeros');
    if (Math.abs(norm - 1) > nearOne) scale(vector, 1 / norm);
  }
  return vectors;
}

function scale(vector: Vector, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * factor;
}
