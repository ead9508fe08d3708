// The decimals that a server printed for a vector, where they are proven to be the ones that decimals.ts would print: then
// they are copied into chunks.jsonl, which costs a hundredth of printing. `arePrinted` is the proof; a number in doubt
// counts as not proven, and its vector is printed.
//
// The bytes are those of the server's answer, so a vector that is kept for long must forget them.
import type { Vector } from '../types/vector.js';
import { halfUlp, nineDigits } from './decimals.js';

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

/** 10^0 to 10^9. */
const tens = Float64Array.from({ length: 10 }, (_, exponent) => 10 ** exponent);
/** 10^-1 to 10^-10. */
const tenths = Float64Array.from({ length: 10 }, (_, exponent) => 10 ** (-exponent - 1));

/**
 * True when `writeFloats` writes each value of a vector in just these digits. For each it asks what the printer asks: is
 * it the nearest number with so many digits, is it near enough to be this float32, and would one digit less be too few?
 * It is one loop without calls, as in the printer, because a call for each number would double the time.
 * @param mantissas the digits behind `0.` of each value, as an integer; the sign doesn't matter
 * @param decimals how many digits there are; 0 for a value that was not written like that
 */
export function arePrinted(vector: Vector, mantissas: Float64Array, decimals: Uint8Array): boolean {
  const bits = new Int32Array(vector.buffer, vector.byteOffset, vector.length);
  for (let i = 0; i < bits.length; i++) {
    const magnitude = Math.abs(vector[i] as number);
    const mantissa = mantissas[i] as number;
    if (!(magnitude >= 1e-6 && magnitude < 1)) return false;
    let zeros = 0;
    if (magnitude < 0.1) {
      if (magnitude >= 0.01) zeros = 1;
      else if (magnitude >= 1e-3) zeros = 2;
      else if (magnitude >= 1e-4) zeros = 3;
      else zeros = magnitude >= 1e-5 ? 4 : 5;
    }
    const digits = (decimals[i] as number) - zeros;
    if (digits < 1 || digits > 9) return false;
    const step = tens[9 - digits] as number;
    const integer = mantissa * step;
    // Other zeros than its float32 has, or needless ones at the end.
    if (integer < 1e8 || integer >= 1e9 || (mantissa | 0) % 10 === 0) return false;
    const scale = nineDigits[zeros] as number;
    const scaled = magnitude * scale;
    const reach = (halfUlp[((bits[i] as number) >>> 23) & 255] as number) * scale - 1e-6;
    const distance = Math.abs(integer - scaled);
    if (distance > 0.499999 * step || (digits < 9 && distance >= reach)) return false;
    if (digits === 1) continue;
    const shorter = ((scaled * (tenths[9 - digits] as number) + 0.5) | 0) * step * 10;
    if (Math.abs(shorter - scaled) <= reach + 1e-5) return false;
  }
  return true;
}
