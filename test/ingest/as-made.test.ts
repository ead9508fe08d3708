// What made an output makes it again, or goes on with it, where nothing else is named; and what is named is used or refused.
import { readFileSync, realpathSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { allMiniLm, startOllama } from '../helpers/ollama.js';
import { journalBytes, readOutput } from '../helpers/output.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const plain = (...args: string[]) =>
  workspace.embed(['ingest', 'docs', '--cache', 'none', ...args], {
    env: { HOME: join(workspace.dir, '.home') },
  });
const spaceOf = () => JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).space;
const model = 'all-minilm:latest';

/** A first index, with the notes on it. */
async function made(...args: string[]): Promise<void> {
  writeFiles(workspace.dir, { 'docs/a.md': '# A\n\nThe first text of all.\n' });
  expect(await plain(...args)).toMatchObject({ code: 0 });
}

test('a rebuild uses the embedder, the model and the servers of the output', async () => {
  await using other = await startOllama({ models: [{ ...allMiniLm, name: 'bge-m3:latest' }, allMiniLm] });
  await made('--ollama-url', other.url, '--model', 'all-minilm');
  const run = await plain('--rebuild', '--chunk-size', '64');
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).toContain(`Ollama: ${other.url}, as the index was made\n`);
  expect(spaceOf()).toMatchObject({ embedder: 'ollama', model });
  // The notes stay, and a server that is named without a model gets that of the output.
  expect(await plain('--rebuild', '--ollama-url', other.url)).toMatchObject({ code: 0 });
  expect(spaceOf()).toMatchObject({ model });
  // Of a damaged one, the manifest says what made it.
  truncateSync(join(out, 'vectors.npy'), 100);
  expect(await plain('--rebuild')).toMatchObject({ code: 0 });
  expect(spaceOf()).toMatchObject({ embedder: 'ollama', model });
  await other.stop();
  const down = await plain('--rebuild');
  expect(down.code).toBe(4);
  expect(down.stderr).toMatch(/can't be reached.* name that with --embedder builtin or --model NAME/s);
  expect(spaceOf()).toMatchObject({ model });
  expect(await plain('--rebuild', '--embedder', 'builtin')).toMatchObject({ code: 0 });
  expect(spaceOf()).toMatchObject({ embedder: 'builtin' });
});

test('a rebuild keeps chunk size, overlap, context and type of numbers, unless another is named', async () => {
  const manifestOf = () => JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  const kept = { size: 40, overlap: 10, context: 'headings' };
  await made(
    ...['--embedder', 'builtin', '--chunk-size', '40', '--chunk-overlap', '10'],
    ...['--context', 'headings', '--dtype', 'float16'],
  );
  writeFiles(workspace.dir, { 'docs/long.md': markdown('long', 6) });
  const plan = await plain('--rebuild', '--dry-run', '--json');
  const run = await plain('--rebuild', '--json');
  expect(run).toMatchObject({ code: 0 });
  expect(manifestOf()).toMatchObject({ chunking: kept, dtype: 'float16' });
  expect(summaryOf(plan).chunks.total).toBe(summaryOf(run).chunks.total);
  // Of a damaged one, too.
  truncateSync(join(out, 'vectors.npy'), 100);
  expect(await plain('--rebuild')).toMatchObject({ code: 0 });
  expect(manifestOf()).toMatchObject({ chunking: kept, dtype: 'float16' });
  const other = ['--chunk-size', '60', '--context', 'tables', '--dtype', 'float32'];
  expect(await plain('--rebuild', ...other)).toMatchObject({ code: 0 });
  expect(manifestOf()).toMatchObject({ chunking: { size: 60, overlap: 10 } });
  expect(manifestOf().chunking.context).toBeUndefined();
  expect(manifestOf().dtype ?? 'float32').toBe('float32');
  // The sizes were those of the model before.
  const url = ['--ollama-url', ollama.url, '--model', 'all-minilm'];
  expect(await plain('--rebuild', ...url, '--context', 'headings')).toMatchObject({ code: 0 });
  const { size, overlap, context } = manifestOf().chunking;
  expect([size > 60, overlap, context]).toEqual([true, 0, 'headings']);
});

