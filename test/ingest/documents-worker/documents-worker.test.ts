// The documents worker makes what the main thread makes, and when it can't, the main thread makes it.
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { split } from '../../../src/chunks/split.js';
import { DocumentReader } from '../../../src/documents/reader/reader.js';
import type { WalkEntry } from '../../../src/documents/walk/walk.js';
import { noEvents } from '../../../src/events.js';
import type { Chunking } from '../../../src/ingest/chunking.js';
import {
  DocumentsWorker,
  type WorkerOptions,
} from '../../../src/ingest/documents-worker/documents-worker.js';
import { pack, unpack } from '../../../src/ingest/documents-worker/messages.js';
import { RunCounts } from '../../../src/ingest/run-counts.js';
import { chunk } from '../../../src/ingest/stages/chunk.js';
import type { Step } from '../../../src/ingest/stages/document-steps.js';
import { read } from '../../../src/ingest/stages/read.js';
import { lineParts } from '../../../src/output/format/chunk-line.js';
import { readyLine } from '../../../src/output/format/ready-line.js';
import { compareSources } from '../../../src/text/source-order.js';
import { estimateCounter } from '../../../src/tokens/estimating-counter.js';
import { wordPieceCounter } from '../../../src/tokens/wordpiece-counter.js';
import type { Chunk } from '../../../src/types/document.js';
import { anyDocument } from '../../chunks/documents.js';
import { fixtures } from '../../helpers/cli.js';
import { eventually } from '../../helpers/eventually.js';
import fc from '../../helpers/properties.js';
import { allMiniLmVocabulary } from '../../tokens/recorded.js';

const built = new URL('../../../dist/ingest/documents-worker/worker.js', import.meta.url);
const counter = wordPieceCounter(allMiniLmVocabulary());
const chunking: Chunking = { size: 60, overlap: 12, counter, headings: true };

function workerWith(options: Partial<WorkerOptions>): DocumentsWorker {
  const worker = new DocumentsWorker({ expected: 0, atOnce: true, script: built, ...options });
  onTestFinished(() => worker.close());
  return worker;
}

async function readyWorker(options: Partial<WorkerOptions> = {}): Promise<DocumentsWorker> {
  const worker = workerWith(options);
  worker.splitHere(chunking, 1);
  await eventually(() => worker.takes('a.md', 1)).toBe(true);
  return worker;
}

