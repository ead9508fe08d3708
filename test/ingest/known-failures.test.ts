// What depends on a document's bytes alone is told once; later runs count it, contact nobody for it and end well, until the
// bytes, the reader or a limit change.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { pinnedReaders } from '../../src/ingest/pinned.js';
import { fixtures } from '../helpers/cli.js';
import { faults, startOllama } from '../helpers/ollama.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import {
  ingest,
  ingestWith,
  markdown,
  ollama,
  out,
  setUp,
  summaryOf,
  workspace,
  writeFiles,
} from './run-workspace.js';

setUp();

const scan = 'docs/scan.pdf';
const failing = {
  'docs/b.json': '{"open":',
  'docs/r.jsonl': '{"id":"x","text":"The first."}\nno record\n{"id":"y","text":"The second."}\n',
  [scan]: readFileSync(join(fixtures, 'formats/scan.pdf')),
  'docs/zh.txt': '灯塔位于岛的北端\n',
};
const all = [
  { source: 'docs/b.json', code: 'malformed' },
  { source: 'docs/r.jsonl#line-2', code: 'malformed' },
  { source: scan, code: 'no-text' },
  { source: 'docs/zh.txt', code: 'unknown-script', chunk: 0 },
];

beforeEach(() => writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 2), ...failing }));

const run = (...flags: string[]) => runBy(ingest, ...flags);

async function runBy(by: typeof ingest, ...flags: string[]) {
  const result = await by('docs', '--json', ...flags);
  const { failures, knownFailures, documents, changed } = summaryOf(result);
  const sources = (list: { source: string }[]) => list.map(({ source }) => source.replace('docs/', ''));
  const { failed, knownFailed } = documents;
  expect([failed, knownFailed]).toEqual([
    new Set(sources(failures)).size,
    new Set(sources(knownFailures)).size,
  ]);
  return { code: result.code, told: sources(failures), known: sources(knownFailures), changed };
}

const everything = ['b.json', 'r.jsonl#line-2', 'scan.pdf', 'zh.txt'];

/** Changes what the output says of failures, as if the run before had written it. */
function rewrite(change: (failure: Record<string, unknown>) => Record<string, unknown>): void {
  const file = join(out, 'failures.jsonl');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const text = lines.map((line) => `${JSON.stringify(change(JSON.parse(line)))}\n`).join('');
  writeFileSync(file, text);
  const sum = createHash('sha256').update(text).digest('hex');
  const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
  writeFileSync(join(out, 'manifest.json'), manifest.replace(/^"failures":.*$/m, `"failures":"${sum}",`));
}