test('a server that is named is not passed over for the built-in embedder', async () => {
  await made('--embedder', 'builtin');
  const url = ['--ollama-url', ollama.url];
  const named = await plain(...url);
  expect(named.code).toBe(5);
  expect(named.stderr).toMatch(/ask for the Ollama embedder \(.*--ollama-url.*--rebuild/);
  writeFiles(workspace.dir, { '.batchrc.json': JSON.stringify({ ollamaUrl: ollama.url }) });
  expect((await plain()).code).toBe(5);
  expect((await plain('--embedder', 'builtin')).code).toBe(0);
  writeFiles(workspace.dir, { '.batchrc.json': '{}', 'docs/b.md': 'The second one.\n' });
  // The variable is there for other programs, too.
  const env = { HOME: join(workspace.dir, '.home'), OLLAMA_HOST: ollama.url };
  for (const more of [[], ['--rebuild']]) {
    const run = await workspace.embed(['ingest', 'docs', '--cache', 'none', ...more], { env });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('--embedder ollama --rebuild') });
    expect(spaceOf()).toMatchObject({ embedder: 'builtin' });
  }
  expect(await plain(...url, '--rebuild')).toMatchObject({ code: 0 });
  expect(spaceOf()).toMatchObject({ embedder: 'ollama' });
});

test('a run with changes and the doctor ask the servers of the output', async () => {
  await made('--ollama-url', ollama.url, '--model', 'all-minilm');
  writeFiles(workspace.dir, { 'docs/b.md': 'The second one.\n' });
  const run = await plain();
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).toContain(`Ollama: ${ollama.url}, as the index was made\n`);
  const env = { HOME: join(workspace.dir, '.home') };
  const doctor = await workspace.embed(['doctor', '--json', '--timeout', '60s', '--cache', 'none'], { env });
  const reached = JSON.parse(doctor.stdout).checks.filter(({ id }: { id: string }) => /reachable/.test(id));
  expect(reached).toMatchObject([{ status: 'ok', subject: ollama.url }]);
  expect((await ingest('docs', '--out', 'other')).code).toBe(0);
});

test.each(['SIGINT', 'SIGKILL'] as const)(
  'a first run that %s ended goes on with what it began with',
  async (signal) => {
    const pages = Array.from({ length: 40 }, (_, n) => [`docs/page ${n}.md`, `Page ${n} of the book.\n`]);
    writeFiles(workspace.dir, Object.fromEntries(pages));
    let hangs = true;
    const isLast = (texts: readonly string[]) => hangs && texts.some((text) => text.includes('Page 9'));
    ollama.script({ kind: 'hang', when: isLast, times: Number.POSITIVE_INFINITY });
    const url = ['--ollama-url', ollama.url];
    const { child, done } = workspace.start([
      ...['ingest', 'docs', '--cache', 'none', '--batch-size', '4', '--concurrency', '1', ...url],
      ...['--chunk-size', '64'],
    ]);
    const told = async () => (await workspace.embed(['status'])).stdout;
    await expect.poll(told, { timeout: 20_000 }).toMatch(/is under way.*, [1-9]\d* % done/);
    // An answer counts when it is confirmed: a run that was stopped before has begun nothing.
    await eventually(() => journalBytes(out)).toBeGreaterThan(1000);
    child.kill(signal);
    await done;
    const flags = `--out ./embeddings --chunk-size 64 --ollama-url ${ollama.url} --model ${model}`;
    expect(await told()).toContain(`embed ingest <the same paths> ${flags}\n`);
    hangs = false;
    const begun = `Going on with ${model} at ${ollama.url} and --chunk-size 64, as the interrupted run\n`;
    expect((await plain('--dry-run')).stderr).toContain(begun);
    const named = await plain('--dry-run', ...url, '--model', model, '--chunk-size', '64');
    expect(named.stderr).not.toMatch(/Going on|interrupted, and/);
    const flagged = await plain('--dry-run', ...url);
    expect(flagged.stderr).toContain('Going on with --chunk-size 64, as the interrupted run\n');
    for (const other of [
      ['--chunk-size', '32'],
      ['--chunk-overlap', '8'],
    ]) {
      const planned = await plain('--dry-run', ...other);
      const givenUp = `makes other vectors or chunks (${other.join(' ')}): what was embedded stays in the cache alone\n`;
      expect(planned.stderr).toContain(givenUp);
      expect(planned.stderr).not.toContain('and --chunk-size');
    }
    if (signal === 'SIGKILL') {
      const other = await plain('--embedder', 'builtin');
      expect(other.stderr).toContain('What an interrupted run embedded with another model');
      expect(spaceOf()).toMatchObject({ embedder: 'builtin' });
      return;
    }
    const run = await plain('--json');
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining(begun) });
    expect(spaceOf()).toMatchObject({ embedder: 'ollama', model });
    expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).chunking.size).toBe(64);
    expect(summaryOf(run).chunks.reused).toBeGreaterThan(0);
    // From now on, it is an index as any other.
    expect((await plain()).stderr).toContain(`Ollama: ${ollama.url}, as the index was made\n`);
  },
);

