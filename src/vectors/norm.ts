// src/vectors: numbers of vectors: their norm (this file), bytes (bytes.ts), decimals (decimals.ts), and the id of a
// vector space (space-json.ts). All pure. A vector from a cache or a journal counts only when its norm is 1.
import type { Vector } from '../types/vector.js';

/** Max distance from 1 of the norm of a stored vector, which was normalised in float32, or by a server. */
const tolerance = 1e-3;

/** The L2 norm. NaN or infinite when any value is: the sum of squares of float32 can't overflow a double. */
export function normOf(vector: Vector): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    sum += value * value;
  }
  return Math.sqrt(sum);
}

/** True for a vector of `dimensions` finite numbers with a norm of 1 ± 0.001. */
export function isUnit(value: unknown, dimensions: number): value is Vector {
  return value instanceof Float32Array && value.length === dimensions && isOne(normOf(value));
}

/** True for a norm of 1 ± 0.001; false for NaN. */
export function isOne(norm: number): boolean {
  return Math.abs(norm - 1) <= tolerance;
}
