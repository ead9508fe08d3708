// The decimals that a server printed for a vector, where they are proven to be the ones that decimals.ts would print: then
// they are copied into chunks.jsonl, which costs a hundredth of printing. The proof is `isPrinted` in kernel/decimals.as; a number
// in doubt counts as not proven, and its vector is printed.
//
// The bytes are those of the server's answer, so a vector that is kept for long must forget them.
import type { Vector } from '../types/vector.js';

const known = new WeakMap<Vector, Uint8Array>();

/** @param digits the vector's values with commas between them, as `writeFloats` writes them */
export function rememberDigits(vector: Vector, digits: Uint8Array): void {
  known.set(vector, digits);
}

/** Must be called before a vector's values change, and where it is kept. */
export function forgetDigits(vector: Vector): void {
  known.delete(vector);
}

/** What `writeFloats` would write for the vector; undefined when that isn't known. */
export function digitsOf(vector: Vector): Uint8Array | undefined {
  return known.get(vector);
}
