// Answers longer than the kernel's memory, and what is left in it of the answer before.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEmbedAnswer } from '../../src/embedders/ollama/parse-answer.js';
import { digitsOf } from '../../src/vectors/digits.js';
import { compiledFrom } from '../../src/vectors/kernel/compiled.js';
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
