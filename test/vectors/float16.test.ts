import { expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from '../../src/vectors/float16.js';
import fc from '../helpers/properties.js';

const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
const values = new Float32Array(0x10000);
fromFloat16(all, values);

test.each([
  ['0', 0x0000, 0],
  ['-0', 0x8000, -0],
  ['the least', 0x0001, 2 ** -24],
  ['the largest below the normal ones', 0x03ff, (2 ** -14 * 1023) / 1024],
  ['the least normal one', 0x0400, 2 ** -14],
  ['the one below 1', 0x3bff, 1 - 2 ** -11],
  ['1', 0x3c00, 1],
  ['-2', 0xc000, -2],
  ['a third', 0x3555, 0.333251953125],
  ['the largest', 0x7bff, 65504],
  ['infinity', 0x7c00, Number.POSITIVE_INFINITY],
])('reads %s', (_, bits, value) => {
  expect(values[bits]).toBe(value);
});

test('every float16 becomes itself again', () => {
  const again = toFloat16(values);
  for (const bits of all) {
    if (Number.isNaN(values[bits])) expect(again[bits]).toBe(0x7e00);
    else if (again[bits] !== bits) expect(again[bits]).toBe(bits);
  }
});

test('takes the nearest one, and of two the even one', () => {
  // Between all neighbours of one sign: the middle, and the float32 on both sides of it.
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  for (let low = 0; low < 0x7bff; low++) {
    float[0] = (values[low]! + values[low + 1]!) / 2;
    const middle = float[0];
    const [even] = toFloat16(float);
    if (even !== (low % 2 === 0 ? low : low + 1)) expect(even, `${middle}`).toBe(low + (low % 2));
    bits[0]!--;
    if (toFloat16(float)[0] !== low) expect(toFloat16(float)[0], `below ${middle}`).toBe(low);
    bits[0]! += 2;
    if (toFloat16(float)[0] !== low + 1) expect(toFloat16(float)[0], `above ${middle}`).toBe(low + 1);
  }
  expect([...toFloat16(Float32Array.of(65519.99, 65520, -65520, 1e30))]).toEqual([
    0x7bff, 0x7c00, 0xfc00, 0x7c00,
  ]);
});

test('moves no value of a unit vector by more than 2^-12', () => {
  fc.assert(
    fc.property(fc.float({ min: -1, max: 1, noNaN: true }), (value) => {
      const read = new Float32Array(1);
      fromFloat16(toFloat16(Float32Array.of(value)), read);
      expect(Math.abs(read[0]! - Math.fround(value))).toBeLessThanOrEqual(2 ** -12);
    }),
  );
});
