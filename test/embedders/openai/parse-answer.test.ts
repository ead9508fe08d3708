import { describe, expect, test } from 'vitest';
import { readEmbeddings } from '../../../src/embedders/openai/parse-answer.js';
import fc from '../../helpers/properties.js';

const base64 = (values: readonly number[]) =>
  Buffer.from(Float32Array.from(values).buffer).toString('base64');
const one = (embedding: unknown, index?: unknown) => ({
  object: 'embedding',
  embedding,
  ...(index !== undefined && { index }),
});
const read = (answer: unknown, texts: number) =>
  readEmbeddings(
    Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)),
    texts,
    'http://h/v1',
  );

describe('readEmbeddings', () => {
  test('gives base64 and numbers the same bits, in the order of the indexes', () => {
    const vectors = [
      [0.1, -0.2, 1e-9],
      [3.5, 2, -1],
      [0, 0.25, 7],
    ];
    const data = [one(base64(vectors[2]!), 2), one(vectors[0], 0), one(base64(vectors[1]!), 1)];
    const answer = read({ data, usage: { prompt_tokens: 9 } }, 3);
    expect(answer.vectors).toEqual(vectors.map((vector) => Float32Array.from(vector)));
    expect(answer.tokens).toBe(9);
  });

  test('any float32 survives base64', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 40 }), (values) => {
        expect(read({ data: [one(base64(values), 0)] }, 1).vectors[0]).toEqual(Float32Array.from(values));
      }),
    );
  });

  test('without indexes the order of the list counts; without a count there is none', () => {
    const answer = read({ data: [one([1]), one([2])], usage: { prompt_tokens: -1 } }, 2);
    expect(answer).toEqual({ vectors: [Float32Array.of(1), Float32Array.of(2)], tokens: undefined });
  });

  test.each<[string, unknown, RegExp]>([
    ['one too few', { data: [one([1], 0)] }, /1 embeddings for 2 texts/],
    ['one too many', { data: [one([1], 0), one([1], 1), one([1], 2)] }, /3 embeddings for 2 texts/],
    ['an index twice', { data: [one([1], 0), one([2], 0)] }, /index 0 twice/],
    ['an index that is missing from one', { data: [one([1], 1), one([2])] }, /index 1 twice/],
    ['an index out of range', { data: [one([1], 0), one([2], 2)] }, /index 2 of 2/],
    ['an index that is a text', { data: [one([1], 0), one([2], '1')] }, /index "1"/],
    ['null among numbers', { data: [one([1, null], 0), one([2], 1)] }, /null in place of a number/],
    ['no vector', { data: [one(undefined, 0), one([2], 1)] }, /without an embedding/],
    ['base64 that is cut off', { data: [one(base64([1, 2]).slice(0, 7), 0), one([2], 1)] }, /no float32/],
    ['no base64', { data: [one('!!!!!!==', 0), one([2], 1)] }, /no float32/],
    ['no list', { data: {} }, /without embeddings/],
    ['no object', [], /without embeddings/],
    ['no JSON', '{"data":[', /not JSON/],
    ['nesting', `${'['.repeat(200_000)}`, /not JSON/],
  ])('refuses %s', (_, answer, why) => {
    expect(() => read(answer, 2)).toThrow(why);
    expect(() => read(answer, 2)).toThrow(expect.objectContaining({ meaning: 'bad-answer' }));
  });

  test('an error with status 200 is that error', () => {
    const answer = { error: { message: 'input (902 tokens) is too large to process', type: 'server_error' } };
    expect(() => read(answer, 1)).toThrow(expect.objectContaining({ meaning: 'too-long' }));
  });
});
