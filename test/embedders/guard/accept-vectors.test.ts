import { describe, expect, test } from 'vitest';
import { accept } from '../../../src/embedders/guard/accept-vectors.js';
import { EmbedderFault } from '../../../src/errors.js';
import { recordedCase } from '../../helpers/ollama/contract.js';
import fc from '../../helpers/properties.js';

const meaning = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error instanceof EmbedderFault ? error.meaning : error;
  }
  return 'accepted';
};

describe('accept', () => {
  test('leaves the bits of vectors that a server has normalised', () => {
    for (const version of ['0.24.0', '0.32.15'] as const) {
      const { body } = recordedCase(version, 'embed_batch_of_two').response;
      const vectors = (body as { embeddings: number[][] }).embeddings.map((one) => new Float32Array(one));
      const before = vectors.map((one) => one.slice());
      expect(accept(vectors, 2, 384)).toEqual(before);
    }
  });

  test('normalises all others, once, in place', () => {
    const vector = new Float32Array([3, 0, -4]);
    const [accepted] = accept([vector], 1, 3);
    expect(accepted).toBe(vector);
    expect([...vector]).toEqual([Math.fround(0.6), 0, Math.fround(-0.8)]);
    const again = vector.slice();
    expect(accept([vector], 1, 3)).toEqual([again]);
  });

  test('gives unit vectors that accept leaves alone, whatever came in', () => {
    const values = fc.float32Array({ minLength: 1, maxLength: 40, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(values, (given) => {
        const vector = given.slice();
        fc.pre(vector.some((value) => Math.abs(value) > 1e-30));
        accept([vector], 1, vector.length);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
        const again = vector.slice();
        accept([vector], 1, vector.length);
        expect(vector).toEqual(again);
      }),
    );
  });

  test.each([
    ['too few vectors', [new Float32Array([1, 0])], 2],
    ['too many vectors', [new Float32Array([1, 0]), new Float32Array([1, 0])], 1],
    ['a vector that is too short', [new Float32Array([1])], 1],
    ['a vector that is too long', [new Float32Array([1, 0, 0])], 1],
    ['a NaN', [new Float32Array([1, Number.NaN])], 1],
    ['an infinity', [new Float32Array([1, Number.NEGATIVE_INFINITY])], 1],
    ['a vector of zeros', [new Float32Array([0, 0])], 1],
  ])('refuses %s', (_, vectors, count) => {
    expect(meaning(() => accept(vectors, count, 2))).toBe('bad-answer');
  });
});
