// Documents to chunks: a document's `begin` is followed by its rows and an `end`.
import { setImmediate } from 'node:timers/promises';
import { splitInTurns } from '../chunks/split.js';
import type { Chunk, TokenCounter } from '../types.js';
import type { RunCounts } from './counts.js';
import type { FailureStep, RowStep, Step } from './steps.js';

/** Rows a group at most: one look-up in the cache, one stretch of work between two looks at the network. */
const GROUP = 256;

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
 */
export async function* chunk(
  groups: AsyncIterable<Step[]>,
  chunking: () => Promise<Chunking>,
  counts: RunCounts,
  signal?: AbortSignal,
): AsyncGenerator<Step[]> {
  let turn = performance.now();
  for await (const group of groups) {
    let steps: Step[] = [];
    for (const step of group) {
      if (step.kind !== 'begin' || !step.document) {
        steps.push(step);
        continue;
      }
      const { document, ...begin } = step;
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

/** The row of a chunk; a failure where the model doesn't know its script and would give it the vector of others. */
export function rowOf(chunk: Chunk, counter: TokenCounter, counts: RunCounts): RowStep | FailureStep {
  if (!counter.knows || counter.knows(chunk.text)) return { kind: 'row', chunk };
  counts.chunksFailed++;
  return { kind: 'failure', failure: { source: chunk.source, code: 'unknown-script', chunk: chunk.index } };
}
