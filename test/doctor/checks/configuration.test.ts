import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../../src/config/load.js';
import { startOllama } from '../../helpers/ollama.js';
import { line, lookAt, makeFolder } from '../look.js';

describe('wrong settings', () => {
  test('each is told, and the right ones are kept for the other checks', async () => {
    const dir = makeFolder({
      modle: 'x',
      batchSize: 900,
      maxRetries: 7,
      out: 'index',
      cacheTtl: 90_000,
    } as object);
    const env = { MAX_BATCH_RETRIES: 'many', OLLAMA_HOST: 'box:11434' };
    const read = await readSettings({ cwd: dir, env, flags: { cacheTtl: '86400' } });
    const file = join(dir, '.batchrc.json');
    expect(read.problems.map(({ message }) => message)).toEqual([
      `${file}: unknown key "modle"; did you mean "model"?`,
      `${file} (batchSize): expected at most 64, got 900.`,
      'MAX_BATCH_RETRIES: expected a whole number, got "many".',
    ]);
    expect(read.settings).toMatchObject({
      out: join(dir, 'index'),
      maxRetries: 7,
      cacheTtl: 86_400,
      ollamaUrl: ['box:11434'],
      embedder: 'auto',
    });
    expect(read.origins).toMatchObject({
      maxRetries: `${file} (maxRetries)`,
      cacheTtl: '--cache-ttl',
      ollamaUrl: 'OLLAMA_HOST',
      embedder: 'default',
    });
  });

  test('a file that is no JSON is a failure with the way to it', async () => {
    await using ollama = await startOllama();
    const dir = makeFolder('{"model": ');
    const report = await lookAt(dir, { flags: { ollamaUrl: [ollama.url], cache: 'none' } });
    expect(report.ok).toBe(false);
    expect(line(report, 'configuration.problem')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining("can't be read"),
      mend: `vi ${join(dir, '.batchrc.json')}`,
    });
    expect(line(report, 'ollama.batch').status).toBe('ok');
  });

  test('an unknown key and a wrong variable each say how to mend them', async () => {
    await using ollama = await startOllama();
    const dir = makeFolder({ modle: 'x', cache: 'none' } as object);
    writeFileSync(join(dir, '.batchrc.json'), JSON.stringify({ modle: 'x', cache: 'none' }));
    const env = { MAX_BATCH_RETRIES: '-1' };
    const report = await lookAt(dir, { env, flags: { ollamaUrl: [ollama.url] } });
    const problems = report.checks.filter((check) => check.id === 'configuration.problem');
    expect(problems).toMatchObject([
      { seen: expect.stringContaining('did you mean "model"?'), mend: expect.stringMatching(/^vi /) },
      { seen: expect.stringContaining('MAX_BATCH_RETRIES'), mend: 'unset MAX_BATCH_RETRIES' },
    ]);
  });
});

test('values are shown with their origin and without their secrets', async () => {
  await using ollama = await startOllama();
  const dir = makeFolder({ redisUrl: 'redis://me:hush@127.0.0.1:1/3', cache: 'none' });
  const env = { OLLAMA_API_KEY: 'hush', REDIS_PASSWORD: 'hush' };
  const report = await lookAt(dir, { env, flags: { ollamaUrl: [ollama.url] } });
  const { details } = line(report, 'configuration.values');
  expect(details).toContain(`ollamaUrl = ${ollama.url}  (--ollama-url)`);
  expect(details).toContain('ollamaApiKey = ****  (OLLAMA_API_KEY)');
  expect(details).toContain(
    `redisUrl = redis://me:****@127.0.0.1:1/3  (${join(dir, '.batchrc.json')} (redisUrl))`,
  );
  expect(JSON.stringify(report)).not.toContain('hush');
});
