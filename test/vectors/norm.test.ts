import { expect, test } from 'vitest';
import { isUnit, normOf } from '../../src/vectors/norm.js';

const axis = (length: number) => Float32Array.of(0, length, 0);

test('a unit vector has a norm of 1 ± 0.001, and as many values as the space', () => {
  expect([0.9991, 1, 1.0009, -1].map((length) => isUnit(axis(length), 3))).toEqual([true, true, true, true]);
  expect([0, 0.9989, 1.0011, 1e30].map((length) => isUnit(axis(length), 3))).toEqual(
    [0, 0, 0, 0].map(() => false),
  );
  expect(isUnit(axis(1), 2)).toBe(false);
  expect(isUnit(Float64Array.of(0, 1, 0), 3)).toBe(false);
});

test.each([Number.NaN, Infinity, -Infinity])('%s is in no vector', (value) => {
  expect(Number.isFinite(normOf(Float32Array.of(1, value)))).toBe(false);
  expect(isUnit(Float32Array.of(1, value), 2)).toBe(false);
});

test('the largest numbers overflow nothing', () => {
  expect(normOf(new Float32Array(4).fill(3.4e38))).toBeCloseTo(6.8e38, -34);
});
