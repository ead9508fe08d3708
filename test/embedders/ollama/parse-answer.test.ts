import { describe, expect, test } from 'vitest';
import { readEmbedAnswer } from '../../../src/embedders/ollama/parse-answer.js';
import { EmbedderFault } from '../../../src/errors.js';
import { ollamaVersions, recordedCases } from '../../helpers/ollama/contract.js';
import { goFloat32 } from '../../helpers/ollama/vectors.js';
import fc from '../../helpers/properties.js';

const answerOf = (embeddings: string): Buffer =>
  Buffer.from(`{"model":"m","embeddings":${embeddings},"prompt_eval_count":7}`);

/** What the standard parser makes of the same bytes; bits, so that -0 and 0 differ. */
function bits(vectors: Iterable<ArrayLike<number>>): string[] {
  return Array.from(vectors, (one) => Buffer.from(Float32Array.from(one).buffer).toString('hex'));
}

function reference(bytes: Buffer): string[] {
  return bits((JSON.parse(bytes.toString()) as { embeddings: number[][] }).embeddings);
}

describe('readEmbedAnswer', () => {
  test.each([
    ['"total_duration":23305124,"load_duration":889502', 22.415622],
    ['"total_duration":23305124', undefined],
    ['"total_duration":"5","load_duration":1', undefined],
    ['"total_duration":1,"load_duration":5', undefined],
    ['"total_duration":5,"load_duration":-1', undefined],
  ])('how long the server worked: %s', (times, workedMs) => {
    const bytes = Buffer.from(`{"model":"m","embeddings":[[1,2]],${times}}`);
    expect(readEmbedAnswer(bytes, 2, 'http://there').workedMs).toBe(workedMs);
  });

  test.each(ollamaVersions)('reads every recorded answer of %s', (version) => {
    const bodies = recordedCases(version)
      .filter((one) => one.response.status === 200 && one.request.path === '/api/embed')
      .map((one) => Buffer.from(JSON.stringify(one.response.body)));
    expect(bodies.length).toBeGreaterThan(8);
    for (const bytes of bodies)
      expect(bits(readEmbedAnswer(bytes, 384, 'http://there').vectors)).toEqual(reference(bytes));
  });

  test('gives the same bits as the standard parser, for any float32 that Go prints', () => {
    const values = fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(values, { maxLength: 4 }), fc.nat(13), (vectors, expected) => {
        const bytes = answerOf(`[${vectors.map((one) => `[${Array.from(one, goFloat32)}]`)}]`);
        const read = readEmbedAnswer(bytes, expected, 'http://there');
        expect(bits(read.vectors)).toEqual(bits(vectors));
        expect(read.tokens).toBe(7);
      }),
    );
  });

  test('gives the same bits as the standard parser, for any number that JSON allows', () => {
    const digits = (max: number) => fc.stringMatching(/^\d+$/, { size: 'max', maxLength: max });
    const number = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.oneof(
          fc.constant('0'),
          digits(20).map((text) => `1${text}`),
        ),
        fc.option(digits(25)),
        fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-', 'E-'), fc.nat(60))),
        fc.constantFrom('', ' ', '\n\t', '\r'),
      )
      .map(([sign, whole, fraction, exponent, blank]) => {
        const decimals = fraction === null ? '' : `.${fraction}`;
        return `${blank}${sign}${whole}${decimals}${exponent === null ? '' : exponent.join('')}${blank}`;
      });
    fc.assert(
      fc.property(fc.array(fc.array(number, { maxLength: 6 }), { maxLength: 4 }), (vectors) => {
        const bytes = answerOf(` [ ${vectors.map((one) => ` [${one}] `)}]\n`);
        expect(bits(readEmbedAnswer(bytes, 3, 'http://there').vectors)).toEqual(reference(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('refuses every answer that is cut off', () => {
    const whole = answerOf('[[0.5,-0.25],[1e-7,3]]');
    for (let length = 0; length < whole.length; length++) {
      expect(() => readEmbedAnswer(whole.subarray(0, length), 2, 'http://there'), `${length} bytes`).toThrow(
        EmbedderFault,
      );
    }
  });

  test.each([
    '[[0.5,null]]',
    '[[0.5,NaN]]',
    '[[0.5,"1"]]',
    '[[0.5,[1]]]',
    '[[01,2]]',
    '[[1.,2]]',
    '[[.5,2]]',
    '[[-,2]]',
    '[[1e,2]]',
    '[[+1,2]]',
    '[[1 2]]',
    '[[1,2],]',
    '[[1,2,]]',
    '[[,1]]',
    '[null]',
    '[1,2]',
    '{"a":[[1,2]]}',
    'null',
    '"[[1,2]]"',
    '[[1,2]]]',
    '[[1,2]',
    '[[1,2]],',
  ])('refuses %s', (embeddings) => {
    expect(() => readEmbedAnswer(answerOf(embeddings), 2, 'http://there')).toThrow(EmbedderFault);
  });

  test.each([
    '',
    '<html>502 Bad Gateway</html>',
    '{"error":"no"}',
    '{"data":{"embeddings":[[1,2]]}}',
    '[{"embeddings":[[1,2]]}]',
    '{"embeddings":[[1,2]]}{}',
  ])('refuses %j', (text) => {
    expect(() => readEmbedAnswer(Buffer.from(text), 2, 'http://there')).toThrow(EmbedderFault);
  });

  test('is not misled by a model that is named after the key', () => {
    const bytes = Buffer.from(`{"model":${JSON.stringify('"embeddings":[[9]]')},"embeddings":[[1,2]]}`);
    expect(bits(readEmbedAnswer(bytes, 2, 'http://there').vectors)).toEqual(bits([[1, 2]]));
  });

  test('gives every vector memory of its own', () => {
    const { vectors } = readEmbedAnswer(answerOf('[[1,2],[3,4]]'), 2, 'http://there');
    expect(vectors.map((one) => one.buffer.byteLength)).toEqual([8, 8]);
  });
});
