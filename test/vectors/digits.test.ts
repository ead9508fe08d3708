// Digits of an answer are copied only where the printer would write the same ones.
import { expect, test } from 'vitest';
import { accept } from '../../src/embedders/guard/accept-vectors.js';
import { readEmbedAnswer } from '../../src/embedders/ollama/parse-answer.js';
import { writeLine } from '../../src/output/format/chunk-line.js';
import { maxFloatBytes, writeFloats } from '../../src/vectors/decimals.js';
import { digitsOf } from '../../src/vectors/digits.js';
import fc from '../helpers/properties.js';

const out = Buffer.alloc(64 * maxFloatBytes);
const printed = (vector: Float32Array) => out.toString('latin1', 0, writeFloats(out, 0, vector));

function answered(lists: string[]): Float32Array[] {
  const body = Buffer.from(`{"embeddings":[${lists.map((list) => `[${list}]`).join()}]}`);
  return readEmbedAnswer(body, lists[0]!.split(',').length, 'test').vectors;
}

/** A float32 of the usual range, by its bits. */
const float = fc
  .tuple(fc.integer({ min: 105, max: 127 }), fc.nat(2 ** 23 - 1), fc.boolean())
  .map(([exponent, bits, negative]) => {
    const value = new Float32Array(Int32Array.of((exponent << 23) | bits).buffer)[0]!;
    return negative ? -value : value;
  });
const digits = fc.tuple(fc.nat(10 ** 6), fc.nat(10 ** 6), fc.integer({ min: 1, max: 13 }));

/** What a server may print: the same digits as ours, one more, one less, another one, needless ones, and anything. */
const text = fc.oneof(
  float.map((value) => printed(Float32Array.of(value))),
  fc.tuple(float, fc.nat(9)).map(([value, digit]) => `${printed(Float32Array.of(value))}${digit}`),
  fc
    .tuple(float, fc.nat(9))
    .map(([value, digit]) => `${printed(Float32Array.of(value)).slice(0, -1)}${digit}`),
  fc.tuple(float, fc.integer({ min: 1, max: 16 })).map(([value, decimals]) => value.toFixed(decimals)),
  // Half-way to the next float32, as far as digits go.
  fc
    .tuple(float, fc.integer({ min: 7, max: 15 }))
    .map(([value, decimals]) => (value * (1 + 2 ** -24)).toFixed(decimals)),
  digits.map(
    ([high, low, decimals]) =>
      `0.${String(high * 1e6 + low)
        .padStart(13, '0')
        .slice(0, decimals)}`,
  ),
  fc.constantFrom('0', '-0', '0.0', '1', '0.1', '0.01', '1e-7', '-0.5', '0.99999999', '0.50', '0.000001'),
);

test('no digits are taken for ours that are not, and nearly all that are', () => {
  let [ours, proven] = [0, 0];
  fc.assert(
    fc.property(fc.array(text, { minLength: 400, maxLength: 500 }), (texts) => {
      for (const [place, vector] of answered(texts).entries()) {
        expect(vector[0]).toBe(Math.fround(JSON.parse(texts[place]!)));
        const known = digitsOf(vector);
        const ownText = printed(vector);
        if (known !== undefined) expect(Buffer.from(known).toString()).toBe(ownText);
        if (texts[place] !== ownText || Math.abs(vector[0]!) >= 1 || Math.abs(vector[0]!) < 1e-6) continue;
        ours++;
        if (known !== undefined) proven++;
      }
    }),
    { numRuns: 60 },
  );
  expect(ours).toBeGreaterThan(3000);
  expect(proven / ours).toBeGreaterThan(0.95);
});

test('one number in doubt, and the whole vector is printed', () => {
  const [whole, doubtful, spaced] = answered(['0.6,-0.8', '0.6,-0.80', '0.6, -0.8']);
  expect(Buffer.from(digitsOf(whole!)!).toString()).toBe('0.6,-0.8');
  expect(digitsOf(doubtful!)).toBeUndefined();
  expect(digitsOf(spaced!)).toBeUndefined();
});

test('a vector that is normalised here has other digits', () => {
  const [unit, long] = answered(['0.6,-0.8', '0.3,-0.4']);
  accept([unit!, long!], 2, 2);
  expect(digitsOf(unit!)).toBeDefined();
  expect(digitsOf(long!)).toBeUndefined();
  for (const vector of [unit!, long!]) {
    const length = writeLine(out, 0, { head: '{"id":"x"', text: '', tail: '}\n' }, vector);
    expect(out.toString('utf8', 0, length)).toBe('{"id":"x","embedding":[0.6,-0.8]}\n');
  }
});