test.each(['followed', 'gone on with', 'narrowed', 'given up'])(
  'an interrupted rebuild that is %s is told of as one',
  async (way) => {
    const pages = Array.from({ length: 40 }, (_, n) => [`docs/page ${n}.md`, `Page ${n} of the book.\n`]);
    writeFiles(workspace.dir, Object.fromEntries(pages));
    expect(await plain('--embedder', 'builtin')).toMatchObject({ code: 0 });
    let hangs = true;
    const isLast = (texts: readonly string[]) => hangs && texts.some((text) => text.includes('Page 9'));
    ollama.script({ kind: 'hang', when: isLast, times: Number.POSITIVE_INFINITY });
    const flags = ['--rebuild', '--chunk-size', '64', '--ollama-url', ollama.url, '--model', model];
    const { child, done } = workspace.start([
      ...['ingest', 'docs', '--cache', 'none', '--batch-size', '4', '--concurrency', '1', ...flags],
    ]);
    const told = async () => (await workspace.embed(['status'])).stdout;
    await eventually(() => journalBytes(out)).toBeGreaterThan(1000);
    await expect.poll(told, { timeout: 20_000 }).toMatch(/rebuild +is under way.*, [1-9]\d* % done/);
    child.kill('SIGKILL');
    await done;
    hangs = false;
    const command = `embed ingest <the same paths> --out ./embeddings ${flags.join(' ')}`;
    expect(await told()).toMatch(/\n {2}rebuild +was interrupted at \d+ %\n/);
    // The index knows its paths.
    expect(await told()).toContain(`${command.replace('<the same paths>', 'docs')}\n`);
    if (way === 'followed') {
      const doctor = await workspace.embed(['doctor', '--json', '--timeout', '60s', '--cache', 'none']);
      const mends = JSON.parse(doctor.stdout).checks.map(({ mend }: { mend?: string }) => mend);
      expect(mends).toContain(command.replace('./embeddings', realpathSync(out)));
      expect((await plain('--dry-run')).stderr).toMatch(
        /A rebuild of this output was interrupted at \d+ %\.\n/,
      );
      const run = await plain('--json', ...flags);
      expect(summaryOf(run).chunks.reused).toBeGreaterThan(0);
      expect(run.stderr).not.toContain('gives it up');
    } else if (way === 'gone on with') {
      const goesOn =
        /A rebuild of this output was interrupted at \d+ %: going on with it; to give it up and update the old index instead, name what made that one: --embedder builtin\n/;
      expect((await plain('--dry-run')).stderr).toMatch(goesOn);
      const run = await plain('--json');
      expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(goesOn) });
      expect(summaryOf(run)).toMatchObject({ embedder: { embedder: 'ollama', model } });
      expect(summaryOf(run).chunks.reused).toBeGreaterThan(0);
      expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).chunking.size).toBe(64);
    } else {
      // Part of the paths: a rebuild would drop the others.
      const part = ['ingest', 'docs/page 1.md', '--cache', 'none'];
      const env = { HOME: join(workspace.dir, '.home') };
      const run = await (way === 'narrowed'
        ? workspace.embed(part, { env })
        : plain('--embedder', 'builtin'));
      expect(run).toMatchObject({ code: 0 });
      expect(readOutput(out).rows).toHaveLength(40);
      expect(run.stderr).toMatch(
        /A rebuild of this output was interrupted at \d+ %, and this run gives it up/,
      );
      expect(run.stderr).toContain(`${command}\n`);
    }
    expect(await told()).not.toContain('rebuild');
    expect((await plain()).stderr).not.toContain('gives it up');
  },
);
