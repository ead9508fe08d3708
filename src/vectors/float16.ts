// Numbers of 16 bits (IEEE 754 binary16): one bit of sign, 5 of exponent, 10 of fraction. Of the values of a normalised
// vector, each is at most 2^-12 away from what it was.
import type { Vector } from '../types/vector.js';

/** Bits of the fraction that a float32 has and a float16 hasn't. */
const droppedBits = 13;
/** The exponent of 1 in float32 less that in float16, where the fraction of a float16 is. */
const rebase = (127 - 15) << 10;
/** The least normal float16 is 2^-14. Below, they are multiples of 2^-24. */
const leastNormal = 2 ** -14;
const subnormalSteps = 2 ** 24;
/** From here on the nearest float16 is infinity. */
const infinityFrom = 65520;
const infinity = 0x7c00;
const notANumber = 0x7e00;
const signBit = 0x8000;
/** Added and taken away again, it leaves the nearest whole number, of two the even one. */
const toWhole = 2 ** 52;

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** The nearest float16 of each value, as its 16 bits; of two that are as near, the even one. */
export function toFloat16(values: Vector): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) halves[index] = bitsOf(values[index]!);
  return halves;
}

function bitsOf(value: number): number {
  float[0] = Math.abs(value);
  const size = float[0];
  float[0] = value;
  const sign = floatBits[0]! >>> 31 === 1 ? signBit : 0;
  if (Number.isNaN(size)) return notANumber;
  if (size >= infinityFrom) return sign | infinity;
  if (size < leastNormal) return sign | (size * subnormalSteps + toWhole - toWhole);
  const bits = floatBits[0]! & 0x7fffffff;
  const odd = (bits >>> droppedBits) & 1;
  return sign | (((bits + 0xfff + odd) >>> droppedBits) - rebase);
}

/** The float32 of each of the 65,536 float16. */
let table: Float32Array | undefined;

/** @param into receives as many values */
export function fromFloat16(halves: Uint16Array, into: Float32Array): void {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) => floatOf(bits));
  for (let index = 0; index < halves.length; index++) into[index] = table[halves[index]!]!;
}

function floatOf(bits: number): number {
  const sign = bits & signBit ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * (fraction / subnormalSteps);
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
