// The length of vectors: what comes in, from a server or from a cache, is believed only when it is a vector
// of length 1.
import type { Vector } from '../types.js';

/** How far the norm of a vector that was kept may be from 1: it was normalised in float32, or by a server. */
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

/** Whether a value is a vector of `dimensions` finite numbers whose norm is 1 ± 0.001. */
export function isUnit(value: unknown, dimensions: number): value is Vector {
  return value instanceof Float32Array && value.length === dimensions && isOne(normOf(value));
}

/** Whether a norm is 1 ± 0.001; false for NaN. */
export function isOne(norm: number): boolean {
  return Math.abs(norm - 1) <= tolerance;
}
