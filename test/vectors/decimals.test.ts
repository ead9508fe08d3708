import { expect, test } from 'vitest';
import { maxFloatBytes, writeFloats } from '../../src/vectors/decimals.js';
import { goVector, vectorOf } from '../helpers/ollama/vectors.js';
import fc from '../helpers/properties.js';
import { randomNumbers } from '../output/sample.js';

const one = new Float32Array(1);
const bits = new Uint32Array(one.buffer);
const out = Buffer.alloc(64);
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function textOf(pattern: number): string {
  bits[0] = pattern;
  return out.toString('latin1', 0, writeFloats(out, 0, one));
}

/** Throws unless the text of this bit pattern is a JSON number that reads back to the same bits. */
function check(pattern: number): string {
  const text = textOf(pattern);
  const value = one[0] as number;
  if (!Object.is(Math.fround(Number.parseFloat(text)), value) || !jsonNumber.test(text)) {
    throw new Error(`bits ${pattern.toString(16)} (${value}) became ${text}`);
  }
  if (text.length >= maxFloatBytes) throw new Error(`${text} is longer than it may be`);
  return text;
}

/** As `check`, for both signs, by a parser of its own that doesn't round on its way. */
function checkExactly(magnitude: number): void {
  for (const pattern of [magnitude, (magnitude | 0x80000000) >>> 0]) {
    const text = check(pattern);
    if (readBack(text) !== pattern) throw new Error(`bits ${pattern.toString(16)} became ${text}`);
    expect(Object.is(JSON.parse(`[${text}]`)[0], Number(text))).toBe(true);
  }
}

/** The least power of two that a float32 is a multiple of, and as many decimals as it can have. */
const unitExponent = 149;

/** Decimal to the bits of the nearest float32, ties to even, in whole numbers only. */
function readBack(text: string): number {
  const [, minus, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)\.?(\d*)(?:e(.+))?$/.exec(text)!;
  const power = Number(exponent) - fraction.length;
  let above = BigInt(whole + fraction) << BigInt(unitExponent);
  let below = 1n;
  if (power > 0) above *= 10n ** BigInt(power);
  else below = 10n ** BigInt(-power);
  // The number is above / below, in units of 2^-149; a float32 has 24 bits of them, and zeros after them.
  let shift = 0;
  while ((above / below) >> BigInt(shift) >= 1n << 24n) shift++;
  const unit = below << BigInt(shift);
  let mantissa = above / unit;
  const rest = (above - mantissa * unit) * 2n;
  if (rest > unit || (rest === unit && mantissa % 2n === 1n)) mantissa++;
  // A mantissa that grew by a bit carries into the exponent by itself; subnormal ones have none.
  const magnitude = shift * 2 ** 23 + Number(mantissa);
  return minus ? (magnitude | 0x80000000) >>> 0 : magnitude;
}

/** The shortest number of digits that reads back, found by trying. */
function shortestText(value: number): string {
  for (let digits = 1; ; digits++) {
    const nearest = Number(value.toPrecision(digits));
    if (Math.fround(nearest) === value) return String(nearest);
  }
}

test('writes well-known values as people do', () => {
  const vector = Float32Array.from([0, -0, 1, -1, 0.1, -0.25, 0.01, 0.001, 1e-6, 1e-7, 0.99999994, 123456.7]);
  const text = Buffer.alloc(vector.length * maxFloatBytes);
  expect(text.toString('latin1', 0, writeFloats(text, 0, vector))).toBe(
    '0,-0,1,-1,0.1,-0.25,0.01,0.001,0.000001,1e-7,0.99999994,123456.7',
  );
});

test('vectors are printed digit for digit as Ollama prints them', () => {
  for (const text of ['one', 'two', 'naïve café', '']) {
    const vector = vectorOf(text, 384);
    const written = Buffer.alloc(vector.length * maxFloatBytes);
    const end = writeFloats(written, 0, vector);
    expect(`[${written.toString('latin1', 0, end)}]`).toBe(goVector(vector));
  }
});

test('reads back to the same bits at every exponent, subnormal ones too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 23 - 1 }), (random) => {
      for (let exponent = 0; exponent < 255; exponent++) checkExactly(exponent * 2 ** 23 + random);
    }),
    { numRuns: 10, examples: [[0], [1], [2], [3], [0x400000], [0x7ffffd], [0x7ffffe], [0x7fffff]] },
  );
});

test('reads back to the same bits around every power of ten, and the numbers between', () => {
  for (let exponent = -45; exponent < 39; exponent++) {
    for (let digit = 1; digit < 10; digit++) {
      one[0] = Number(`${digit}e${exponent}`);
      if (!Number.isFinite(one[0])) continue;
      const pattern = bits[0] as number;
      const reach = digit === 1 ? 40 : 3;
      for (let step = -reach; step <= reach; step++) if (pattern + step >= 0) checkExactly(pattern + step);
    }
  }
});

test('reads back to the same bits for any pattern', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      one[0] = value;
      check(bits[0] as number);
    }),
    { numRuns: 20_000 },
  );
});

test('is as short as can be, over a million values of the sizes that vectors have', () => {
  const random = randomNumbers(7);
  // From 2^-20, just below 1e-6, to 1.
  const lowest = 107 << 23;
  const patterns = (127 << 23) - lowest;
  let longer = 0;
  for (let i = 0; i < 1_000_000; i++) {
    const pattern = lowest + Math.floor(random() * patterns);
    const text = check(pattern);
    if (i % 20 === 0 && text.length > shortestText(one[0] as number).length) longer++;
  }
  expect(longer).toBe(0);
});

test('finds the shortest of all at powers of two, where the nearest is not the only one', () => {
  // 2^-24 = 5.9604645e-8: seven digits of the nearest decimal do not read back, but a neighbour may.
  for (let exponent = 1; exponent < 255; exponent++) {
    const text = check((exponent << 23) >>> 0);
    expect(text.length).toBeLessThanOrEqual(shortestText(one[0] as number).length);
  }
});

test('refuses what JSON has no number for', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(() => writeFloats(out, 0, Float32Array.of(value))).toThrow(RangeError);
  }
});

test('starts where it is told and leaves the rest alone', () => {
  const buffer = Buffer.alloc(80, '#');
  const end = writeFloats(buffer, 3, Float32Array.of(0.5, -0.125));
  expect(buffer.toString('latin1', 0, end)).toBe('###0.5,-0.125');
});
