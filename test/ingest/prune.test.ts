// What lies under roots that a run doesn't name: said by every run, dropped by --prune.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const names = ['1', '2', '3', '4'];

beforeEach(() => {
  for (const name of names) writeFiles(workspace.dir, { [`docs/${name}.md`]: markdown(name, 1) });
});

function move(from: string, to: string): void {
  renameSync(join(workspace.dir, from), join(workspace.dir, to));
}

function rootsOf(): string[] {
  return JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).roots;
}

test('every run says what it keeps under roots that it does not name', async () => {
  expect(summaryOf(await ingest('docs', '--json')).elsewhere).toEqual([]);
  rmSync(join(workspace.dir, 'docs'), { recursive: true });
  for (const name of names) writeFiles(workspace.dir, { [`notes/${name}.md`]: markdown(`note${name}`, 1) });
  const first3 = ['docs/1.md', 'docs/2.md', 'docs/3.md'];
  const kept = `4 documents of docs (${first3.join(', ')} and 1 more), not named in this run; --prune`;
  expect((await ingest('notes', '--dry-run')).stderr).toContain(kept);
  const first = await ingest('notes', '--json');
  expect(summaryOf(first)).toMatchObject({
    documents: { new: 4, removed: 0 },
    elsewhere: [{ root: 'docs', documents: 4, first: first3 }],
  });
  expect(first.stderr).toContain(kept);
  const second = await ingest('notes', '--json');
  expect(summaryOf(second)).toMatchObject({ changed: false, elsewhere: [{ root: 'docs', documents: 4 }] });
  expect(second.stderr).toContain(kept);
  expect(readOutput(out).sources).toHaveLength(8);
});

test('--prune turns a moved folder into what a first run makes of it, and embeds nothing', async () => {
  expect((await ingest('docs')).code).toBe(0);
  move('docs', 'docs2');
  const plan = summaryOf(await ingest('docs2', '--prune', '--dry-run', '--json'));
  expect(plan.documents).toMatchObject({ new: 4, removed: 4 });
  const { documents, chunks, elsewhere } = summaryOf(await ingest('docs2', '--prune', '--json'));
  expect(documents).toMatchObject({ new: 4, removed: 4 });
  expect([chunks.embedded, elsewhere]).toEqual([0, []]);
  expect(rootsOf()).toEqual(['docs2']);
  const pruned = fingerprint(out);
  expect(summaryOf(await ingest('docs2', '--prune', '--json')).changed).toBe(false);
  expect(fingerprint(out)).toEqual(pruned);
  rmSync(out, { recursive: true });
  expect((await ingest('docs2')).code).toBe(0);
  expect(fingerprint(out)).toEqual(pruned);
});

test('the removal guard counts what --prune drops', async () => {
  writeFiles(workspace.dir, { 'notes/n.md': markdown('note', 1) });
  expect((await ingest('docs', 'notes')).code).toBe(0);
  const before = fingerprint(out);
  const refused = await ingest('notes', '--prune');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('4 of 5 documents of the output would go');
  expect(fingerprint(out)).toEqual(before);
  expect(summaryOf(await ingest('notes', '--prune', '--allow-removals', '--json')).documents.removed).toBe(4);
  expect(readOutput(out).sources).toEqual(['notes/n.md']);
});

test('records go with their file, failures with their root, and standard input stays', async () => {
  const records = (...ids: string[]) =>
    ids.map((id) => `${JSON.stringify({ id, text: `Record ${id}.` })}\n`).join('');
  writeFiles(workspace.dir, { 'old/r.jsonl': records('a', 'b'), 'old/bad.json': '{"id": ' });
  expect((await ingest('docs', 'old')).code).toBe(3);
  const piped = await workspace.embed(
    ['ingest', '-', '--ollama-url', ollama.url, '--model', 'all-minilm', '--cache', 'none', '--json'],
    { stdin: records('x') },
  );
  expect(summaryOf(piped).elsewhere).toEqual([
    { root: 'docs', documents: 4, first: ['docs/1.md', 'docs/2.md', 'docs/3.md'] },
    { root: 'old', documents: 2, first: ['old/r.jsonl#a', 'old/r.jsonl#b'] },
  ]);
  expect(existsSync(join(out, 'failures.jsonl'))).toBe(true);
  expect(summaryOf(await ingest('docs', '--prune', '--json'))).toMatchObject({
    documents: { unchanged: 5, removed: 2 },
    failures: [],
  });
  expect(readOutput(out).sources).toEqual([...names.map((name) => `docs/${name}.md`), 'stdin.jsonl#x']);
  expect(existsSync(join(out, 'failures.jsonl'))).toBe(false);
  expect(rootsOf()).toEqual(['-', 'docs']);
  expect(summaryOf(await ingest('docs', '--prune', '--json')).changed).toBe(false);
});

