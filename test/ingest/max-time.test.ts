// A run whose time is over commits the documents that are done; the others are as they were, and the next run goes on.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ingest as ingestFrom } from '../../src/commands/ingest.js';
import { loadSettings } from '../../src/config/load.js';
import type { RunResult } from '../../src/ingest/options.js';
import { RunCounts } from '../../src/ingest/run-counts.js';
import { eventually } from '../helpers/eventually.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const sourcesIn = () => readOutput(out).sources;

/** A run whose time is over while the server hangs on a text with this word. */
async function runUntil(word: string, more: { rebuild?: boolean } = {}): Promise<RunResult> {
  let isHung = true;
  ollama.script({
    kind: 'hang',
    times: Number.POSITIVE_INFINITY,
    when: (texts) => isHung && texts.some((text) => text.includes(word)),
  });
  const over = new AbortController();
  const flags = {
    ollamaUrl: [ollama.url],
    model: 'all-minilm',
    cache: 'none',
    concurrency: '1',
    batchSize: '4',
  };
  const { settings } = await loadSettings({ flags, env: {}, cwd: workspace.dir });
  const counts = new RunCounts();
  const asked = ollama.batches().length;
  const parts = { paths: ['docs'], settings, cwd: workspace.dir, counts, until: over.signal };
  const run = ingestFrom({ ...more, ...parts });
  await eventually(() => ollama.stats.delayed).toBeGreaterThan(0);
  // What was answered before counts when it is confirmed, which comes a little later.
  const answered = ollama
    .batches()
    .slice(asked)
    .filter((texts) => !`${texts}`.includes(word));
  const texts = new Set(answered.flat().filter((text) => text.includes('word')));
  await eventually(() => counts.chunksEmbedded).toBeGreaterThanOrEqual(texts.size);
  over.abort();
  const result = await run;
  isHung = false;
  return result;
}

const whole = async (): Promise<string> => {
  rmSync(out, { recursive: true });
  expect((await ingest('docs')).code).toBe(0);
  return JSON.stringify(fingerprint(out));
};

test('what is done is committed, whole documents alone; the next run goes on with what was embedded', async () => {
  writeFiles(workspace.dir, {
    'docs/a.md': markdown('a', 1),
    'docs/b.md': markdown('b', 40),
    'docs/c.md': 'C.\n',
  });
  const { summary, failures } = await runUntil('b30word');
  expect(summary).toMatchObject({
    changed: true,
    documents: { new: 1, removed: 0, failed: 0 },
    unfinished: { files: 2, share: expect.any(Number), seconds: expect.any(Number) },
  });
  expect(summary.unfinished!.share).toBeLessThan(0.1);
  expect([failures, sourcesIn(), summary.chunks.total]).toEqual([
    [],
    ['docs/a.md'],
    readOutput(out).rows.length,
  ]);
  expect(summary.chunks.embedded).toBeGreaterThan(20);
  const next = summaryOf(await ingest('docs', '--json'));
  expect(next).not.toHaveProperty('unfinished');
  expect(next.chunks.reused).toBeGreaterThanOrEqual(summary.chunks.embedded - summary.chunks.total);
  const made = JSON.stringify(fingerprint(out));
  expect(await whole()).toBe(made);
});

test('changed documents that were not reached keep their rows, and nothing is removed', async () => {
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) writeFiles(workspace.dir, { [`docs/${name}.md`]: markdown(name, 12) });
  expect((await ingest('docs')).code).toBe(0);
  const before = readOutput(out).rows;
  rmSync(join(workspace.dir, 'docs/a.md'));
  writeFiles(workspace.dir, {
    'docs/b.md': markdown('other', 12),
    'docs/d.md': `${markdown('d', 12)}More.\n`,
  });
  const { summary } = await runUntil('other8word');
  expect(summary.documents).toMatchObject({ new: 0, changed: 0, unchanged: 4, removed: 0 });
  expect(summary).toMatchObject({ changed: false, unfinished: { files: 2 } });
  expect(readOutput(out).rows).toEqual(before);
  expect(summaryOf(await ingest('docs', '--json')).documents).toMatchObject({
    changed: 2,
    removed: 1,
    unchanged: 1,
  });
  const made = JSON.stringify(fingerprint(out));
  expect(await whole()).toBe(made);
});

test('records of a file are documents of their own', async () => {
  const records = Array.from({ length: 12 }, (_, n) =>
    JSON.stringify({ id: `r${n + 10}`, text: `text${n + 10}word.` }),
  );
  writeFiles(workspace.dir, { 'docs/all.jsonl': `${records.join('\n')}\n`, 'docs/z.md': 'Z.\n' });
  const { summary } = await runUntil('text17word');
  expect(sourcesIn()).toEqual([...'0123'].map((n) => `docs/all.jsonl#r1${n}`));
  expect(summary).toMatchObject({ documents: { new: 4 }, unfinished: { files: 2 } });
  expect((await workspace.embed(['verify', out, '--deep'])).code).toBe(0);
  expect(summaryOf(await ingest('docs', '--json')).documents).toMatchObject({ new: 9, unchanged: 4 });
  const made = JSON.stringify(fingerprint(out));
  expect(await whole()).toBe(made);
});

test('a rebuild replaces nothing before it is whole, and goes on where it was', async () => {
  for (const name of ['a', 'b']) writeFiles(workspace.dir, { [`docs/${name}.md`]: markdown(name, 12) });
  expect((await ingest('docs')).code).toBe(0);
  const before = fingerprint(out);
  ollama.become({ digest: '1'.repeat(64), salt: 'other' });
  const { summary } = await runUntil('b8word', { rebuild: true });
  expect(summary).toMatchObject({ changed: false, unfinished: { files: 1 } });
  expect(fingerprint(out)).toEqual({ '.run': 'a folder', ...before });
  const next = summaryOf(await ingest('docs', '--rebuild', '--json'));
  expect(next.chunks.reused).toBeGreaterThanOrEqual(12);
});

test('a run that comes to its end in time removes what is gone', async () => {
  for (const name of ['a', 'b', 'c']) writeFiles(workspace.dir, { [`docs/${name}.md`]: markdown(name, 1) });
  expect((await ingest('docs', '--max-time', '1h')).code).toBe(0);
  rmSync(join(workspace.dir, 'docs/a.md'));
  writeFiles(workspace.dir, { 'docs/d.md': markdown('d', 1) });
  const { documents, chunks } = summaryOf(await ingest('docs', '--max-time', '1h', '--json'));
  expect(documents).toMatchObject({ new: 1, unchanged: 2, removed: 1 });
  expect([sourcesIn(), chunks.total]).toEqual([
    ['docs/b.md', 'docs/c.md', 'docs/d.md'],
    readOutput(out).rows.length,
  ]);
  const made = JSON.stringify(fingerprint(out));
  expect(await whole()).toBe(made);
});

test('a time in which nothing can be done makes no output, and is no error', async () => {
  writeFiles(workspace.dir, { 'docs/a.md': markdown('a', 1) });
  const run = await ingest('docs', '--max-time', '1ms');
  expect([run.code, run.stderr]).toEqual([
    0,
    expect.stringContaining('time is up: 0 % done (1 file): the next run goes on'),
  ]);
  expect((await ingest('docs')).code).toBe(0);
});
