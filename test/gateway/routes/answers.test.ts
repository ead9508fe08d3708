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
  [
    'Ollama’s',
    ollamaAnswer('m', { tokens: 3, times: () => ({ total: 2, load: 1 }) }),
    { embeddings: rows, total_duration: 2, load_duration: 1, prompt_eval_count: 3 },
  ],
  [
    'OpenAI’s',
    openAiAnswer('m', { tokens: 3, base64: false }),
    { data: rows.map((embedding, index) => ({ object: 'embedding', embedding, index })) },
  ],
  ['the plain one', plainAnswer({ model: 'm', dimensions: 5, tokens: 3 }, false), { embeddings: rows }],
])('%s is JSON that holds every value, in any number of parts', (_, format, expected) => {
  for (const parts of [[vectors], vectors.map((vector) => [vector])]) {
    const written = parts.map((part, from) => format.part(part, from).toString());
    expect(JSON.parse([format.start, ...written, format.end()].join(''))).toMatchObject(expected);
  }
});
