// All vectors of all embedders pass through here. After this they are finite, of the right size and
// L2-normalised. No other code normalises vectors.
import { EmbedderFault } from '../../errors.js';
import type { Vector } from '../../types/vector.js';
import { forgetDigits } from '../../vectors/digits.js';
import { normOf } from '../../vectors/norm.js';

/**
 * Max distance of a norm from 1. Servers normalise in float32, which is off by about 2e-7 (seen on both recorded
 * servers). Such vectors keep the server's bits, so that a vector which passes here twice keeps its bytes.
 */
const nearOne = 1e-6;

/** Cause of the fault when a vector has the wrong size: another model answered. */
export class OtherDimensions extends RangeError {}

/**
 * Checks the vectors of an answer. Normalises in place those that are not normalised.
 * @param count number of texts that were sent
 * @param who the embedder, for messages: `Ollama at http://…`
 * @throws {EmbedderFault} `bad-answer` for a wrong count or size, a NaN, an infinity or a zero vector
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
  forgetDigits(vector);
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * factor;
}