/** A worker's script. */
async function scriptOf(code: string): Promise<URL> {
  const dir = await mkdtemp(join(tmpdir(), 'embed-worker-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  writeFileSync(join(dir, 'worker.mjs'), `import { parentPort } from 'node:worker_threads';\n${code}`);
  return pathToFileURL(join(dir, 'worker.mjs'));
}

/** All fixtures as a walk gives them, but for those that a process reads. */
function entries(): WalkEntry[] {
  const reader = new DocumentReader();
  return readdirSync(fixtures, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !reader.isApart(path, statSync(path).size))
    .sort(compareSources)
    .map((path) => ({
      kind: 'file',
      path: Buffer.from(path),
      source: path.slice(fixtures.length + 1),
      size: statSync(path).size,
      root: '.',
    }));
}

async function stepsOf(group: WalkEntry[], worker?: DocumentsWorker): Promise<Step[]> {
  const counts = new RunCounts();
  const options = {
    ...{ previous: undefined, removed: new Set<string>(), leftOut: new Set<string>(), sameSplitter: true },
    ...{
      generated: true,
      limit: Number.POSITIVE_INFINITY,
      counts,
      maxFileSize: 1e6,
      events: noEvents,
      worker,
    },
  };
  async function* one() {
    yield group;
  }
  const steps: Step[] = [];
  const chunks = chunk(read(one(), options), async () => chunking, counts, undefined, undefined, worker);
  for await (const some of chunks) steps.push(...some);
  return steps;
}

function rowsOf(steps: readonly Step[]): Chunk[] {
  return steps.flatMap((step) => (step.kind === 'row' ? [step.chunk] : []));
}

function lineOf(chunk: Chunk): string | undefined {
  const line = readyLine(chunk);
  if (line === undefined) return undefined;
  const { bytes, start, middle, end } = line;
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  return `${text.decode(bytes.subarray(start, middle))}|${text.decode(bytes.subarray(middle, end))}`;
}

function expectedLine(chunk: Chunk): string {
  const { head, text, tail } = lineParts(chunk);
  return `${head}${text}|${tail}`;
}

test('the steps of all fixtures are the same with the worker, which makes most of them', async () => {
  const group = entries();
  const without = await stepsOf(group);
  const steps = await stepsOf(group, await readyWorker());
  expect(steps).toEqual(without);
  const rows = rowsOf(steps);
  const prepared = rows.filter((row) => readyLine(row) !== undefined);
  expect(prepared.length).toBeGreaterThan(rows.length / 3);
  expect(prepared.map(lineOf)).toEqual(prepared.map(expectedLine));
  // Records, and files whose names don't tell their format, come from the main thread.
  expect(prepared.length).toBeLessThan(rows.length);
});

test('any chunks cross as they are, with their lines', () => {
  const options = fc.record({ size: fc.integer({ min: 1, max: 60 }), headings: fc.boolean() });
  fc.assert(
    fc.property(anyDocument, options, (document, sizes) => {
      const chunks = [...split(document, { ...sizes, overlap: 5, counter: estimateCounter() })];
      const packed = structuredClone(pack(chunks, document.text));
      const unpacked = [...unpack(packed, document.source)];
      expect(unpacked).toEqual(chunks);
      expect(unpacked.map(lineOf)).toEqual(chunks.map(expectedLine));
    }),
    { numRuns: 60 },
  );
});

test('a chunk that got another place has no ready line', () => {
  const document = { source: 'a.md', format: 'markdown', text: 'one', blocks: [] };
  const chunks = [...split({ ...document, blocks: [block] }, { size: 9, overlap: 0, counter })];
  const [moved] = unpack(pack(chunks, document.text), 'a.md');
  expect(readyLine(moved!)).toBeDefined();
  moved!.index = 1;
  expect(readyLine(moved!)).toBeUndefined();
  expect(readyLine({ ...moved!, index: 0 })).toBeUndefined();
});

const block = { kind: 'paragraph' as const, start: 0, end: 3, line: 1 };

test.each([
  ['ends', 'process.exit(3);'],
  ['throws', "throw new Error('broken');"],
])('the main thread reads the files of a worker that %s', async (_, does) => {
  const code = `parentPort.postMessage('ready'); parentPort.on('message', () => { ${does} });`;
  const worker = await readyWorker({ script: await scriptOf(code) });
  const group = entries().filter(({ kind }, place) => kind === 'file' && place % 5 === 0);
  expect(await stepsOf(group, worker)).toEqual(await stepsOf(group));
  expect(worker.takes('a.md', 1)).toBe(false);
  expect(await worker.prepare('a.md', Buffer.from('text'))).toBeUndefined();
});

test('a signal gives back the files of a worker that is silent', async () => {
  const control = new AbortController();
  const code = "parentPort.postMessage('ready'); parentPort.on('message', () => {});";
  const worker = await readyWorker({ script: await scriptOf(code), signal: control.signal });
  const files = Array.from({ length: 100 }, () => worker.prepare('a.md', Buffer.from('text')));
  control.abort();
  expect(await Promise.all(files)).toEqual(files.map(() => undefined));
});

test('a worker that cannot start takes no file', async () => {
  const worker = workerWith({ script: await scriptOf("import './none.mjs';") });
  worker.splitHere(chunking, 1);
  expect(await worker.prepare('a.md', Buffer.from('text'))).toBeUndefined();
  await eventually(() => worker.hasEnded).toBe(true);
  expect(worker.takes('a.md', 1)).toBe(false);
});

test('it starts for a thread that is busy with many documents, and takes small files of one document', async () => {
  const worker = workerWith({ atOnce: false, expected: 16 * 1024 * 1024 });
  worker.splitHere(chunking, 100_000);
  expect(worker.hasStarted).toBe(false);
  for (const start = performance.now(); performance.now() < start + 200; );
  worker.splitHere(chunking, 200_000);
  expect(worker.hasStarted).toBe(true);
  await eventually(() => worker.takes('a.md', 1)).toBe(true);
  const names = ['a.txt', 'a.ts', 'a.html', 'a.csv', 'a.jsonl', 'a.pdf', 'a'];
  expect(names.filter((name) => worker.takes(name, 1000))).toEqual(['a.txt', 'a.ts', 'a.html']);
  expect(worker.takes('a.txt', 2_000_000)).toBe(false);
});

test('it never starts for few documents', () => {
  const worker = workerWith({ atOnce: false, expected: 1_000_000 });
  for (const start = performance.now(); performance.now() < start + 200; );
  worker.splitHere(chunking, 500_000);
  expect(worker.hasStarted).toBe(false);
});
