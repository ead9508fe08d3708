// Vectors for the test server: derived from a hash, so that a text that gets another text's vector is
// found out, and printed as Go prints float32, so that clients read what a real server sends.
import { createHash } from 'node:crypto';

/** An L2-normalised vector that depends on every character of `seed`. */
export function vectorOf(seed: string, dimensions: number): Float32Array {
  // One hash as long as the vector: one for every few values would take ten times as long.
  const bytes = createHash('shake256', { outputLength: 2 * dimensions })
    .update(seed)
    .digest();
  const vector = new Float32Array(dimensions);
  for (let i = 0; i < dimensions; i++) vector[i] = bytes.readUInt16LE(2 * i) / 32768 - 1;
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
  const magnitude = Math.abs(value);
  const short = magnitude >= 1e-4 && magnitude < 1 ? shortestBelowOne(magnitude) : undefined;
  if (short !== undefined) return value < 0 ? `-${short}` : short;
  let digits = 8;
  while (digits > 1 && Math.fround(Number(value.toPrecision(digits - 1))) === value) digits--;
  while (Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  // Go changes to exponents where JavaScript does: below 1e-6 and from 1e21.
  if (magnitude < 1e-6 || magnitude >= 1e21) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(digits)));
}

/**
 * The same for nearly all values of a vector, in a fraction of the time. A float32 times a power of ten up to 10^12 is
 * exact, so rounding the product gives the digits that printing would, and the quotient is what reading them gives.
 * @returns nothing where it takes more than 9 digits
 */
function shortestBelowOne(magnitude: number): string | undefined {
  // Behind the point, for 8 digits that count.
  let places = magnitude >= 0.1 ? 8 : magnitude >= 0.01 ? 9 : magnitude >= 0.001 ? 10 : 11;
  let digits = Math.round(magnitude * powers[places]!);
  if (Math.fround(digits / powers[places]!) !== magnitude) {
    places++;
    digits = Math.round(magnitude * powers[places]!);
    if (Math.fround(digits / powers[places]!) !== magnitude) return undefined;
    return decimal(digits, places);
  }
  for (let fewer = places - 1; fewer > 0; fewer--) {
    const rounded = Math.round(magnitude * powers[fewer]!);
    if (Math.fround(rounded / powers[fewer]!) !== magnitude) break;
    digits = rounded;
    places = fewer;
  }
  return decimal(digits, places);
}

const powers = Array.from({ length: 13 }, (_, exponent) => 10 ** exponent);
const zeros = Array.from({ length: 13 }, (_, count) => `0.${'0'.repeat(count)}`);

function decimal(digits: number, places: number): string {
  const text = String(digits);
  return zeros[places - text.length]! + text;
}

export function goVector(vector: Float32Array): string {
  return `[${Array.from(vector, goFloat32).join(',')}]`;
}