test('the run that meets them exits with 3; the next ones count them, write nothing and ask no server', async () => {
  const first = await ingest('docs', '--json');
  expect([first.code, summaryOf(first)]).toMatchObject([3, { failures: all, knownFailures: [] }]);
  const whole = fingerprint(out);
  await ollama.stop();
  const second = await ingest('docs', '--json');
  expect([second.code, summaryOf(second)]).toMatchObject([
    0,
    {
      changed: false,
      documents: { unchanged: 4, failed: 0, knownFailed: 4 },
      failures: [],
      knownFailures: all,
    },
  ]);
  expect(second.stdout).not.toContain('"error"');
  expect(second.stderr).toContain('4 known failures: failures.jsonl (--retry-failed tries them again)\n');
  const plan = await ingest('docs', '--dry-run', '--json');
  expect([plan.code, summaryOf(plan).knownFailures]).toEqual([0, all]);
  expect(plan.stderr).toContain('4 known failures: failures.jsonl');
  expect(await ingest('docs', '--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const strict = await ingest('docs', '--strict', '--json');
  expect([strict.code, strict.stderr]).toEqual([
    3,
    expect.stringContaining('failed: docs/scan.pdf (no-text:'),
  ]);
  expect(JSON.parse(strict.stdout).error).toMatchObject({ code: 'EMBED_SOME_FAILED', exit: 3 });
  expect(fingerprint(out)).toEqual(whole);
});

test('they are tried again when asked for, and each when its own bytes change', async () => {
  await run();
  // A rebuild splits the document anew, whose chunk fails again.
  const rebuilt = await ingest('docs', '--rebuild');
  expect(rebuilt.stderr).toMatch(/ removed, 0 failed, 4 failed as before\n {2}chunks .* reused, 1 failed\n/);
  const whole = fingerprint(out);
  expect(await run('--retry-failed')).toEqual({ code: 3, told: everything, known: [], changed: false });
  expect(fingerprint(out)).toEqual(whole);
  expect(await run()).toMatchObject({ code: 0, known: everything });
  writeFiles(workspace.dir, {
    'docs/b.json': '{"open": "no',
    'docs/r.jsonl': failing['docs/r.jsonl'].replace('no', 'not a'),
  });
  const rest = ['scan.pdf', 'zh.txt'];
  expect(await run()).toEqual({ code: 3, told: ['b.json', 'r.jsonl#line-2'], known: rest, changed: true });
  writeFiles(workspace.dir, {
    'docs/b.json': '{"open": "now"}',
    'docs/r.jsonl': '{"id":"x","text":"The first."}\n',
  });
  expect(await run()).toMatchObject({ code: 0, told: [], known: rest });
  for (const name of ['scan.pdf', 'zh.txt']) rmSync(join(workspace.dir, 'docs', name));
  expect(await run('--allow-removals')).toMatchObject({ code: 0, told: [], known: [] });
  expect(fingerprint(out)).not.toHaveProperty('failures.jsonl');
  expect(readFileSync(join(out, 'manifest.json'), 'utf8')).not.toContain('"failures"');
});

test('another version of a reader tries its files again, and those alone', async () => {
  await run();
  rewrite((failure) => ({ ...failure, reader: String(failure.reader).replace('pdf@', 'pdf@9') }));
  const rest = everything.filter((name) => name !== 'scan.pdf');
  expect(await run()).toEqual({ code: 3, told: ['scan.pdf'], known: rest, changed: true });
  expect(await run()).toMatchObject({ code: 0, known: everything });
});

test('what a run does not reach stays known: beyond a limit, behind a pattern, under another root', async () => {
  writeFiles(workspace.dir, { 'more/c.md': markdown('gamma', 1) });
  await run();
  const whole = readFileSync(join(out, 'failures.jsonl'), 'utf8');
  expect(await run('--limit', '2')).toMatchObject({ code: 0, told: [], known: ['b.json'] });
  expect(await run('--exclude', '*.pdf')).toMatchObject({
    code: 0,
    known: everything.filter((name) => name !== 'scan.pdf'),
  });
  expect((await ingest('more')).code).toBe(0);
  expect(readFileSync(join(out, 'failures.jsonl'), 'utf8')).toBe(whole);
  expect(await run()).toMatchObject({ code: 0, known: everything });
});

test('a rebuild tries all of them once more, and tells what is new', async () => {
  await run();
  rmSync(join(workspace.dir, 'docs/scan.pdf'));
  writeFiles(workspace.dir, { 'docs/new.json': '{' });
  const rest = everything.filter((name) => name !== 'scan.pdf');
  expect(await run('--rebuild')).toMatchObject({ code: 3, told: ['new.json'], known: rest });
  expect(await run('--rebuild')).toMatchObject({ code: 0, told: [], known: [...rest, 'new.json'].sort() });
  expect((await run('--rebuild', '--strict')).code).toBe(3);
  expect(await run('--rebuild', '--retry-failed')).toMatchObject({ code: 3, known: [] });
});

test('a list that somebody changed is not believed: no document is left out for it', async () => {
  await run();
  const good = markdown('beta', 1);
  writeFiles(workspace.dir, { 'docs/new.md': good });
  const hash = createHash('sha256').update(good).digest('hex');
  const reader = `markdown@${pinnedReaders.markdown}`;
  const forged = JSON.stringify({ source: 'docs/new.md', code: 'malformed', hash, reader });
  const file = join(out, 'failures.jsonl');
  writeFileSync(file, `${readFileSync(file, 'utf8')}${forged}\n`);
  const result = await ingest('docs', '--json');
  expect([result.code, summaryOf(result)]).toMatchObject([3, { documents: { new: 1 }, failures: all }]);
  expect(await run()).toMatchObject({ code: 0, told: [], known: everything });
});

test('a text that the model takes no piece of is known with its bytes, and the name of another file with both', async () => {
  for (const name of Object.keys(failing)) rmSync(join(workspace.dir, name));
  const takes = (text: string) => (text.includes('endless') ? 100_000 : text.split(/\s+/).length);
  const server = await startOllama({ tokensOf: takes });
  onTestFinished(() => server.stop());
  const own = ingestWith(workspace, server.url);
  writeFiles(workspace.dir, {
    'docs/long.txt': 'endless\n',
    'docs/r.jsonl': '{"id":"x","text":"The first."}\n',
    'docs/r.jsonl#x': 'Has the name of a record.\n',
  });
  const both = ['long.txt', 'r.jsonl#x'];
  expect(await runBy(own)).toEqual({ code: 3, told: both, known: [], changed: true });
  const whole = fingerprint(out);
  expect(await runBy(own)).toEqual({ code: 0, told: [], known: both, changed: false });
  expect(fingerprint(out)).toEqual(whole);
  writeFiles(workspace.dir, {
    'docs/r.jsonl': '{"id":"y","text":"The first."}\n',
    'docs/long.txt': 'Short.\n',
  });
  expect(await runBy(own, '--allow-removals')).toMatchObject({ code: 0, told: [], known: [] });
  const sources = readOutput(out).rows.map(({ metadata }) => metadata.source);
  expect(sources).toEqual(['docs/a.md', 'docs/a.md', 'docs/long.txt', 'docs/r.jsonl#x', 'docs/r.jsonl#y']);
});

test('what the server rejects is known after three days, as another version of it may take it', async () => {
  for (const name of Object.keys(failing)) rmSync(join(workspace.dir, name));
  writeFiles(workspace.dir, { 'docs/bad.md': 'The poison of bees.\n' });
  ollama.script(faults.poisoned('poison'));
  expect(await run()).toMatchObject({ code: 3, told: ['bad.md'] });
  expect(await run()).toMatchObject({ code: 3, told: ['bad.md'], known: [] });
  rewrite((failure) => ({ ...failure, days: ['2020-01-01', '2020-01-02'] }));
  expect(await run()).toMatchObject({ code: 3, told: ['bad.md'] });
  expect(await run()).toMatchObject({ code: 0, told: [], known: ['bad.md'] });
  expect(await run('--retry-failed')).toMatchObject({ code: 3, told: ['bad.md'], known: [] });
});

test('what the machine decides, too, is known after three days, and until a limit changes', async () => {
  writeFiles(workspace.dir, { 'large.txt': 'Words. '.repeat(20) });
  const days = () => JSON.parse(readFileSync(join(out, 'failures.jsonl'), 'utf8').split('\n').at(-2)!).days;
  const large = async (size: string) => {
    const result = await ingest('large.txt', 'docs/a.md', '--max-file-size', size, '--json');
    const { failures, knownFailures } = summaryOf(result);
    return [result.code, failures.length, knownFailures.length];
  };
  writeFiles(workspace.dir, { 'docs/a.md': 'Short.\n' });
  expect(await large('100')).toEqual([3, 1, 0]);
  expect(await large('100')).toEqual([3, 1, 0]);
  const today = new Date().toISOString().slice(0, 10);
  expect(days()).toEqual([today]);
  rewrite((failure) => ({ ...failure, days: ['2020-01-01', '2020-01-02'] }));
  expect(await large('100')).toEqual([3, 1, 0]);
  expect(days()).toEqual(['2020-01-01', '2020-01-02', today]);
  expect(await large('100')).toEqual([0, 0, 1]);
  expect(await large('101')).toEqual([3, 1, 0]);
  expect(days()).toEqual([today]);
  expect(await large('1kB')).toEqual([0, 0, 0]);
});
