// Vectors from a hash of the text: what a server gives and what an index holds can be compared without either.
import { createHash } from 'node:crypto';

export const dimensions = 64;

/** float32, of length 1, its own for every text. */
export function vectorOf(text, length = dimensions) {
  const seed = createHash('sha512').update(text).digest();
  let state = seed.readUInt32LE();
  const values = Array.from({ length }, (_, at) => {
    if (at < seed.length) return seed[at] - 127.5;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) - 127.5;
  });
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
}
