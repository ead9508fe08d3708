// Texts' hashes and vectors for cache tests: a vector follows from its text, so that a swapped one shows.
import { createHash } from 'node:crypto';
import type { Vector, VectorEntry } from '../../src/types.js';

export const dimensions = 96;

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function spaceOf(name: string): string {
  return hashOf(name).slice(0, 32);
}

/** Floats of all kinds: the SHA-256 of text and position, taken as integers. */
export function vectorOf(text: string, length = dimensions): Vector {
  const vector = new Float32Array(length);
  for (let i = 0; i < length; i += 8) {
    const bytes = createHash('sha256').update(`${i} ${text}`).digest();
    for (let j = 0; j < 8 && i + j < length; j++) vector[i + j] = bytes.readInt32LE(j * 4) / 2 ** 31;
  }
  return vector;
}

export function entryOf(text: string, length = dimensions): VectorEntry {
  return { hash: hashOf(text), vector: vectorOf(text, length) };
}

export function texts(count: number, name = 'text'): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}
