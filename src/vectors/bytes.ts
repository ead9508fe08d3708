// Vectors as the cache stores them: raw little-endian float32. It copies bytes, not numbers, so every bit pattern is kept.
import { endianness } from 'node:os';
import type { VectorEntry } from '../types/cache.js';
import type { Vector } from '../types/vector.js';

const littleEndian = endianness() === 'LE';

/** The stored form of `vector`; shares its memory where the machine is little-endian. */
export function vectorBytes(vector: Vector): Buffer {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return littleEndian ? bytes : Buffer.from(bytes).swap32();
}

/** A vector of its own memory from its stored form, `bytes[start, start + 4 × dimensions)`. */
export function vectorAt(bytes: Buffer, start: number, dimensions: number): Vector {
  // Always a copy: the bytes may be at odd addresses, and a socket or a database will reuse their memory.
  const vector = new Float32Array(dimensions);
  const target = Buffer.from(vector.buffer);
  bytes.copy(target, 0, start, start + vector.byteLength);
  if (!littleEndian) target.swap32();
  return vector;
}

/** Checks the lengths: keys have a fixed length, so a wrong one would damage its neighbours. */
export function checkSpaceId(space: string): void {
  if (space.length !== 32) throw new TypeError(`A vector space's id has 32 hex digits, not "${space}".`);
}

export function checkHash(hash: string): void {
  if (hash.length !== 64) throw new TypeError(`A text's hash has 64 hex digits, not "${hash}".`);
}

export function checkEntries(entries: readonly VectorEntry[]): void {
  for (const { hash } of entries) checkHash(hash);
}
