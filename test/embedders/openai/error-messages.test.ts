import { describe, expect, test } from 'vitest';
import { openAiFaults } from '../../../src/embedders/openai/error-messages.js';
import { exchangesOf } from '../../helpers/openai/contract.js';

const faultOf = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  openAiFaults.answer('http://h/v1', status, typeof body === 'string' ? body : JSON.stringify(body), {
    headers,
  });

/** What every recorded error of each server means. */
const recorded = {
  'llama-server': {
    'empty-list': 'bad-input',
    number: 'bad-input',
    'null-in-list': 'bad-input',
    'missing-input': 'bad-input',
    'too-long': 'too-long',
    'too-long-in-list': 'too-long',
    'bad-json': 'bad-input',
    get: 'refused',
    'unknown-path': 'refused',
  },
  ollama: {
    health: 'refused',
    props: 'refused',
    'empty-list': 'bad-input',
    tokens: 'bad-input',
    number: 'bad-input',
    'null-in-list': 'bad-input',
    'missing-input': 'bad-input',
    'missing-model': 'missing-model',
    'unknown-model': 'missing-model',
    'bad-json': 'bad-input',
    get: 'refused',
    'unknown-path': 'refused',
    tokenize: 'refused',
  },
} as const;

test.each(['llama-server', 'ollama'] as const)('the recorded errors of %s', (server) => {
  const found = exchangesOf(server)
    .filter(({ response }) => response.status !== 200)
    .map(({ id, response }) => [id, faultOf(response.status, response.body).meaning]);
  expect(Object.fromEntries(found)).toEqual(recorded[server]);
});

test.each<[number, unknown, string]>([
  [
    413,
    { message: '`inputs` must have less than 512 tokens. Given: 902', code: 413, type: 'Validation' },
    'too-long',
  ],
  [
    413,
    { message: 'batch size 64 > maximum allowed batch size 32', code: 413, type: 'Validation' },
    'too-long',
  ],
  [
    400,
    { error: { message: "This model's maximum context length is 8192 tokens. However, you requested 9000" } },
    'too-long',
  ],
  [
    400,
    { message: 'The prompt (total length 6287) is too long to fit into the model (context length 4096).' },
    'too-long',
  ],
  [
    429,
    { error: { message: 'You exceeded your current quota, please check your plan and billing details.' } },
    'refused',
  ],
  [429, { error: { message: 'Rate limit reached for text-embedding-3-small' } }, 'busy'],
  [429, { error: 'Model is overloaded', error_type: 'Overloaded' }, 'busy'],
  [503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }, 'busy'],
  [
    501,
    { error: { message: 'This server does not support embeddings. Start it with `--embeddings`' } },
    'refused',
  ],
  [
    400,
    { error: { message: "Pooling type 'none' is not OAI compatible. Please use a different pooling type" } },
    'refused',
  ],
  [404, { error: { message: 'The model `nope` does not exist.', code: 'model_not_found' } }, 'missing-model'],
  [401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } }, 'refused'],
  [422, { detail: [{ loc: ['body', 'input'], msg: 'field required' }] }, 'bad-input'],
  [424, { message: 'Embedding Error', code: 424, type: 'Backend' }, 'bad-input'],
  [502, '<html><h1>502 Bad Gateway</h1></html>', 'unreachable'],
  [504, '', 'timeout'],
])('%i %j is %s', (status, body, meaning) => {
  expect(faultOf(status, body).meaning).toBe(meaning);
});

describe('the pause that is asked for', () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '7', 'retry-after-ms': '250' }, 250],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1s' }, 1000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0.5s' }, 360_500],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '120ms' }, 120],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '12' }, 12_000],
    [{ 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': '6m0s' }, undefined],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': 'soon' }, undefined],
    [
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '2s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '300ms',
      },
      2000,
    ],
  ])('%j', (headers, ms) => {
    expect(faultOf(429, '', headers).retryAfterMs).toBe(ms);
  });
});
