// `--json` prints one object on standard output whatever happens: `schema`, the result, and the error of what fails.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allCommands } from '../../src/cli/declared/all.js';
import { type CliResult, makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { startOllama } from '../helpers/ollama.js';
import { freePort } from '../helpers/redis.js';
import { unlikePage } from './json-page.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
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
  { args: ['ingest', '--json', 'docs', '--limit', 'x'], error: usage('--limit: expected a whole number') },
  { args: ['ingest', 'docs', '--limit', 'x', '--json'], error: usage('--limit: expected a whole number') },
  { args: ['ingest', '--json'], error: usage('Nothing is named') },
  { args: ['search', 'x', '--json', '--modle', 'm'], error: usage("unknown option '--modle'") },
  { args: ['search', 'x', '--json', '--out', 'none'], error: { code: 'EMBED_NO_INDEX', message: 'none' } },
  { args: ['bench', 'none', '--json', '--embedder', 'builtin'], error: usage('none') },
  { args: ['cache', 'stats', '--json', '--cache', 'cupboard'], error: usage('cupboard') },
  { args: ['doctor', '--json', '--timeout', 'soon'], error: usage('--timeout: expected a time') },
])('$args', async ({ args, error }) => {
  const result = await workspace.embed(args);
  expectError(result, error);
  expect(result.code).toBe(2);
});

