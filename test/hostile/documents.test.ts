// Documents made to take all time or memory: each fails alone, in the reader's process, and the rest is read.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { summaryOf, writeFiles } from '../ingest/run-workspace.js';
import { docx, formsPdf, outcome, readFiles } from './made.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
});
afterEach(() => workspace.remove());

const dryRun = () =>
  workspace.embed(['ingest', '--dry-run', '--embedder', 'builtin', 'docs', '--json', '--out', 'out']);

test('a Word document that unpacks to 300 MB, and a table of a million columns, fail alone', async () => {
  writeFiles(workspace.dir, {
    'docs/bomb.docx': docx(`<w:p><w:r><w:t>${'a'.repeat(300_000_000)}</w:t></w:r></w:p>`),
    'docs/commas.csv': `${','.repeat(1_000_000)}\n${','.repeat(1_000_000)}\n`,
    'docs/fine.docx': docx('<w:p><w:r><w:t>Fine.</w:t></w:r></w:p>'),
    'docs/z.md': 'Fine, too.',
  });
  expect(summaryOf(await dryRun())).toMatchObject({
    documents: { new: 2, failed: 2 },
    failures: [
      { source: 'docs/bomb.docx', code: 'too-large' },
      { source: 'docs/commas.csv', code: 'too-large' },
    ],
  });
});

test('a document that takes too long fails alone', async () => {
  writeFiles(workspace.dir, { 'a.pdf': formsPdf(24), 'b.docx': docx('<w:p/>'), 'c.pdf': formsPdf(24) });
  const files = ['a.pdf', 'b.docx', 'c.pdf'];
  const steps = await readFiles(workspace.dir, files, { readerLimits: { baseMs: 1000, msPerMegabyte: 0 } });
  expect(outcome(steps)).toEqual(['a.pdf: too-slow', 'b.docx', 'c.pdf: too-slow']);
});

test('a document that takes too much memory fails alone', async () => {
  const paragraphs = docx('<w:p></w:p>'.repeat(1_000_000));
  writeFiles(workspace.dir, { 'a.docx': paragraphs, 'b.docx': docx('<w:p/>') });
  const limits = { memory: 160 * 1024 * 1024 };
  const steps = await readFiles(workspace.dir, ['a.docx', 'b.docx'], { readerLimits: limits });
  expect(outcome(steps)).toEqual(['a.docx: too-large', 'b.docx']);
});

test('SIGTERM is obeyed while a document keeps the reader busy, whose process ends with the run', async () => {
  writeFiles(workspace.dir, { 'docs/a.pdf': formsPdf(30) });
  const { child, done } = workspace.start(['ingest', '--dry-run', '--embedder', 'builtin', 'docs']);
  await eventually(() => readersOf(child.pid!)).toHaveLength(1);
  const [reader] = readersOf(child.pid!);
  child.kill('SIGTERM');
  expect(await done).toMatchObject({ code: 143, stderr: expect.stringContaining('SIGTERM') });
  expect(existsSync(`/proc/${reader}`)).toBe(false);
});

/** Process ids of the readers that a process has. */
function readersOf(parent: number): string[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return list
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, ...args]) => Number(ppid) === parent && args.join(' ').includes('reader/worker.js'))
    .map(([pid]) => pid!);
}

test('a notebook takes time in proportion to its cells', async () => {
  const cell = (i: number) => ({ cell_type: i % 2 ? 'markdown' : 'code', source: [`# Cell ${i}`] });
  const notebook = (count: number) =>
    JSON.stringify({ cells: Array.from({ length: count }, (_, i) => cell(i)) });
  const nested = `${'{"cells":['.repeat(50_000)}${']}'.repeat(50_000)}`;
  writeFiles(workspace.dir, { 'docs/a.ipynb': notebook(150_000), 'docs/b.ipynb': nested });
  expect(summaryOf(await dryRun()).documents).toMatchObject({ new: 2, failed: 0 });
});
