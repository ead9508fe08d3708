import { describe, expect, test } from 'vitest';
import { faultTable, ollamaFaults } from '../../../src/embedders/ollama/error-messages.js';
import { ollamaVersions, recordedCases } from '../../helpers/ollama/contract.js';

const meaningOf = (status: number, body: string) => ollamaFaults.answer('http://h:1', status, body).meaning;
const error = (message: string) => JSON.stringify({ error: message });

/** What every recorded error means. */
const recorded: { [name: string]: string } = {
  show_unknown_model: 'missing-model',
  embed_wrong_input_type: 'refused',
  embed_too_long_truncate_false: 'too-long',
  embed_one_too_long_fails_the_whole_batch: 'too-long',
  embed_unknown_model: 'missing-model',
  embed_no_model: 'missing-model',
  embed_invalid_model_name: 'refused',
  embed_malformed_json: 'unreachable',
  embed_empty_body: 'refused',
  embed_wrong_method: 'refused',
  embed_keep_alive_bad: 'refused',
  embed_option_num_ctx_64_truncate_false: 'too-long',
  legacy_embeddings_too_long: 'too-long',
  openai_embeddings_unknown_model: 'missing-model',
  unknown_path: 'refused',
  pull_without_network: 'bad-input',
};

describe('the fault of an answer', () => {
  test.each(ollamaVersions)('knows every recorded error of %s', (version) => {
    const found: { [name: string]: string } = {};
    for (const { name, response } of recordedCases(version)) {
      if (response.status === 200) continue;
      const body = typeof response.body === 'string' ? response.body : JSON.stringify(response.body);
      found[name] = meaningOf(response.status, body);
    }
    expect(found).toEqual(recorded);
  });

  test.each([
    [400, error('input length exceeds maximum context length'), 'too-long'],
    [500, error('input is too large to process. increase the physical batch size'), 'too-long'],
    [413, '<html>413 Request Entity Too Large</html>', 'too-long'],
    [400, error('do embedding request: Post "http://127.0.0.1:36185/embedding": EOF'), 'bad-input'],
    [500, error('do embedding request: Post "http://127.0.0.1:36185/embedding": EOF'), 'bad-input'],
    [400, error('failed to encode response: json: unsupported value: NaN'), 'bad-input'],
    [500, error('failed to encode response: json: unsupported value: NaN'), 'bad-input'],
    [400, error('embedding contains NaN or Inf values'), 'bad-input'],
    [500, error('llama runner process has terminated: exit status 2'), 'bad-input'],
    [
      500,
      error('llama runner process has terminated: error loading model: llama_model_loader: failed'),
      'bad-input',
    ],
    [
      400,
      error('the request exceeds the available context size. try increasing the context size'),
      'too-long',
    ],
    [
      500,
      error('model runner has unexpectedly stopped, this may be due to resource limitations'),
      'bad-input',
    ],
    [500, '<html><body>oops</body></html>', 'bad-input'],
    [400, error('m does not know the script of this text, and would give it'), 'unknown-script'],
    [400, error('something new'), 'bad-input'],
    [503, error('server busy, please try again.  maximum pending requests exceeded'), 'busy'],
    [500, error('unexpected server status: llm busy - no slots available'), 'busy'],
    [429, '', 'busy'],
    [503, '<html>unavailable</html>', 'busy'],
    [500, error('model requires more system memory (5.6 GiB) than is available (3.1 GiB)'), 'busy'],
    [500, error('timed out waiting for llama runner to start - progress 0.00 - '), 'timeout'],
    [504, '', 'timeout'],
    [502, '', 'unreachable'],
    [520, '', 'unreachable'],
    [401, error('unauthorized'), 'refused'],
    [403, '', 'refused'],
    [301, '', 'refused'],
    [418, '', 'refused'],
    [501, error('this model does not support embeddings'), 'refused'],
  ])('%i %s means %s', (status, body, meaning) => {
    expect(meaningOf(status, body)).toBe(meaning);
  });

  test('passes on how long the server wants to be left alone', () => {
    expect(ollamaFaults.answer('h', 503, '', { headers: { 'retry-after': '7' } }).retryAfterMs).toBe(7000);
    expect(
      ollamaFaults.answer('h', 503, '', { headers: { 'retry-after': new Date(0).toUTCString() } })
        .retryAfterMs,
    ).toBe(0);
    expect(
      ollamaFaults.answer('h', 503, '', { headers: { 'retry-after': 'soon' } }).retryAfterMs,
    ).toBeUndefined();
    expect(ollamaFaults.answer('h', 503, '').retryAfterMs).toBeUndefined();
  });

  test('says where, what and what to do, without markup and in bounds', () => {
    expect(ollamaFaults.answer('http://h:1', 503, error('server busy')).message).toMatch(
      /^Ollama at http:\/\/h:1 answered 503 \(server busy\): .*--concurrency/,
    );
    const page = `<html><title>Oops</title>${'x'.repeat(5000)}</html>`;
    const { message } = ollamaFaults.answer('http://h:1', 500, page);
    expect(message).toContain('Oops');
    expect(message).not.toContain('<');
    expect(message.length).toBeLessThan(400);
  });

  test('has a source for every row, and no row that another one hides', () => {
    for (const row of faultTable) expect(row.source.length).toBeGreaterThan(20);
    const byStatus = faultTable.filter((row) => row.message === undefined).flatMap((row) => row.status);
    expect(new Set(byStatus).size).toBe(byStatus.length);
  });
});

describe('the fault of a connection', () => {
  test.each([
    ['ECONNREFUSED', 'unreachable'],
    ['ENOTFOUND', 'unreachable'],
    ['ECONNRESET', 'unreachable'],
    ['UND_ERR_SOCKET', 'unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'refused'],
    ['HPE_INVALID_CONSTANT', 'bad-answer'],
    ['HTTP_NOT_SPOKEN', 'bad-answer'],
    ['HTTP_ODD_ANSWER', 'bad-answer'],
    ['HTTP_HEADERS_TOO_LARGE', 'bad-answer'],
    ['HTTP_CLOSED', 'unreachable'],
    ['ETIMEDOUT', 'unreachable'],
    [undefined, 'unreachable'],
  ])('%s means %s', (code, meaning) => {
    const fault = ollamaFaults.connection('http://h:1', Object.assign(new Error('why'), { code }));
    expect(fault.meaning).toBe(meaning);
    expect(fault.message).toContain(code ?? 'why');
  });
});
