// Vectors for the test server: derived from a hash, so that a text that gets another text's vector is
// found out, and printed as Go prints float32, so that clients read what a real server sends.
import { createHash } from 'node:crypto';

/** An L2-normalised vector that depends on every character of `seed`. */
export function vectorOf(seed: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const block = Buffer.alloc(4);
  let bytes = Buffer.alloc(0);
  for (let i = 0; i < dimensions; i++) {
    if (i % 16 === 0) {
      block.writeUInt32LE(i);
      bytes = createHash('sha256').update(seed).update(block).digest();
    }
    vector[i] = bytes.readUInt16LE((i % 16) * 2) / 32768 - 1;
  }
  return normalised(vector);
}

/** The first `dimensions` values, normalised again, as a server does that is asked for fewer. */
export function cut(vector: Float32Array, dimensions: number): Float32Array {
  return dimensions > 0 && dimensions < vector.length ? normalised(vector.slice(0, dimensions)) : vector;
}

function normalised(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const scale = Math.fround(1 / Math.sqrt(sum));
  return vector.map((value) => value * scale);
}

/** The shortest decimal that reads back as the same float32, in the notation of Go's encoding/json. */
export function goFloat32(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  let digits = 8;
  while (digits > 1 && Math.fround(Number(value.toPrecision(digits - 1))) === value) digits--;
  while (Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  // Go changes to exponents where JavaScript does: below 1e-6 and from 1e21.
  const magnitude = Math.abs(value);
  if (magnitude < 1e-6 || magnitude >= 1e21) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(digits)));
}

export function goVector(vector: Float32Array): string {
  return `[${Array.from(vector, goFloat32).join(',')}]`;
}
