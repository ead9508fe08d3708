// The reader's process: reads large documents, and formats with foreign parsers, one at a time.
//
// It is a process, not a thread: a thread's limits only bound the engine's heap, and a heap that gets full in one large
// allocation (a growing array, JSON) aborts the whole program, on Node 20 and 24.
import { Worker } from 'node:worker_threads';
import { DocumentError } from '../../errors.js';
import type { Document } from '../../types/document.js';
import { extract, type FormatName, formatFor } from '../extract.js';
import { maxBlocks, memoryOf, type ReaderLimits } from './limits.js';
import { type Answer, type Job, type PackedDocument, pack } from './messages.js';
import type { WatchData } from './worker-watch.js';

/** Approximate max characters and blocks of one message. */
const partSize = 1_000_000;

// Ctrl-C reaches all processes of the group; the main process handles it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());

const limits = JSON.parse(process.argv[2]!) as ReaderLimits;
const shared = new Float64Array(new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT));
const watch: WatchData = { shared, limits, parent: process.ppid };
new Worker(new URL('./worker-watch.js', import.meta.url), {
  workerData: watch,
  stdout: true,
  stderr: true,
}).unref();

let jobs = 0;
process.on('message', (job: Job) => void run(job));
await answer({ kind: 'ready' });

async function run({ bytes, source }: Job): Promise<void> {
  const { user, system } = process.cpuUsage();
  shared[1] = (user + system) / 1000 + limits.baseMs + (limits.msPerMegabyte * bytes.length) / 1e6;
  shared[2] = memoryOf(formatFor(source, bytes), limits.memory);
  shared[0] = ++jobs;
  await answer({ kind: 'begun' });
  try {
    const { documents, failures } = await extract(bytes, source, bound);
    refuseTooMany(documents, source);
    await answer({ kind: 'part', documents: [], failures });
    for (const part of parts(documents)) await answer({ kind: 'part', documents: part, failures: [] });
    shared[0] = 0;
    await answer({ kind: 'done', memory: process.memoryUsage.rss() });
  } catch (error) {
    shared[0] = 0;
    // An unknown error of a parser fails only this document.
    const failure = error instanceof DocumentError ? error.failure : 'malformed';
    const message = error instanceof Error ? error.message : String(error);
    await answer({ kind: 'failed', failure, message, memory: process.memoryUsage.rss() });
  }
}

/** A file within the one that is read has the limits that it would have alone. */
function bound(format: FormatName | undefined, bytes: number): () => void {
  const memory = shared[2]!;
  shared[1]! += (limits.msPerMegabyte * bytes) / 1e6;
  shared[2] = Math.min(memory, memoryOf(format, limits.memory));
  return () => {
    shared[2] = memory;
  };
}

function refuseTooMany(documents: readonly Document[], source: string): void {
  let blocks = 0;
  for (const document of documents) blocks += document.blocks.length;
  if (blocks <= maxBlocks) return;
  throw new DocumentError('too-large', `${source} holds more paragraphs than one file may; split it.`);
}

/** Sends documents in portions, so that the main process can do other work in between. */
function* parts(documents: readonly Document[]): Generator<PackedDocument[]> {
  let part: PackedDocument[] = [];
  let size = 0;
  for (const document of documents) {
    part.push(pack(document));
    size += document.text.length + 100 * (1 + document.blocks.length);
    if (size < partSize) continue;
    yield part;
    part = [];
    size = 0;
  }
  if (part.length > 0) yield part;
}

/** Waits until it is sent, so that answers don't fill the memory. */
function answer(message: Answer): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
