// What is embedded beside a chunk's text belongs to its vector: journal, cache, manifest and known rows look up both.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyOutput } from '../../src/output/read/verify.js';
import { embeddedText, embeddingKey } from '../../src/text/embedded-text.js';
import { startOllama } from '../helpers/ollama.js';
import { fingerprint, journalBytes, type OutputRow, readOutput } from '../helpers/output.js';
import { ingest, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const size = ['--chunk-size', '96'];

/** A table in Org; each row about 20 tokens. */
function table(header: string, rows = 30): string {
  const lines = Array.from(
    { length: rows },
    (_, row) => `| E${row} | The valve ${row} of the station does not close | Replace the seal ${row} |`,
  );
  return `* Errors\n\n| ${header} |\n|---+---+---|\n${lines.join('\n')}\n`;
}

const embedded = ({ text, metadata }: OutputRow) => embeddedText({ text, context: metadata.context });
const contextOf = ({ metadata }: OutputRow) => metadata.context;

/** Texts of rows that reached the server since the last call. */
function textsSent(): Set<string> {
  const known = new Set(readOutput(out).rows.map(embedded));
  const texts = ollama.batches().flat();
  ollama.requests.length = 0;
  return new Set(texts.filter((text) => known.has(text)));
}

async function expectRight(): Promise<void> {
  const { rows, vectors } = readOutput(out);
  for (const [index, row] of rows.entries()) expect(vectors[index]).toEqual(ollama.vectorOf(embedded(row)));
  expect((await verifyOutput(out)).problems).toEqual([]);
}

test('a header row is embedded with the rows, stands beside their text, and counts', async () => {
  writeFiles(workspace.dir, { 'docs/errors.org': table('Code | Meaning | Remedy') });
  expect((await ingest('docs', ...size)).code).toBe(0);
  const { rows } = readOutput(out);
  const others = rows.slice(1);
  expect(others.length).toBeGreaterThan(5);
  expect(contextOf(rows[0]!)).toBeUndefined();
  for (const row of others) {
    expect(contextOf(row)).toBe('Code | Meaning | Remedy');
    expect(row.text).not.toContain('Remedy');
    expect(row.metadata.tokens).toBeLessThanOrEqual(96);
  }
  expect(ollama.batches().flat()).toEqual(expect.arrayContaining(rows.map(embedded)));
  await expectRight();
});

test('equal rows under other headers have vectors of their own', async () => {
  writeFiles(workspace.dir, {
    'docs/a.org': table('Code | Meaning | Remedy'),
    'docs/b.org': table('Sign | Cause | What to do'),
    'docs/c.org': table('Code | Meaning | Remedy'),
  });
  const { chunks } = summaryOf(await ingest('docs', ...size, '--json'));
  const { rows, vectors } = readOutput(out);
  expect(chunks.embedded).toBe(new Set(rows.map(embedded)).size);
  const pair = rows.flatMap((row, index) => {
    const other = rows.findIndex(
      ({ metadata }) => metadata.hash === row.metadata.hash && metadata.context !== row.metadata.context,
    );
    return other > index ? [[index, other] as const] : [];
  });
  expect(pair.length).toBeGreaterThan(2);
  for (const [one, other] of pair) expect(vectors[one]).not.toEqual(vectors[other]);
  await expectRight();
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test('an edit of the header row alone embeds the whole table again, and a later run nothing', async () => {
  writeFiles(workspace.dir, {
    'docs/errors.org': `${table('Code | Meaning | Remedy')}\n* End\n\nThat is all.\n`,
  });
  await ingest('docs', ...size);
  const before = readOutput(out).rows;
  textsSent();
  const file = join(workspace.dir, 'docs/errors.org');
  writeFileSync(file, readFileSync(file, 'utf8').replace('Remedy', 'Repair'));
  const { chunks } = summaryOf(await ingest('docs', ...size, '--json'));
  const { rows } = readOutput(out);
  const changed = rows.filter(
    (row) => contextOf(row) === 'Code | Meaning | Repair' || row.text.includes('Repair'),
  );
  expect(textsSent()).toEqual(new Set(changed.map(embedded)));
  expect(chunks.embedded).toBe(changed.length);
  expect(rows.slice(1).map(({ id }) => id)).toEqual(before.slice(1).map(({ id }) => id));
  await expectRight();
  expect(summaryOf(await ingest('docs', '--json'))).toMatchObject({ changed: false, requests: 0 });
});

test('a run that was killed goes on with what it has, header rows and all', async () => {
  writeFiles(workspace.dir, {
    'docs/a.org': table('Code | Meaning | Remedy', 60),
    'docs/b.org': table('Sign | Cause | What to do', 60),
  });
  await ingest('docs', ...size);
  const undisturbed = fingerprint(out);
  rmSync(out, { recursive: true });
  const slow = await startOllama({ textDelayMs: 4 });
  const flags = ['--ollama-url', slow.url, '--cache', 'none', '--batch-size', '4', '--concurrency', '1'];
  const run = workspace.start(['ingest', 'docs', ...size, ...flags]);
  let ended = false;
  void run.done.then(() => {
    ended = true;
  });
  while (!ended && journalBytes(out) < 20_000) await new Promise((done) => setTimeout(done, 1));
  run.child.kill('SIGKILL');
  expect((await run.done).signal).toBe('SIGKILL');
  await slow.stop();
  const { chunks } = summaryOf(await ingest('docs', ...size, '--json'));
  expect(chunks.reused).toBeGreaterThan(8);
  expect(fingerprint(out)).toEqual(undisturbed);
  await expectRight();
});

test('a warm cache knows a text with its header row, and not with another', async () => {
  const cached = ['--cache', 'disk', ...size];
  writeFiles(workspace.dir, { 'docs/a.org': table('Code | Meaning | Remedy') });
  const first = summaryOf(await ingest('docs', '--json', ...cached));
  expect(first.chunks.cached).toBe(0);
  const again = summaryOf(await ingest('docs', '-o', 'again', '--json', ...cached));
  expect(again.chunks).toMatchObject({ embedded: 0, cached: first.chunks.embedded });
  writeFiles(workspace.dir, { 'other/a.org': table('Sign | Cause | What to do') });
  const other = summaryOf(await ingest('other', '-o', 'other-index', '--json', ...cached));
  expect(other.chunks.cached).toBe(0);
  expect(embeddingKey({ text: 'a' })).toBe(embeddingKey({ text: 'a', context: undefined }));
});

test('--context headings embeds the heading path, and the output keeps to it', async () => {
  const text = `# Guide\n\n## Install\n\n${'One step after another. '.repeat(60)}\n`;
  writeFiles(workspace.dir, { 'docs/guide.md': text });
  expect((await ingest('docs', ...size, '--context', 'headings')).code).toBe(0);
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  expect(manifest.chunking.context).toBe('headings');
  const before = fingerprint(out);
  const { rows } = readOutput(out);
  expect(rows.length).toBeGreaterThan(2);
  for (const row of rows) {
    expect(contextOf(row)).toBe(row.metadata.heading.join(' › '));
    expect(row.metadata.tokens).toBeLessThanOrEqual(96);
  }
  await expectRight();

  // A later run needs no flag, and another one is refused.
  writeFiles(workspace.dir, { 'docs/more.md': text.replace('Install', 'Remove') });
  const { chunks } = summaryOf(await ingest('docs', '--json'));
  expect(chunks.embedded).toBeGreaterThan(0);
  expect(readOutput(out).rows.at(-1)!.metadata.context).toBe('Guide › Remove');
  await expectRight();
  const other = await ingest('docs', '--context', 'tables');
  expect(other.code).toBe(2);
  expect(other.stderr).toContain("--context tables differs from the output's headings: use --rebuild");
  expect((await ingest('docs', ...size, '--context', 'tables', '--rebuild')).code).toBe(0);
  for (const row of readOutput(out).rows) expect(contextOf(row)).toBeUndefined();
  expect(before).not.toEqual(fingerprint(out));
});
