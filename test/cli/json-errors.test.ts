// `--json` prints one object on standard output whatever happens: where a command fails, its error.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliResult, makeWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { startOllama } from '../helpers/ollama.js';
import { freePort } from '../helpers/redis.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'page.md'), 'Islands.\n');
});
afterEach(() => workspace.remove());

/** That it exits so, with one object on standard output that says so, and with the sentence for people beside it. */
function expectError({ code, stdout, stderr }: CliResult, error: { code: string; message: string }): void {
  expect(Object.keys(JSON.parse(stdout))).toEqual(['schema', 'error']);
  const told = { ...error, message: expect.stringContaining(error.message), exit: code };
  expect(JSON.parse(stdout)).toEqual({ schema: 1, error: told });
  expect(code).not.toBe(0);
  expect(stderr).toContain(error.message);
}

const usage = (message: string) => ({ code: 'EMBED_USAGE', message });

test.each([
  { args: ['ingest', 'none', '--embedder', 'builtin', '--json'], error: usage('none') },
  { args: ['ingest', '--json', 'docs', '--limit', 'x'], error: usage('Expected a whole number') },
  { args: ['ingest', 'docs', '--limit', 'x', '--json'], error: usage('Expected a whole number') },
  { args: ['ingest', '--json'], error: usage('missing required argument') },
  { args: ['search', 'x', '--json', '--modle', 'm'], error: usage("unknown option '--modle'") },
  { args: ['search', 'x', '--json', '--out', 'none'], error: usage('none') },
  { args: ['bench', 'none', '--json', '--embedder', 'builtin'], error: usage('none') },
  { args: ['cache', 'stats', '--json', '--cache', 'cupboard'], error: usage('cupboard') },
  { args: ['doctor', '--json', '--timeout', 'soon'], error: usage('Expected a time') },
])('$args', async ({ args, error }) => {
  const result = await workspace.embed(args);
  expectError(result, error);
  expect(result.code).toBe(2);
});

test('an error of a service has its code and its exit status', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const result = await workspace.embed(['ingest', 'docs', '--json', '--model', 'm', '--ollama-url', url]);
  expectError(result, { code: 'EMBED_SERVICE', message: url });
  expect(result.code).toBe(4);
});

test('a stop by a signal is an error', async () => {
  await using ollama = await startOllama();
  ollama.script({ kind: 'hang', times: Number.POSITIVE_INFINITY });
  const { child, done } = workspace.start(['ingest', 'docs', '--json', '--ollama-url', ollama.url]);
  await eventually(() => ollama.stats.embeds).toBeGreaterThan(0);
  child.kill('SIGTERM');
  const result = await done;
  expectError(result, { code: 'EMBED_STOPPED', message: 'Stopped by SIGTERM' });
  expect(result.code).toBe(143);
});

test('a secret after a mistyped flag is not told', async () => {
  const { stdout, stderr } = await workspace.embed([
    'ingest',
    'docs',
    '--json',
    '--redis-ulr=redis://:hush@x',
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ schema: 1, error: { code: 'EMBED_USAGE', exit: 2 } });
  expect(stdout + stderr).not.toContain('hush');
});

test('the help says so', async () => {
  const { stdout } = await workspace.embed(['ingest', '--help']);
  expect(stdout).toContain('{"schema": 1, "error": {"code": …, "message": …, "exit": …}}\n');
});

test('what printed its result prints no second object', async () => {
  writeFileSync(join(workspace.dir, '.batchrc.json'), '{"batchSize":"many"}');
  const { code, stdout } = await workspace.embed(['config', '--json']);
  expect(code).toBe(2);
  expect(Object.keys(JSON.parse(stdout))).toEqual(['file', 'settings']);
});

test.each([
  ['ingest', 'none', '--embedder', 'builtin'],
  ['search', '--out', 'none', '--', '--json'],
  ['ingest', 'none', '--model', '--json', '--embedder', 'builtin'],
  ['serve', '--json'],
  ['--json'],
])('nothing is printed where no JSON was asked for: %j', async (...args) => {
  const { code, stdout } = await workspace.embed(args);
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
});
