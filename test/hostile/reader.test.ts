// The process that reads documents: its end, however it comes, is one document's failure and never the run's.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bin, makeWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { summaryOf, writeFiles } from '../ingest/run-workspace.js';
import { docx, flateInFlatePdf, formsPdf, outcome, pagesPdf, readFiles } from './made.js';
import { watched } from './watched.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace();
});
afterEach(() => workspace.remove());

const mebibyte = 1024 * 1024;
/** Each way to end is reached by one bound alone, whatever an engine takes of the other. */
const bounded = {
  large: { memory: 256 * mebibyte, baseMs: 60_000, msPerMegabyte: 0 },
  slow: { memory: 2048 * mebibyte, baseMs: 800, msPerMegabyte: 0 },
};
/** Processor time in which a reader has surely started and begun with its file; it takes a quarter of it. */
const atWorkMs = 600;

const kinds = {
  large: { make: () => flateInFlatePdf(300), code: 'too-large' },
  slow: { make: () => formsPdf(30), code: 'too-slow' },
  crash: { make: () => formsPdf(30), code: 'malformed' },
};

// Crashes come from outside, at a moment that a busy machine chooses: no bound may be near.
test.each([
  { limits: bounded.large, ends: ['large', 'crash', 'crash', 'crash', 'large'] },
  { limits: bounded.slow, ends: ['slow', 'slow', 'slow'] },
] as const)('ends in a row fail their documents and nothing else: $ends', async ({ limits, ends }) => {
  const files = ends.map((kind, index) => {
    const source = `${index}-${kind}.pdf`;
    writeFiles(workspace.dir, { [source]: kinds[kind].make() });
    return { source, told: `${source}: ${kinds[kind].code}` };
  });
  writeFiles(workspace.dir, { 'z.docx': docx('<w:p/>') });
  // As by a fault in their engine, once they are at work.
  const seen: string[] = [];
  const crashing = setInterval(() => {
    for (const reader of readersOf(process.pid)) {
      if (!seen.includes(reader)) seen.push(reader);
      const crashes = ends[seen.indexOf(reader)] === 'crash';
      if (crashes && workOf(reader) > atWorkMs) process.kill(Number(reader), 'SIGSEGV');
    }
  }, 20);
  try {
    const sources = [...files.map(({ source }) => source), 'z.docx'];
    const steps = await readFiles(workspace.dir, sources, { readerLimits: limits });
    expect(outcome(steps)).toEqual([...files.map(({ told }) => told), 'z.docx']);
  } finally {
    clearInterval(crashing);
  }
  // One each, and one for the last document.
  expect(seen).toHaveLength(ends.length + 1);
  expect(readersOf(process.pid)).toEqual([]);
});

test('a reader that ends as it starts is started three times and no more', async () => {
  writeFiles(workspace.dir, { 'a.docx': docx('<w:p/>'), 'b.docx': docx('<w:p/>') });
  // Its engine asks for more before it runs the first line.
  const limits = { memory: 1024 * 1024 };
  await expect(readFiles(workspace.dir, ['a.docx', 'b.docx'], { readerLimits: limits })).rejects.toThrow(
    /^Documents can't be read, as no process for it starts \(it ended with SIG(ABRT|TRAP|ILL)\)/,
  );
});

test('a PDF of a page listed 100,000 times fails alone', async () => {
  writeFiles(workspace.dir, { 'a.pdf': pagesPdf(100_000), 'b.docx': docx('<w:p/>') });
  const slow = await readFiles(workspace.dir, ['a.pdf', 'b.docx'], { readerLimits: bounded.slow });
  expect(outcome(slow)).toEqual(['a.pdf: too-slow', 'b.docx']);
});

test.each([
  ['--max-read-memory', '256MiB', flateInFlatePdf(300), 'too-large'],
  ['--max-read-time', '1s', formsPdf(30), 'too-slow'],
] as const)('what a document may take is a setting: %s', async (flag, limit, bytes, code) => {
  writeFiles(workspace.dir, { 'docs/a.pdf': bytes });
  const args = ['ingest', 'docs', '--dry-run', '--embedder', 'builtin', '--json', flag, limit];
  const { failures } = summaryOf(await workspace.embed(args));
  expect(failures).toEqual([{ source: 'docs/a.pdf', code }]);
});

const fromInput = ['ingest', '-', '--dry-run', '--embedder', 'builtin'];

test('standard input is read where a signal can end it', async () => {
  const line = `{"text":"${'word '.repeat(100)}"}\n`;
  const { child, done } = workspace.start(fromInput, { stdin: line.repeat(50_000) });
  await eventually(() => readersOf(child.pid!)).toHaveLength(1);
  child.kill('SIGTERM');
  expect(await done).toMatchObject({ code: 143, stderr: expect.stringContaining('SIGTERM') });
});

test('standard input has the bounds of a file', async () => {
  const table = `{"text":"x","columns":[${'"",'.repeat(1_000_000)}""]}\n`;
  const whole = await workspace.embed([...fromInput, '--json'], { stdin: table });
  expect(summaryOf(whole).documents).toMatchObject({ new: 1, failed: 0 });
});

/** More than the reader's process takes. */
const muchInput = () => `{"text":"${'word '.repeat(400)}"}\n`.repeat(17_000);

test('much standard input takes little more memory than it is', async () => {
  const { peak, ...result } = await watched(
    workspace.start([...fromInput, '--json'], { stdin: muchInput() }),
  );
  expect(summaryOf(result).documents).toMatchObject({ new: 17_000, failed: 0 });
  expect(peak).toBeLessThan(400);
});

test('a signal ends the reading of much standard input', async () => {
  const { child, done } = workspace.start(fromInput, { stdin: muchInput() });
  await eventually(() => workOf(String(child.pid))).toBeGreaterThan(1000);
  expect(readersOf(child.pid!)).toEqual([]);
  child.kill('SIGTERM');
  expect(await done).toMatchObject({ code: 143 });
});

test('SIGTERM is obeyed while nothing comes on standard input', async () => {
  const child = spawn(process.execPath, [bin, 'ingest', '-', '--dry-run', '--embedder', 'builtin'], {
    cwd: workspace.dir,
    env: { PATH: process.env.PATH, HOME: workspace.dir },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  // Taken from the pipe: from now on it waits for more.
  await new Promise((resolve) => child.stdin.write(`{"text":"${'x'.repeat(300_000)}"}\n`, resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(told).toContain('Stopped by SIGTERM');
});

/** Process ids of the readers that a process has. */
function readersOf(parent: number): string[] {
  const children = readdirSync(`/proc/${parent}/task`).flatMap((task) =>
    read(`/proc/${parent}/task/${task}/children`).split(' '),
  );
  return children.filter((pid) => pid !== '' && read(`/proc/${pid}/cmdline`).includes('reader/worker.js'));
}

/** Processor time that a process has taken, in ms. */
function workOf(pid: string): number {
  const [user, system] = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /, '')
    .split(' ')
    .slice(11);
  return (Number(user) + Number(system)) * 10;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
