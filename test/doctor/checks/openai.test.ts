import { afterEach, describe, expect, test } from 'vitest';
import type { Check } from '../../../src/doctor/check.js';
import { examineOpenAi } from '../../../src/doctor/checks/openai.js';
import { Budget, Probe } from '../../../src/doctor/run-check.js';
import { parseOpenAiAddress } from '../../../src/embedders/openai/address.js';
import { type OpenAiOptions, startOpenAi, type TestOpenAi } from '../../helpers/openai.js';
import { settingsWith } from '../../upstream/settings.js';

let server: TestOpenAi;
afterEach(() => server.stop());

/** The lines, by id without the group. */
async function examine(world: OpenAiOptions = {}, model?: string): Promise<Record<string, Check>> {
  server = await startOpenAi(world);
  const probe = new Probe('openai', new Budget(20_000, new AbortController().signal), server.url);
  const settings = settingsWith({ embedder: 'openai', url: [server.url], batchSize: 8 });
  const address = parseOpenAiAddress(server.url);
  await examineOpenAi(probe, { address, settings, model, previous: undefined, waitMs: 0 });
  return Object.fromEntries(probe.checks.map((check) => [check.id.replace('openai.', ''), check]));
}

describe('a server', () => {
  test.each([
    [
      'llama-server',
      /is llama\.cpp b0-unknown, has all-minilm/,
      /512 tokens a text \(as it says\); it says .*ftype F16/,
    ],
    ['tei', /is TEI 1\.9\.4, has all-minilm/, /512 tokens a text \(as it says\); it says model_sha/],
    ['vllm', /is vLLM 0\.11\.0/, /512 tokens a text \(as it says\); it says root/],
    [
      'ollama',
      /says nothing of its kind/,
      /512 tokens a text \(as tried out\); it says nothing of its weights/,
    ],
  ] as const)('as %s', async (kind, reachable, embedding) => {
    const found = await examine({ kind });
    expect(found.reachable).toMatchObject({ status: 'ok', seen: expect.stringMatching(reachable) });
    expect(found.embedding).toMatchObject({ status: 'ok', seen: expect.stringMatching(embedding) });
    expect(found.distinct).toMatchObject({ status: 'ok' });
    expect(found.batch).toMatchObject({
      status: 'ok',
      seen: expect.stringContaining('8 texts in one request'),
    });
    expect(found.space).toMatchObject({ status: 'skipped' });
  });

  test('without the model says which it has', async () => {
    const found = await examine({}, 'nope');
    expect(found).toEqual({
      reachable: expect.objectContaining({
        status: 'failure',
        seen: expect.stringContaining('it has all-minilm'),
        mend: expect.stringContaining('/v1/models'),
      }),
    });
  });

  test('that is down, or wants another key, says so', async () => {
    const locked = await examine({ apiKey: 's3cret' }, 'all-minilm');
    expect(locked.embedding ?? locked.reachable).toMatchObject({
      status: 'failure',
      seen: expect.stringMatching(/401 .*OPENAI_API_KEY/),
    });
  });
});
