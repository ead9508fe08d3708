// Documents to chunks: a document's `begin` is followed by its rows and an `end`.
import { setImmediate } from 'node:timers/promises';
import { splitInTurns } from '../../chunks/split.js';
import type { Chunk, FailureCode, TokenCounter } from '../../types.js';
import type { RunCounts } from '../run-counts.js';
import type { FailureStep, RowStep, Step } from './document-steps.js';

/** Rows a group at most: one look-up in the cache, one stretch of work between two looks at the network. */
const GROUP = 256;

/**
 * Of one document: its line in the manifest holds a hash for each, or for two where the server found one too long.
 */
const MOST_CHUNKS = 1_500_000;
/** Characters of a chunk; one without a place to cut may have any number. */
const LONGEST_CHUNK = 4_000_000;

/** Work in ms after which signals, heartbeats and progress get their turn. */
const TURN_MS = 30;

export interface Chunking {
  /** Tokens of a chunk at most, and tokens shared by neighbours. */
  size: number;
  overlap: number;
  counter: TokenCounter;
}

/**
 * @param chunking asked for when the first document needs it: that opens the embedder
 * @param signal ends the work also in the middle of a document
 * @param mostChunks of a document; what is behind them is a failure
 */
export async function* chunk(
  groups: AsyncIterable<Step[]>,
  chunking: () => Promise<Chunking>,
  counts: RunCounts,
  signal?: AbortSignal,
  mostChunks: number = MOST_CHUNKS,
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
      if (document.blocks.length > 0) {
        const { counter, ...sizes } = await chunking();
        for (const piece of splitInTurns(document, { ...sizes, counter })) {
          if (performance.now() - turn > TURN_MS) {
            await setImmediate();
            signal?.throwIfAborted();
            turn = performance.now();
          }
          if (piece === undefined) continue;
          if (piece.index >= mostChunks) {
            counts.chunksFailed++;
            steps.push(failureOf(piece, 'too-large'));
            break;
          }
          steps.push(rowOf(piece, counter, counts));
          counts.rowsSplit++;
          if (steps.length >= GROUP) {
            yield steps;
            steps = [];
          }
        }
      }
      steps.push({ kind: 'end' });
    }
    if (steps.length > 0) yield steps;
  }
}

/**
 * The row of a chunk; a failure where it is longer than any model takes, or the model doesn't know its script and would
 * give it the vector of others.
 */
export function rowOf(chunk: Chunk, counter: TokenCounter, counts: RunCounts): RowStep | FailureStep {
  const isLong = chunk.text.length > LONGEST_CHUNK;
  if (!isLong && (!counter.knows || counter.knows(chunk.text))) return { kind: 'row', chunk };
  counts.chunksFailed++;
  return failureOf(chunk, isLong ? 'too-long' : 'unknown-script');
}

function failureOf({ source, index }: Chunk, code: FailureCode): FailureStep {
  return { kind: 'failure', failure: { source, code, chunk: index } };
}
