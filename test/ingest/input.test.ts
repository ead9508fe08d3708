// Bad input: one clear sentence that names what to do, the right exit code, and the old output untouched.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { openingRequests } from '../helpers/opening.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

beforeEach(() => {
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 3) });
});

/** One sentence on stderr, maybe with a guess and how the command is typed; nothing on stdout, nothing written. */
async function expectRefusal(args: string[], code: number, sentence: RegExp): Promise<void> {
  const before = fingerprint(out);
  const result = await workspace.embed(args);
  expect(result.stderr).toMatch(sentence);
  expect(result.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
  expect(result.stderr).not.toContain('    at ');
  expect(result.stdout).toBe('');
  expect(result.code).toBe(code);
  expect(fingerprint(out)).toEqual(before);
}

describe('arguments', () => {
  test.each([
    [['ingest', 'dosc'], 2, /There is no file or folder "dosc".*docs/],
    [['ingest', 'empty'], 2, /Nothing to ingest in empty/],
    [
      ['ingest', 'docs', '--include', 'nosuch'],
      2,
      /Nothing to ingest in docs: .*; nothing matches --include nosuch\./,
    ],
    [['ingest', '*.nope'], 2, /matches nothing/],
    [['ingest'], 2, /Nothing is named: give a file or folder/],
    [['ingest', 'docs', '--bacth-size', '3'], 2, /--batch-size/],
    [['ingest', 'docs', '--batch-size', '1000'], 2, /--batch-size: expected at most 64, got 1000/],
    [['ingest', 'docs', '--limit', '0'], 2, /--limit: expected at least 1/],
    [['ingest', 'docs', '--limit', '1', '--rebuild'], 2, /use only one of them/],
    [['ingest', '-'], 2, /Standard input is empty/],
    [['ingest', 'docs', '--embedder', 'builtin', '--model', 'm'], 2, /--model counts with embedder auto/],
    [['ingest', 'docs', '-o', 'one', '-o', 'two'], 2, /--out: given twice/],
    [
      ['ingest', 'docs', '-n', '--chunk-size', '100', '--chunk-overlap', '60'],
      2,
      /more than half of the chunk/,
    ],
    [['ingest', 'docs', '-n', '--embedder', 'builtin', '--chunk-size', '200'], 2, /use 128 tokens or fewer/],
    [['ingest', 'docs', '-o', 'docs/a.md'], 2, /docs\/a\.md/],
    [['ingets', 'docs'], 2, /ingest/],
    [['search', 'anything'], 2, /There is no index in .*embed ingest/],
    [['search', ' '], 2, /Nothing to search for/],
    [['verify'], 2, /There is no index in .*embed ingest/],
    [
      ['ingest', 'docs', '--embedder', 'builtin', '--chunk-size', '5000'],
      2,
      /--chunk-size 5000 .* use 128 tokens or fewer/,
    ],
    [
      ['ingest', 'docs', '--embedder', 'builtin', '--chunk-size', '50', '--chunk-overlap', '40'],
      2,
      /--chunk-overlap 40/,
    ],
    [
      ['ingest', 'docs', '--embedder', 'ollama', '--ollama-url', 'http://127.0.0.1:9', '--max-retries', '0'],
      4,
      /127\.0\.0\.1:9/,
    ],
    [
      [
        'ingest',
        'docs',
        '--embedder',
        'builtin',
        '--cache',
        'redis',
        '--redis-url',
        'redis://:secret@127.0.0.1:9',
      ],
      4,
      /redis:\/\/:\*+@127\.0\.0\.1:9/,
    ],
  ])('%j', async (args, code, sentence) => {
    mkdirSync(join(workspace.dir, 'empty'));
    await expectRefusal(args, code, sentence);
  });

  test('a wrong key in .batchrc names the file and the nearest right one', async () => {
    writeFileSync(join(workspace.dir, '.batchrc.json'), '{"cachettl": 5}');
    await expectRefusal(
      ['ingest', 'docs'],
      2,
      /\.batchrc\.json: unknown key "cachettl"; did you mean "cacheTtl"\?/,
    );
  });

  test('other chunks than those of the output need --rebuild', async () => {
    expect((await ingest('docs')).code).toBe(0);
    const again = ['ingest', 'docs', '--ollama-url', ollama.url, '--chunk-size', '64'];
    await expectRefusal(again, 2, /--chunk-size 64 differs from the output's 256: use --rebuild/);
    writeFiles(workspace.dir, { '.batchrc.json': JSON.stringify({ chunkSize: 64 }) });
    const file = ['ingest', 'docs', '--ollama-url', ollama.url];
    await expectRefusal(
      file,
      2,
      /--chunk-size 64, from .*\.batchrc\.json \(chunkSize\), differs from the output's 256/,
    );
    expect((await ingest('docs', '--chunk-size', '64', '--rebuild')).code).toBe(0);
  });
});

test('a run that holds the lock makes the next one end with 75, or wait', async () => {
  const go = hold(ollama, { after: openingRequests });
  writeFiles(workspace.dir, { 'docs/b.md': markdown('beta', 60) });
  const flags = ['--ollama-url', ollama.url, '--cache', 'none', '--batch-size', '4', '--concurrency', '1'];
  const first = workspace.start(['ingest', 'docs', ...flags]);
  await eventually(() => ollama.stats.embeds).toBe(openingRequests + 1);
  const second = await ingest('docs');
  expect(second.code).toBe(75);
  expect(second.stderr).toMatch(/in use by another run \(process \d+ on .*--wait/);
  const waiting = workspace.start(['ingest', 'docs', ...flags, '--wait', '--json']);
  let said = '';
  waiting.child.stderr!.on('data', (part: string) => {
    said += part;
  });
  await eventually(() => said).toMatch(/waiting for process/i);
  go();
  expect((await first.done).code).toBe(0);
  expect(summaryOf(await waiting.done)).toMatchObject({ changed: false, documents: { unchanged: 2 } });
});

describe('standard input', () => {
  test('on a terminal says what it waits for', async () => {
    const { child, done } = workspace.terminal(['ingest', '-', '--embedder', 'builtin', '--cache', 'none']);
    let shown = '';
    child.stdout!.on('data', (part: string) => (shown += part));
    await eventually(() => shown).toContain('Waiting for JSON Lines on this terminal');
    child.kill('SIGTERM');
    await done;
  });

  test('records with their ids and metadata; a bad line is a failure of its own', async () => {
    const lines = [
      '{"id":"x","text":"The first record.","metadata":{"lang":"en"}}',
      'no JSON',
      '{"text":"No id."}',
    ];
    const flags = ['ingest', '-', '--ollama-url', ollama.url, '--cache', 'none', '--json'];
    const result = await workspace.embed(flags, { stdin: lines.join('\n') });
    expect(result.code).toBe(3);
    expect(summaryOf(result).failures).toEqual([{ source: 'stdin.jsonl#line-2', code: 'malformed' }]);
    const { rows } = readOutput(out);
    expect(rows.map((row) => row.metadata.source)).toEqual(['stdin.jsonl#3', 'stdin.jsonl#x']);
    expect(rows[1]!.metadata).toMatchObject({ lang: 'en' });

    const next = await workspace.embed(flags, { stdin: '{"id":"y","text":"Another one."}' });
    expect(next.code).toBe(0);
    expect(readOutput(out).sources).toEqual(['stdin.jsonl#3', 'stdin.jsonl#x', 'stdin.jsonl#y']);
    expect((await ingest('docs')).code).toBe(0);
    expect(readOutput(out).sources).toEqual(['docs/a.md', 'stdin.jsonl#3', 'stdin.jsonl#x', 'stdin.jsonl#y']);
  });
});

describe('output', () => {
  test('--json prints one line of JSON on stdout, --quiet nothing at all', async () => {
    const json = await ingest('docs', '--json');
    expect(json.stdout.trim().split('\n')).toHaveLength(1);
    expect(summaryOf(json).documents.new).toBe(1);
    writeFiles(workspace.dir, { 'docs/b.md': markdown('beta', 2) });
    expect(await ingest('docs', '--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  test('--news prints nothing unless something changed or failed', async () => {
    const sync = ['--news', '--sync', 'parquet:./rows.parquet'];
    const first = await ingest('docs', ...sync);
    expect(first.stderr).toMatch(/^✓ .*\n {2}documents {2}1 new, .*parquet:\.\/rows\.parquet: \d+ new/ms);
    expect(await ingest('docs', ...sync)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await ingest('docs', '--news', '--quiet')).toMatchObject({ code: 0, stderr: '' });
    rmSync(join(workspace.dir, 'rows.parquet'));
    const sent = await ingest('docs', ...sync);
    expect(sent.stderr).toMatch(/parquet:\.\/rows\.parquet: \d+ new/);
    expect(sent.stderr).not.toContain('documents');
    writeFiles(workspace.dir, { 'docs/bad.json': '{"id": ' });
    const failed = await ingest('docs', '--news');
    expect(failed).toMatchObject({ code: 3, stderr: expect.stringContaining('1 failed') });
    expect(await ingest('docs', '--news')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    rmSync(join(workspace.dir, 'docs/bad.json'));
    const settled = '  settled    docs/bad.json failed before, and is repaired, gone or left out now\n';
    expect(await ingest('docs', '--news')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(settled),
    });
    expect(await ingest('docs', '--news')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    // What `embed forget` took out was told by it, although the run writes the output once more.
    writeFiles(workspace.dir, { 'docs/b.md': markdown('beta', 1) });
    expect((await ingest('docs', '--news')).stderr).toContain('1 new');
    await workspace.embed(['forget', 'docs/b.md']);
    writeFiles(workspace.dir, { 'docs/.embedignore': 'b.md\n' });
    const forgotten = await ingest('docs', '--news', '--json');
    expect([summaryOf(forgotten).changed, forgotten.stderr]).toEqual([true, '']);
    // An index without anything is news.
    rmSync(join(workspace.dir, 'docs/a.md'));
    const emptied = await ingest('docs', '--news', '--allow-removals');
    expect(emptied.stderr).toContain('nothing to find');
    await ollama.die();
    writeFiles(workspace.dir, { 'docs/c.md': markdown('gamma', 1) });
    expect(await ingest('docs', '--news')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('error'),
    });
  });

  test('documents that patterns hide stay, and are told', async () => {
    writeFiles(workspace.dir, { 'docs/drafts/b.md': markdown('beta', 1), 'docs/c.md': markdown('gamma', 1) });
    expect((await ingest('docs')).code).toBe(0);
    const hidden = await ingest('docs', '--exclude', 'drafts');
    expect(hidden.stderr).toMatch(
      /^ {2}kept {7}1 document \(docs\/drafts\/b\.md\) whose files patterns or .*`embed forget … --out /m,
    );
    expect(summaryOf(await ingest('docs', '--exclude', 'drafts', '--json')).hidden).toEqual([
      { root: 'docs', documents: 1, first: ['docs/drafts/b.md'] },
    ]);
    expect((await ingest('docs')).stderr).not.toContain('kept');
    rmSync(join(workspace.dir, 'docs/drafts'), { recursive: true });
    const gone = await ingest('docs', '--exclude', 'drafts');
    expect(gone.stderr).toMatch(/1 removed/);
    expect(gone.stderr).not.toContain('kept');
  });

  test('documents that an ignore file leaves out go, whatever the patterns', async () => {
    const names = ['drafts/a.md', 'drafts/plan.md', 'b.md', 'c.md', 'd.md', 'e.md'];
    for (const name of names) writeFiles(workspace.dir, { [`docs/${name}`]: markdown(name, 1) });
    expect((await ingest('docs')).code).toBe(0);
    writeFiles(workspace.dir, { 'docs/.embedignore': 'drafts/*\n!drafts/plan.md\ne.md\n' });
    const run = summaryOf(await ingest('docs', '--exclude', '{*.csv,b.md}', '--json'));
    expect(run.documents).toMatchObject({ removed: 2 });
    expect(run.hidden).toEqual([{ root: 'docs', documents: 1, first: ['docs/b.md'] }]);
    expect(readOutput(out).sources).toEqual(expect.arrayContaining(['docs/b.md', 'docs/drafts/plan.md']));
    expect(readOutput(out).sources).not.toContain('docs/drafts/a.md');
    // A run over a part of the folder sees the same rule.
    writeFiles(workspace.dir, {
      'docs/part/x/old.md': markdown('old', 1),
      'docs/part/new.md': markdown('new', 1),
    });
    expect((await ingest('docs')).code).toBe(0);
    writeFiles(workspace.dir, { 'docs/part/.embedignore': 'x/\n' });
    expect(summaryOf(await ingest('docs/part', '--json'))).toMatchObject({
      documents: { removed: 1, unchanged: expect.any(Number) },
      hidden: [],
    });
    expect(readOutput(out).sources).toContain('docs/part/new.md');
    // A root of its own is no part of what another one ignores.
    expect((await ingest('docs/drafts/a.md')).code).toBe(0);
    expect((await ingest('docs', '--exclude', '*.csv')).code).toBe(0);
    expect(readOutput(out).sources).toContain('docs/drafts/a.md');
  });

  test('--dry-run counts, writes nothing and contacts no server', async () => {
    await ollama.die();
    const result = await ingest('docs', '--dry-run', '--json');
    expect(result.code).toBe(0);
    expect(summaryOf(result)).toMatchObject({ documents: { new: 1 }, requests: 0 });
    expect(summaryOf(result).chunks.embedded).toBeGreaterThan(0);
    expect(fingerprint(out)).toEqual({});
  });

  test('--dry-run --estimate embeds a few of the texts, and tells the time that all would take', async () => {
    writeFiles(workspace.dir, { 'docs/b.md': markdown('beta', 200) });
    const { code, stderr, stdout } = await ingest('docs', '--dry-run', '--estimate', '--json');
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/to take {4}about .+ s: \d+ texts went at [\d,]+ tokens\/s/),
    ]);
    const { estimate, tokensEmbedded } = JSON.parse(stdout);
    expect(estimate.texts).toBeGreaterThanOrEqual(64);
    expect(estimate.texts).toBeLessThanOrEqual(256);
    expect(estimate.seconds).toBeGreaterThanOrEqual(tokensEmbedded / estimate.tokensPerSecond - 0.1);
    const sent = new Set(ollama.batches().flat());
    expect(sent.size).toBeGreaterThanOrEqual(64);
    expect(sent.size).toBeLessThan(300);
    expect(fingerprint(out)).toEqual({});
    expect((await ingest('docs', '--dry-run')).stderr).toContain('--estimate measures how long');
    expect((await ingest('docs', '--estimate')).code).toBe(2);
    expect((await ingest('docs')).code).toBe(0);
    expect(summaryOf(await ingest('docs', '--dry-run', '--estimate', '--json'))).not.toHaveProperty(
      'estimate',
    );
  });

  test('--format npy leaves the vectors out of the lines, and back', async () => {
    expect((await ingest('docs', '--format', 'npy')).code).toBe(0);
    expect(readOutput(out).rows[0]).not.toHaveProperty('embedding');
    const lean = fingerprint(out);
    expect((await ingest('docs')).code).toBe(0);
    expect(readOutput(out).rows[0]).toHaveProperty('embedding');
    expect((await ingest('docs', '--format', 'npy')).code).toBe(0);
    expect(fingerprint(out)).toEqual(lean);
  });

  test('search finds the chunk that was asked for, and verify finds what is broken', async () => {
    writeFiles(workspace.dir, { 'docs/b.md': markdown('beta', 3) });
    expect((await ingest('docs')).code).toBe(0);
    const { rows } = readOutput(out);
    const wanted = rows[2]!;
    const search = ['search', wanted.text, '--json', '-k', '2', '--ollama-url', ollama.url];
    const [best, second] = JSON.parse((await workspace.embed(search)).stdout).results;
    expect(best).toMatchObject({ id: wanted.id, text: wanted.text });
    expect(best.score).toBeCloseTo(1, 5);
    expect(second.score).toBeLessThan(best.score);

    expect(await workspace.embed(['verify'])).toMatchObject({ code: 0 });
    const path = join(out, 'chunks.jsonl');
    const lines = rows.map((row) => JSON.stringify(row)).join('\n');
    writeFileSync(path, `${lines}\n`.replace('alpha0word3', 'alpha0word4'));
    const broken = await workspace.embed(['verify']);
    expect(broken.code).toBe(5);
    expect(broken.stderr).toContain('chunks.jsonl');
  });

  test('a reader that goes away changes neither the work nor the exit code', async () => {
    const run = workspace.start(['ingest', 'docs', '--ollama-url', ollama.url, '--cache', 'none', '--json']);
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    expect(await run.done).toMatchObject({ code: 0, signal: null });
    expect(readOutput(out).rows.length).toBeGreaterThan(0);
  });

  test('documents do not command the terminal', async () => {
    writeFiles(workspace.dir, { 'docs/escape.txt': 'A \x1b[31mred\x1b[0m herring swims by.\n' });
    expect((await ingest('docs')).code).toBe(0);
    const { stdout } = await workspace.embed(['search', 'red herring', '--ollama-url', ollama.url]);
    expect(stdout).not.toContain('\x1b');
  });

  test('colour only where it is wanted', async () => {
    expect((await ingest('docs')).stderr).not.toContain('\x1b[');
    const flags = ['ingest', 'docs', '--ollama-url', ollama.url];
    expect((await workspace.embed(flags, { env: { FORCE_COLOR: '1' } })).stderr).toContain('\x1b[32m');
    // An empty variable counts as unset; one with blanks, too.
    for (const env of [{ FORCE_COLOR: '1', NO_COLOR: '1' }, { FORCE_COLOR: '' }, { FORCE_COLOR: ' ' }]) {
      expect((await workspace.embed(flags, { env })).stderr).not.toContain('\x1b[');
    }
  });
});
