import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxFloatBytes, writeFloats } from '../../src/output/floats.js';
import { randomNumbers } from './sample.js';

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

test('reads back to the same bits at every exponent, and around every power of two and of ten', () => {
  for (let exponent = 0; exponent < 255; exponent++) {
    for (const mantissa of [0, 1, 2, 3, 0x400000, 0x7ffffd, 0x7ffffe, 0x7fffff]) {
      check(((exponent << 23) | mantissa) >>> 0);
      check(((1 << 31) | (exponent << 23) | mantissa) >>> 0);
    }
  }
  for (let exponent = -45; exponent < 39; exponent++) {
    for (let digit = 1; digit < 10; digit++) {
      one[0] = Number(`${digit}e${exponent}`);
      if (!Number.isFinite(one[0])) continue;
      const pattern = bits[0] as number;
      for (let step = -3; step <= 3; step++) if (pattern + step >= 0) check(pattern + step);
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
