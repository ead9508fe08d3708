// Documents to chunks: a document's `begin` is followed by its rows and an `end`.
import { setImmediate } from 'node:timers/promises';
import { splitInTurns } from '../../chunks/split.js';
import { isBlank } from '../../documents/blank.js';
import type { Chunk } from '../../types/document.js';
import type { TokenCounter } from '../../types/embedder.js';
import type { FailureCode } from '../../types/failure.js';
import type { Chunking } from '../chunking.js';
import type { DocumentsWorker } from '../documents-worker/documents-worker.js';
import type { RunCounts } from '../run-counts.js';
import type { TimeWindow } from '../time-window.js';
import type { FailureStep, RowStep, Step } from './document-steps.js';

/** Max rows of a group. A group is one lookup in the cache, and the work between two turns of the event loop. */
const maxGroupRows = 256;

/**
 * Max chunks of one document: its line in the manifest holds a hash for each, or two when a chunk had to be halved.
 */
const maxChunks = 1_500_000;
/** Max characters of a chunk. A text without a place to cut could have any number. */
const maxChunkLength = 4_000_000;

/** After this time of work, in ms, the event loop gets a turn, for signals, heartbeats and progress. */
const turnMs = 30;

/**
 * @param chunking called when the first document needs it, as it opens the embedder
 * @param signal stops the work, also in the middle of a document
 * @param window when its time is over, documents are cut where they are
 * @param worker is told of documents that are split here
 * @param mostChunks max chunks of a document; the rest of the document is a failure
 */
export async function* chunk(
  groups: AsyncIterable<Step[]>,
  chunking: () => Promise<Chunking>,
  counts: RunCounts,
  signal?: AbortSignal,
  window?: TimeWindow,
  worker?: DocumentsWorker,
  mostChunks: number = maxChunks,
): AsyncGenerator<Step[]> {
  let turn = performance.now();
  for await (const group of groups) {
    let steps: Step[] = [];
    for (const step of group) {
      if (step.kind !== 'begin' || !step.open) {
        steps.push(step);
        continue;
      }
      const { open, ...begin } = step;
      const document = open();
      steps.push(begin);
      const { bytes = 0 } = begin;
      let bytesLeft = bytes;
      let isCut = window?.isOver ?? false;
      if (isCut) {
        // It was read just before.
      } else if ('chunks' in document ? document.isBlank : isBlank(document)) {
        counts.documentsBlank++;
      } else {
        const options = await chunking();
        const { counter } = options;
        if (!('chunks' in document)) worker?.splitHere(options, bytes);
        const pieces = 'chunks' in document ? document.chunks : splitInTurns(document, options);
        for (const piece of pieces) {
          if (performance.now() - turn > turnMs) {
            await setImmediate();
            signal?.throwIfAborted();
            turn = performance.now();
          }
          if (window?.isOver) {
            isCut = true;
            break;
          }
          if (piece === undefined) continue;
          if (piece.index >= mostChunks) {
            counts.chunksFailed++;
            steps.push(failureOf(piece, 'too-large'));
            break;
          }
          steps.push(rowOf(piece, counter, counts));
          counts.rowsSplit++;
          const left = bytes * (1 - piece.end / document.text.length);
          counts.bytesToSplit -= bytesLeft - left;
          counts.bytesSplit += bytesLeft - left;
          bytesLeft = left;
          if (steps.length >= maxGroupRows) {
            yield steps;
            steps = [];
          }
        }
      }
      counts.bytesToSplit -= bytesLeft;
      steps.push({ kind: isCut ? 'cut' : 'end' });
    }
    if (steps.length > 0) yield steps;
  }
}

/**
 * The row of a chunk. A failure when the chunk is longer than any model takes, or the model doesn't know its script and
 * would give it the same vector as other such texts.
 */
export function rowOf(chunk: Chunk, counter: TokenCounter, counts: RunCounts): RowStep | FailureStep {
  const isLong = chunk.text.length > maxChunkLength;
  if (!isLong && (!counter.knows || counter.knows(chunk.text))) return { kind: 'row', chunk };
  counts.chunksFailed++;
  return failureOf(chunk, isLong ? 'too-long' : 'unknown-script');
}

function failureOf({ source, index }: Chunk, code: FailureCode): FailureStep {
  return { kind: 'failure', failure: { source, code, chunk: index } };
}
