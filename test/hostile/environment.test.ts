// Variables with values that make no sense: the message says so, and nothing is done.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

const strange = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const variables = [
  ...['OLLAMA_HOST', 'OLLAMA_API_KEY', 'OLLAMA_EMBEDDING_MODEL', 'OLLAMA_EMBEDDING_BATCH_SIZE'],
  ...[
    'OLLAMA_BATCH_TIMEOUT',
    'REDIS_URL',
    'REDIS_HOST',
    'REDIS_PORT',
    'REDIS_PASSWORD',
    'REDIS_EMBEDDING_DB',
  ],
  ...['EMBEDDING_CACHE_TTL', 'MAX_BATCH_RETRIES', 'BATCH_PROCESSING_INTERVAL', 'EMBED_SERVE_TOKEN'],
  ...['EMBED_DEBUG', 'XDG_CACHE_HOME', 'TMPDIR', 'CI', 'GITHUB_ACTIONS', 'NO_COLOR', 'COLUMNS'],
];
const huge = 'x'.repeat(60_000);
const values = {
  nothing: '',
  '60,000 characters': huge,
  'all bytes but one': Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1)).toString('latin1'),
  'lines of a log': 'a\n::error::FORGED\r\u202e\u2028',
  'a command': '$(touch made)`touch made`;touch made',
};

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'page.md'), 'Islands.\n');
});
afterEach(() => workspace.remove());

async function run(args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await workspace.embed(args, { env });
  const text = stdout + stderr;
  expect([args, text]).toEqual([args, expect.not.stringMatching(/unexpected:|\n {4}at /)]);
  expect([args, text]).toEqual([args, expect.not.stringMatching(strange)]);
  expect([args, text]).toEqual([args, expect.not.stringMatching(/^\s*::/m)]);
  expect(text.length).toBeLessThan(20_000);
  return { code, text };
}

test.each(Object.entries(values))('each variable holds %s', async (name, value) => {
  const env = Object.fromEntries(variables.map((variable) => [variable, value]));
  await run(['doctor', '--embedder', 'builtin', '--timeout', '1s'], env);
  for (const args of [['config'], ['ingest', 'docs', '--dry-run', '--embedder', 'builtin']]) {
    expect((await run(args, env)).code).toBe(name === 'nothing' ? 0 : 2);
  }
  expect(existsSync(join(workspace.dir, 'made'))).toBe(false);
});

test.each(Object.entries(values))('HOME holds %s', async (_, home) => {
  for (const args of [
    ['config'],
    ['ingest', 'docs', '--embedder', 'builtin', '--out', '~/made'],
    ['search', 'x', '--out', 'none'],
    ['cache', 'stats'],
    ['doctor', '--embedder', 'builtin', '--timeout', '1s'],
  ]) {
    const { code, text } = await run(args, { HOME: home });
    if (home === huge) expect([args, code]).toEqual([args, 2]);
    if (home === huge && args[0] !== 'search') expect(text).toContain('HOME');
  }
});
