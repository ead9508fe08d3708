import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mostBytes, writeVector } from '../../src/gateway/digits.js';
import { goVector, vectorOf } from '../helpers/ollama/vectors.js';

function written(vector: Float32Array): string {
  const buffer = Buffer.alloc(mostBytes(vector.length));
  return buffer.toString('latin1', 0, writeVector(buffer, 0, vector));
}

test('vectors are printed digit for digit as Ollama prints them', () => {
  for (const text of ['one', 'two', 'naïve café', '']) {
    const vector = vectorOf(text, 384);
    expect(written(vector)).toBe(goVector(vector));
  }
});

test('every float32 reads back as itself, from no more digits than are needed', () => {
  const floats = fc.float({ noNaN: true, noDefaultInfinity: true });
  const small = fc.float({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.oneof(floats, small), { minLength: 1, maxLength: 50 }), (values) => {
      const vector = Float32Array.from(values);
      const text = written(vector);
      expect(Float32Array.from(JSON.parse(text))).toEqual(vector.map((value) => value + 0));
      expect(text.length).toBeLessThanOrEqual(goVector(vector).length);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['nothing', [], '[]'],
  ['whole and round ones', [0, 1, -1, 0.5, -0.25, 0.1], '[0,1,-1,0.5,-0.25,0.1]'],
  ['those just below a power of ten', [0.099999994, 0.99999994], '[0.099999994,0.99999994]'],
  ['tiny ones', [1e-6, 9.9999e-7, 1.5e-45], '[0.000001,9.9999e-7,1e-45]'],
])('prints %s', (_, values, expected) => {
  expect(written(Float32Array.from(values))).toBe(expected);
});
