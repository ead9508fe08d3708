import { expect, test } from 'vitest';
import { ollamaAnswer, openAiAnswer, plainAnswer } from '../../../src/gateway/routes/answers.js';

// Just below a power of ten, these round up to it.
const vectors = [
  Float32Array.from([0.01, 1e-4, 1e-5, -0.01, 0.25]),
  Float32Array.from([0, -0, 1, -1e-7, 1.5e-45]),
];
const rows = [
  [0.01, 0.0001, 0.00001, -0.01, 0.25],
  [0, -0, 1, -1e-7, 1e-45],
];

test.each([
  ['Ollama’s', ollamaAnswer('m', vectors, { tokens: 3, totalNs: 2, loadNs: 1 }), { embeddings: rows }],
  [
    'OpenAI’s',
    openAiAnswer('m', vectors, { tokens: 3, base64: false }),
    { data: rows.map((embedding, index) => ({ object: 'embedding', embedding, index })) },
  ],
  [
    'the plain one',
    plainAnswer({ model: 'm', dimensions: 5, tokens: 3 }, vectors, false),
    { embeddings: rows },
  ],
])('%s is JSON that holds every value', (_, answer, expected) => {
  expect(JSON.parse(answer.toString())).toMatchObject(expected);
});
