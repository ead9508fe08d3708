// Answers longer than the kernel's memory, what is left in it of the answer before, and what it prints.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEmbedAnswer } from '../../src/embedders/ollama/parse-answer.js';
import { maxFloatBytes, writeFloats } from '../../src/vectors/decimals.js';
import { digitsOf } from '../../src/vectors/digits.js';
import { compiledFrom } from '../../src/vectors/kernel/compiled.js';
import { decimalsKernel } from '../../src/vectors/kernel/kernel.js';
import fc from '../helpers/properties.js';

const answer = (lists: string[]) => Buffer.from(`{"embeddings":[${lists.join()}]}`);
const floats = (list: string) => new Float32Array(JSON.parse(list));

/** Lists of numbers such as a server prints; here and there one that the kernel leaves to plain JavaScript. */
const list = (dimensions: number) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: -999_999_999, max: 999_999_999 }), {
        minLength: dimensions,
        maxLength: dimensions,
      }),
      fc.constantFrom('', '', '', '1e-7', '-1.5', '0', ' 0.25', '0.12345678901234567', '[', '0.5.5'),
      fc.nat(dimensions - 1),
    )
    .map(([values, odd, place]) => {
      const texts = values.map((value) => (value / 1e9).toFixed(9).replace(/0+$/, '0'));
      if (odd !== '') texts[place] = odd;
      return `[${texts.join()}]`;
    });

test('an answer is read like JSON, however long it is, and whichever vectors the kernel leaves', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 1200 })
        .chain((dimensions) =>
          fc.tuple(
            fc.constant(dimensions),
            fc.array(list(dimensions), { minLength: 1, maxLength: 4 }),
            fc.integer({ min: 1, max: Math.ceil(80_000 / dimensions) }),
          ),
        ),
      ([dimensions, lists, times]) => {
        const all = Array.from({ length: times }, (_, i) => lists[i % lists.length]!);
        let wanted: Float32Array[];
        try {
          wanted = all.map(floats);
        } catch {
          expect(() => readEmbedAnswer(answer(all), dimensions, 'test')).toThrow('in place of a number');
          return;
        }
        const { vectors } = readEmbedAnswer(answer(all), dimensions, 'test');
        expect(vectors.length).toBe(all.length);
        expect(
          vectors.every((vector, i) => Buffer.from(vector.buffer).equals(Buffer.from(wanted[i]!.buffer))),
        ).toBe(true);
        for (const [i, vector] of vectors.entries()) {
          const digits = digitsOf(vector);
          if (digits) expect(`[${Buffer.from(digits)}]`).toBe(all[i]);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('an answer that is cut off is not completed by the one before', () => {
  const whole = answer(['[0.6,-0.8]', '[0.8,-0.6]']);
  for (let length = '{"embeddings":['.length; length < whole.length - 1; length++) {
    expect(readEmbedAnswer(whole, 2, 'test').vectors).toHaveLength(2);
    expect(() => readEmbedAnswer(whole.subarray(0, length), 2, 'test')).toThrow();
  }
});

test('what runs was compiled from the source beside it', () => {
  const source = readFileSync(join(import.meta.dirname, '../../src/vectors/kernel/decimals.as'));
  expect(createHash('sha256').update(source).digest('hex')).toBe(compiledFrom);
});

/** Bit patterns of all kinds: near short decimals, near powers of two, of vectors, and any. */
const pattern = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc
    .tuple(fc.nat(999_999_999), fc.integer({ min: 1, max: 15 }), fc.integer({ min: -2, max: 2 }))
    .map(([digits, decimals, away]) => bitsOf(digits / 10 ** decimals) + away),
  fc
    .tuple(fc.nat(9999), fc.integer({ min: 1, max: 10 }), fc.integer({ min: -2, max: 2 }))
    .map(([digits, decimals, away]) => bitsOf(-digits / 10 ** decimals) + away),
  fc
    .tuple(fc.integer({ min: -30, max: 3 }), fc.integer({ min: -2, max: 2 }))
    .map(([exponent, away]) => bitsOf(2 ** exponent) + away),
);

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

const printed = (vector: Float32Array, print: typeof writeFloats) => {
  const out = Buffer.alloc(7 + vector.length * maxFloatBytes);
  return out.toString('latin1', 7, print(out, 7, vector));
};
const byKernel: typeof writeFloats = (...args) => decimalsKernel().print(...args);

test('vectors are printed as plain JavaScript prints them, whatever values they hold', () => {
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 2000 }), (patterns) => {
      const vector = new Float32Array(Uint32Array.from(patterns).buffer);
      for (const [index, value] of vector.entries()) if (!Number.isFinite(value)) vector[index] = 1;
      expect(printed(vector, byKernel)).toBe(printed(vector, writeFloats));
    }),
  );
  const longer = Float32Array.from({ length: 25_000 }, (_, i) => Math.sin(i) * 0.1);
  expect(printed(longer, byKernel)).toBe(printed(longer, writeFloats));
  expect(printed(new Float32Array(0), byKernel)).toBe('');
  expect(() => printed(Float32Array.of(0.5, Number.NaN), byKernel)).toThrow(RangeError);
});

test('what is printed in between leaves answers as they are', () => {
  const whole = answer(['[0.6,-0.8]']);
  const { vectors } = readEmbedAnswer(whole, 2, 'test');
  expect(printed(Float32Array.of(0.8, 0.6), byKernel)).toBe('0.8,0.6');
  expect(readEmbedAnswer(whole, 2, 'test').vectors).toEqual(vectors);
});