test('an error of a service has its code and its exit status', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  // In a process of its own, whose end must not cut the object off.
  const result = await workspace.start(['ingest', 'docs', '--json', '--model', 'm', '--ollama-url', url])
    .done;
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

test('what is told on the way is in it, with a code', async () => {
  // A name that no resolver knows.
  const url = 'http://gpu.invalid:9';
  const local = `http://127.0.0.1:${await freePort()}`;
  writeFileSync(join(workspace.dir, '.batchrc'), `ollamaUrl: [${local}, ${url}]\nmodel: m\n`);
  const { stdout } = await workspace.embed(['ingest', 'docs', '--json', '--quiet']);
  expect(Object.keys(JSON.parse(stdout))).toEqual(['schema', 'notices', 'error']);
  expect(JSON.parse(stdout).notices).toEqual([
    { level: 'notice', code: 'address-from-file', message: expect.stringContaining(`ollamaUrl ${url}`) },
  ]);
  // Nothing was printed yet; from the first time on, it is known.
  for (const times of [1, 0]) {
    const { stdout, stderr } = await workspace.embed(['status', '--json']);
    expect(stderr.match(/^Addresses from .*/gm) ?? []).toHaveLength(times);
    expect(JSON.parse(stdout).notices).toMatchObject([{ code: 'address-from-file' }]);
  }
  writeFileSync(join(workspace.dir, '.batchrc'), 'ollamaUrl: http://gpu.invalid:10\n');
  expect((await workspace.embed(['status'])).stderr).toMatch(/^Addresses from .*:10$/m);
  writeFileSync(join(workspace.dir, '.batchrc'), `ollamaUrl: ${local}\n`);
  expect(JSON.parse((await workspace.embed(['status', '--json'])).stdout)).not.toHaveProperty('notices');
  rmSync(join(workspace.dir, '.batchrc'));
  const next = await workspace.embed(['ingest', 'docs', '--json', '--embedder', 'builtin']);
  expect(JSON.parse(next.stdout)).not.toHaveProperty('notices');
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

describe('every command', () => {
  const builtin = ['--embedder', 'builtin', '--cache', 'disk'];
  const index = () => workspace.embed(['ingest', 'docs', ...builtin]);
  const write = (name: string, text: string) => writeFileSync(join(workspace.dir, name), text);

  /** Command lines by what they are of: which keys a result has, how it ends, and what is done before. */
  const cases: { of: string; args: string[]; keys: string[]; error?: object; before?(): unknown }[] = [
    {
      of: 'ingest',
      args: ['docs', ...builtin],
      keys: ['out', 'changed', 'documents', 'chunks', 'failures'],
    },
    {
      of: 'ingest',
      args: ['docs', ...builtin],
      keys: ['out', 'changed', 'documents', 'chunks', 'failures'],
      error: { code: 'EMBED_SOME_FAILED', exit: 3 },
      before: () => write('docs/broken.ipynb', '{'),
    },
    {
      of: 'merge',
      args: [],
      keys: ['out', 'changed', 'documents', 'rows', 'failures', 'shards'],
      before: async () => {
        await workspace.embed(['ingest', 'docs', ...builtin, '--shard', '1/1']);
      },
    },
    {
      of: 'merge',
      args: [],
      keys: [],
      error: { code: 'EMBED_USAGE', exit: 2, message: expect.stringContaining('no shards') },
      before: index,
    },
    { of: 'search', args: ['islands'], keys: ['results'], before: index },
    {
      of: 'eval',
      args: ['questions.jsonl'],
      keys: ['questions', 'hit1', 'hit3', 'hit10', 'mrr', 'ndcg', 'answers'],
      async before() {
        await index();
        write('questions.jsonl', '{"question": "islands", "source": "docs/page.md"}\n');
      },
    },
    {
      of: 'eval',
      args: ['questions.jsonl', '--min-hit3', '0.9'],
      keys: ['questions', 'hit1', 'hit3', 'hit10', 'mrr', 'ndcg', 'answers'],
      error: { code: 'EMBED_CHECK_FAILED', exit: 1 },
      async before() {
        await index();
        write('questions.jsonl', '{"question": "islands", "source": "docs/other.md"}\n');
      },
    },
    { of: 'get', args: ['docs/page.md'], keys: ['texts'], before: index },
    { of: 'sync', args: ['parquet:./chunks.parquet'], keys: ['destinations'], before: index },
    {
      of: 'sync',
      args: ['parquet:./none/chunks.parquet'],
      keys: ['destinations'],
      error: { code: 'EMBED_USAGE', exit: 2, message: expect.stringContaining('none/chunks.parquet') },
      before: index,
    },
    {
      of: 'forget',
      args: ['docs/page.md'],
      keys: ['documents', 'rows', 'ignore', 'destinations'],
      before: index,
    },
    { of: 'verify', args: [], keys: ['ok', 'rows', 'documents', 'problems', 'outputs'], before: index },
    {
      of: 'verify',
      args: [],
      keys: ['ok', 'rows', 'documents', 'problems'],
      error: { code: 'EMBED_DAMAGED_OUTPUT', exit: 5 },
      async before() {
        await index();
        write('embeddings/vectors.npy', 'nothing');
      },
    },
    { of: 'list', args: [], keys: ['documents'], before: index },
    { of: 'status', args: [], keys: ['out', 'index', 'lastRun'], before: index },
    { of: 'why', args: ['docs/page.md'], keys: ['paths'], before: index },
    {
      of: 'why',
      args: ['docs/page.md', 'docs/none.md'],
      keys: ['paths'],
      error: { code: 'EMBED_USAGE', exit: 2 },
      before: index,
    },
    {
      of: 'why',
      args: ['docs/broken.ipynb'],
      keys: ['paths'],
      async before() {
        write('docs/broken.ipynb', '{');
        await index();
      },
    },
    { of: 'formats', args: [], keys: ['formats'] },
    {
      of: 'chunks',
      args: ['docs/a.md'],
      keys: ['files'],
      before: () => write('docs/a.md', 'Words.\n'),
    },
    {
      of: 'chunks',
      args: ['docs/broken.ipynb'],
      keys: ['files'],
      error: { code: 'EMBED_SOME_FAILED', exit: 3 },
      before: () => write('docs/broken.ipynb', '{'),
    },
    { of: 'config', args: [], keys: ['file', 'settings'] },
    {
      of: 'config',
      args: [],
      keys: ['file', 'settings'],
      error: {
        code: 'EMBED_USAGE',
        exit: 2,
        message: expect.stringContaining('(batchSize): expected a whole number'),
      },
      before: () => write('.batchrc.json', '{"batchSize":"many"}'),
    },
    // The checks have all the time that a busy machine takes.
    { of: 'doctor', args: [...builtin, '--timeout', '60s'], keys: ['ok', 'counts', 'checks', 'fixes'] },
    {
      of: 'doctor',
      args: ['--embedder', 'ollama', '--ollama-url', '127.0.0.1:1', '--cache', 'none'],
      keys: ['ok', 'counts', 'checks', 'fixes'],
      error: { code: 'EMBED_CHECK_FAILED', exit: 1, message: expect.stringMatching(/^1 failure: /) },
    },
    { of: 'stats', args: [], keys: ['kind', 'location', 'entries', 'hitRate'] },
    {
      of: 'bench',
      args: ['docs', '--quick', '--rounds', '1', ...builtin],
      keys: ['seed', 'verdict', 'targets'],
    },
  ];

  test.each(cases)('$of $args: $error', async ({ of, args, keys, error, before }) => {
    await before?.();
    const words = of === 'stats' ? ['cache', 'stats'] : [of];
    const line = [...words, ...args, '--json'];
    // One of them in a process of its own, as users start it.
    const { code, stdout, stderr } = await (of === 'ingest'
      ? workspace.start(line).done
      : workspace.embed(line));
    const printed = JSON.parse(stdout);
    const names = Object.keys(printed);
    expect(names[0]).toBe('schema');
    expect(printed.schema).toBe(1);
    expect(names).toEqual(expect.arrayContaining(keys));
    // An error before anything was done is alone.
    if (names[1] !== 'error') expect(unlikePage(of, printed)).toEqual([]);
    if (error === undefined) {
      expect(code, stderr).toBe(0);
      expect(printed).not.toHaveProperty('error');
    } else {
      expect(names.at(-1)).toBe('error');
      expect(printed.error).toEqual({ message: expect.stringMatching(/./), ...error, exit: code });
      expect(printed.error).toMatchObject(error);
    }
  });

  test('that takes --json is among them', () => {
    const declared = allCommands.flatMap((one) => ('commands' in one ? one.commands : [one]));
    const taking = declared.filter((one) => one.declared.flags.includes('json'));
    expect(new Set(cases.map(({ of }) => of))).toEqual(new Set(taking.map((one) => one.declared.name)));
    expect(taking.length).toBeGreaterThan(5);
  });
});

test('the help says so where the flag is, and nowhere else', async () => {
  for (const [command, takesIt] of [
    [['serve'], false],
    [['cache', 'clear'], false],
    [['cache', 'stats'], true],
  ] as const) {
    expect((await workspace.embed([...command, '--help'])).stdout.includes('With --json')).toBe(takesIt);
  }
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
