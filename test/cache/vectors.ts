// Texts' hashes and vectors for cache tests: a vector follows from its text, so that a swapped one shows.
import { createHash } from 'node:crypto';
import type { VectorEntry } from '../../src/types/cache.js';
import type { Vector } from '../../src/types/vector.js';

export const dimensions = 96;

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function spaceOf(name: string): string {
  return hashOf(name).slice(0, 32);
}

/** Numbers between -1 and 1 that the text's SHA-256 starts. */
export function vectorOf(text: string, length = dimensions): Vector {
  let state = createHash('sha256').update(text).digest().readInt32LE(0);
  return new Float32Array(length).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

export function entryOf(text: string, length = dimensions): VectorEntry {
  return { hash: hashOf(text), vector: vectorOf(text, length) };
}

export function texts(count: number, name = 'text'): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}
