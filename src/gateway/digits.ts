// Float32 as JSON: the fewest digits that read back as the same float32, as Ollama prints them. Straight into
// bytes: a string for every number would cost more than all the rest of an answer.

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** 10 to the power of 0 to 15, all of them exact. */
const POWERS = Float64Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));

/** `00` to `99`. */
const PAIRS = Buffer.from(Array.from({ length: 100 }, (_, n) => `${n}`.padStart(2, '0')).join(''));

/** Bytes that a number takes at most, its comma included: `-123456790000000000000,`. */
const MOST_BYTES = 24;

/** Bytes that a vector's JSON takes at most. */
export function mostBytes(dimensions: number): number {
  return dimensions * MOST_BYTES + 2;
}

/**
 * Writes `[0.1,-0.25]`; the buffer must have room for {@link mostBytes}.
 * @returns the place behind the last byte
 */
export function writeVector(buffer: Buffer, at: number, vector: Float32Array): number {
  buffer[at++] = OPEN;
  for (let i = 0; i < vector.length; i++) {
    if (i > 0) buffer[at++] = COMMA;
    at = writeFloat(buffer, at, vector[i]!);
  }
  buffer[at++] = CLOSE;
  return at;
}

function writeFloat(buffer: Buffer, at: number, value: number): number {
  const size = value < 0 ? -value : value;
  // Values of a normalised vector lie here, but for a few.
  if (!(size >= 1e-6 && size < 1)) return at + buffer.write(anyFloat(value), at, 'latin1');
  if (value < 0) buffer[at++] = MINUS;
  let zeros = 0;
  for (let next = size * 10; next < 1; next *= 10) zeros++;
  // All float32 read back from 9 digits, half of them from 8, few from less.
  let digits = 8;
  let number = rounded(size, zeros + digits);
  if (!readsBack(number, zeros + digits, size)) {
    digits = 9;
    number = rounded(size, zeros + digits);
  } else {
    for (; digits > 1; digits--) {
      const shorter = rounded(size, zeros + digits - 1);
      if (!readsBack(shorter, zeros + digits - 1, size)) break;
      number = shorter;
    }
  }
  buffer[at] = ZERO;
  buffer[at + 1] = POINT;
  at += 2;
  for (; zeros > 0; zeros--) buffer[at++] = ZERO;
  // Two digits at a time, from the last.
  let rest = number;
  let place = at + digits;
  while (place - at > 1) {
    const hundreds = (rest / 100) | 0;
    const pair = (rest - hundreds * 100) * 2;
    buffer[--place] = PAIRS[pair + 1]!;
    buffer[--place] = PAIRS[pair]!;
    rest = hundreds;
  }
  if (place > at) buffer[at] = ZERO + rest;
  return at + digits;
}

/** `size` with so many decimals, as an integer of 9 digits at most. */
function rounded(size: number, decimals: number): number {
  return (size * POWERS[decimals]! + 0.5) | 0;
}

function readsBack(number: number, decimals: number, size: number): boolean {
  return Math.fround(number / POWERS[decimals]!) === size;
}

/** The slow way, for all numbers. */
function anyFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}
