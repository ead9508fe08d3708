// The documents worker's thread: reads, splits, counts and hashes documents whose bytes the main thread sends, and makes their
// lines.
import { parentPort, workerData } from 'node:worker_threads';
import { split } from '../../chunks/split.js';
import { isBlank } from '../../documents/blank.js';
import { extract } from '../../documents/extract.js';
import { counterOf } from '../../embedders/counter-of.js';
import type { TokenCounter } from '../../types/embedder.js';
import { type Answer, type Job, pack, type Result, type WorkerSetup } from './messages.js';

const { size, overlap, headings, counter: id, vocabulary } = workerData as WorkerSetup;
const port = parentPort!;

const counter = await counterOf(id, () => vocabulary);
// Without one it ends here, and the main thread goes on alone.
if (counter !== undefined) {
  let last = Promise.resolve();
  port.on('message', (jobs: Job[]) => {
    last = last.then(() => work(jobs, counter));
  });
  port.postMessage('ready' satisfies Answer);
}

async function work(jobs: readonly Job[], counter: TokenCounter): Promise<void> {
  const results: Result[] = [];
  for (const job of jobs) results.push(await resultOf(job, counter));
  const memory = results.flatMap((result) =>
    result === undefined ? [] : [result.numbers, result.lines.bytes, result.lines.ends],
  );
  port.postMessage(
    results satisfies Answer,
    memory.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

async function resultOf({ source, bytes }: Job, counter: TokenCounter): Promise<Result> {
  try {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { documents, failures } = await extract(file, source);
    const [document, another] = documents;
    if (document?.source !== source || another !== undefined || failures.length > 0) return undefined;
    if (isBlank(document)) return { ...pack([], document.text), isBlank: true };
    return pack([...split(document, { size, overlap, headings, counter })], document.text);
  } catch {
    // The main thread meets the same error, and tells it.
    return undefined;
  }
}
