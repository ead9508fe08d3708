import { expect, test } from 'vitest';
import { dot } from '../../src/vectors/dot.js';

test.each([0, 1, 3, 4, 7, 384])('of %i numbers, from any place on', (length) => {
  const floats = Float32Array.from({ length: length + 5 }, (_, i) => Math.sin(i * i + 1));
  const other = Float32Array.from({ length }, (_, i) => Math.cos(i + 2));
  let sum = 0;
  for (let i = 0; i < length; i++) sum += floats[i + 5]! * other[i]!;
  expect(dot(floats, 5, other)).toBeCloseTo(sum, 12);
});