test('what a filter, a limit or a pattern hides under a named root stays', async () => {
  writeFiles(workspace.dir, { 'docs/sub/5.md': markdown('5', 1), 'docs/sub/6.txt': 'The sixth.' });
  expect((await ingest('docs')).code).toBe(0);
  const { sources } = readOutput(out);
  for (const flags of [
    ['docs', '--limit', '1'],
    ['docs', '--exclude', 'sub/**'],
    ['docs/*.md'],
    ['./docs/sub', 'docs'],
    [workspace.dir],
  ]) {
    const { documents, elsewhere } = summaryOf(await ingest(...flags, '--prune', '--json'));
    expect([flags, documents.removed, elsewhere]).toEqual([flags, 0, []]);
  }
  expect(readOutput(out).sources).toEqual(sources);
  // A part of a root is a root of its own: the rest isn't named.
  expect(summaryOf(await ingest('docs/sub', '--include', '*.md', '--json')).elsewhere).toEqual([
    { root: 'docs', documents: 4, first: ['docs/1.md', 'docs/2.md', 'docs/3.md'] },
  ]);
  const pruned = await ingest('docs/sub', '--include', '*.md', '--prune', '--allow-removals', '--json');
  expect(summaryOf(pruned).documents.removed).toBe(4);
  expect(readOutput(out).sources).toEqual(['docs/sub/5.md', 'docs/sub/6.txt']);
  expect((await workspace.embed(['verify'])).code).toBe(0);
});

test('a part of a root that holds nothing new changes nothing, also where it is named by itself', async () => {
  writeFiles(workspace.dir, {
    'docs/sub/5.md': markdown('5', 1),
    'docs/sub/r.jsonl': '{"id": "a", "text": "The record."}\n',
  });
  expect((await ingest('docs')).code).toBe(0);
  const before = fingerprint(out);
  for (const part of ['docs/sub', 'docs/1.md', 'docs/sub/r.jsonl']) {
    expect(summaryOf(await ingest(part, '--json')).changed).toBe(false);
    expect(fingerprint(out)).toEqual(before);
  }
  expect(rootsOf()).toEqual(['docs']);
  // What it has of its own is found by it from then on.
  writeFiles(workspace.dir, { 'docs/sub/7.md': markdown('7', 1) });
  expect(summaryOf(await ingest('docs/sub', '--json')).documents.new).toBe(1);
  expect(rootsOf()).toEqual(['docs', 'docs/sub']);
  expect(summaryOf(await ingest('docs', '--json')).changed).toBe(false);
  expect((await workspace.embed(['verify'])).code).toBe(0);
});

test('--prune names the roots that go, before and after', async () => {
  for (const name of names) writeFiles(workspace.dir, { [`notes/${name}.md`]: markdown(`note${name}`, 1) });
  writeFiles(workspace.dir, { 'old/x.md': markdown('x', 1) });
  expect((await ingest('docs', 'notes', 'old')).code).toBe(0);
  const plan = await ingest('docs', 'notes', '--prune', '--dry-run', '--json');
  expect(summaryOf(plan)).toMatchObject({
    documents: { removed: 1 },
    elsewhere: [],
    pruned: [{ root: 'old', documents: 1 }],
  });
  expect(plan.stderr).toContain('to drop    1 document of old (old/x.md), not named in this run\n');
  const before = fingerprint(out);
  expect((await ingest('docs', 'notes', '--dry-run')).stderr).toContain('to keep    1 document of old');
  expect(fingerprint(out)).toEqual(before);
  const run = await ingest('docs', 'notes', '--prune', '--json');
  expect(summaryOf(run).pruned).toEqual([{ root: 'old', documents: 1, first: ['old/x.md'] }]);
  expect(run.stderr).toContain('dropped    1 document of old (old/x.md), not named in this run\n');
  expect(summaryOf(await ingest('docs', 'notes', '--prune', '--json')).pruned).toEqual([]);
});

test('a dry run ends as the run would, where that refuses to lose most documents', async () => {
  expect((await ingest('docs')).code).toBe(0);
  const before = fingerprint(out);
  for (const name of ['2', '3', '4']) rmSync(join(workspace.dir, `docs/${name}.md`));
  const [plan, run] = [await ingest('docs', '--dry-run'), await ingest('docs')];
  expect(plan).toEqual(run);
  expect(plan.code).toBe(2);
  expect(plan.stderr).toContain('3 of 4 documents of the output would go');
  const rebuild = await ingest('docs', '--dry-run', '--rebuild');
  expect(rebuild).toEqual(await ingest('docs', '--rebuild'));
  expect(rebuild.code).toBe(2);
  const records = await ingest('docs', '--dry-run', '--allow-removals', '--json');
  expect(summaryOf(records).documents).toMatchObject({ removed: 3, unchanged: 1 });
  const chunks = await ingest('docs', '--dry-run', '--allow-removals', '--chunk-size', '64');
  expect(chunks).toEqual(await ingest('docs', '--allow-removals', '--chunk-size', '64'));
  expect(chunks.code).toBe(2);
  expect(fingerprint(out)).toEqual(before);
});
