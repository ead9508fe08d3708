// The whole flow of an ingest: paths → documents → chunks → known vectors → batches → embedder → output.
//
// In: the walk's entries, and the previous output. Out: rows in the writer; the caller commits. The stages are chained
// async generators over groups of steps (stages/document-steps.ts). Each pulls from the one before, so memory is
// bounded: a slow embedder stops the reading.
// All run in this thread, but for the reading and splitting in a large run that keeps it busy: documents-worker/ does that
// beside, some files ahead.
// What must hold: steps keep the order of sources from the first stage to the last; one signal stops all stages.
// Look first at run.ts for what happens around the flow, at stages/file-steps.ts for what counts as unchanged.
import type { WalkEntry } from '../documents/walk/walk.js';
import type { OutputWriter } from '../output/write/writer.js';
import type { Chunking } from './chunking.js';
import { DocumentsWorker } from './documents-worker/documents-worker.js';
import type { FailureReport } from './failure-report.js';
import type { LanguageSample } from './language-sample.js';
import type { Topic } from './sample-question.js';
import type { Session } from './session.js';
import { chunk } from './stages/chunk.js';
import type { Step } from './stages/document-steps.js';
import { embed } from './stages/embed.js';
import { read } from './stages/read.js';
import type { ReadOptions } from './stages/read-options.js';
import { resolve } from './stages/resolve.js';
import { wholeDocuments } from './stages/whole-documents.js';
import { write } from './stages/write.js';
import type { TimeWindow } from './time-window.js';

export interface PipelineOptions extends ReadOptions {
  /** Opens embedder, cache and journal at the first call. Later calls return the same session. */
  session(): Promise<Session>;
  /** Takes all failures. */
  report: FailureReport;
  /** Receives the headings of all new rows. */
  topic: Topic;
  /** Receives all new rows. */
  languages: LanguageSample;
  signal: AbortSignal;
  window: TimeWindow;
}

/** Passes all entries of the walk through the stages into the writer. The caller commits. */
export async function runPipeline(
  entries: AsyncIterable<readonly WalkEntry[]>,
  writer: OutputWriter,
  options: PipelineOptions,
): Promise<void> {
  const { session, counts, signal, window } = options;
  const chunking = async (): Promise<Chunking> => (await session()).chunking;

  // On a first run, all that was listed is to be split.
  const worker = new DocumentsWorker({ expected: options.previous === undefined ? counts.bytes : 0, signal });
  try {
    const documents = read(entries, { ...options, worker });
    const chunks = chunk(stoppable(documents, signal), chunking, counts, signal, window, worker);
    const known = resolve(chunks, session, counts);
    const embedded = embed(known, session, counts, signal, window);
    await write(wholeDocuments(embedded, window, options.previous, counts), writer, options);
  } finally {
    await worker.close();
  }
}

/** Lets the signal stop the flow between two groups. */
async function* stoppable(groups: AsyncIterable<Step[]>, signal: AbortSignal): AsyncGenerator<Step[]> {
  for await (const group of groups) {
    signal.throwIfAborted();
    yield group;
  }
}
