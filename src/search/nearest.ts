// The nearest rows of an output for any number of questions, in one pass over its vectors.
import type { Output, VectorBlock } from '../output/read/output.js';
import type { Vector } from '../types/vector.js';
import { BestRows } from './best-rows.js';
import type { Hit } from './corpus.js';
import { fitScores, questionBytes } from './kernel/kernel.js';
import { withKernel } from './kernel/with-kernel.js';

export interface NearestOptions {
  /** Rows of a list at most. */
  most: number;
  /** Whether a row is wanted. */
  takes(row: number): boolean;
  /** Rows with the same key are one. */
  keyOf(row: number): string;
  /** The lowest score that is wanted. */
  least: number;
  signal: AbortSignal;
}

/** Bytes of questions in its memory; more of them take more passes over the vectors. */
const maxQuestionBytes = 256 * 1024 * 1024;

/** @returns for each question its list, best first; ties go to the earlier row */
export async function nearestRows(
  output: Output,
  questions: readonly Vector[],
  options: NearestOptions,
): Promise<Hit[][]> {
  const { dimensions } = output.space;
  // Those of an embedder fit; a caller of the library may give others.
  if (!fitScores(questions)) return await nearestOneByOne(output, questions, options);
  const atOnce = Math.floor(maxQuestionBytes / questionBytes(dimensions));
  const lists: Hit[][] = [];
  for (let from = 0; from < questions.length; from += atOnce) {
    lists.push(...(await nearestByKernel(output, questions.slice(from, from + atOnce), options)));
  }
  return lists;
}

async function nearestOneByOne(output: Output, questions: readonly Vector[], options: NearestOptions) {
  const lists = questions.map(() => new BestRows(options));
  for await (const block of output.blocks()) {
    for (const [place, question] of questions.entries()) {
      options.signal.throwIfAborted();
      addRows(block, question, lists[place]!, options);
    }
  }
  return lists.map((list) => list.hits());
}

function addRows(
  { first, rows, floats }: VectorBlock,
  question: Vector,
  list: BestRows,
  { takes }: NearestOptions,
): void {
  const dimensions = question.length;
  for (let row = 0, at = 0; row < rows; row++, at += dimensions) {
    const score = scoreOf(floats, at, question);
    if (score > list.worst && takes(first + row)) list.add(first + row, score);
  }
}

async function nearestByKernel(output: Output, questions: readonly Vector[], options: NearestOptions) {
  const { dimensions } = output.space;
  const { takes, signal } = options;
  const lists = questions.map(() => new BestRows(options));
  const leastOf = (question: number) => lists[question]!.worst;
  const take = (question: number, row: number, floats: Float32Array, at: number) => {
    const list = lists[question]!;
    const score = scoreOf(floats, at, questions[question]!);
    if (score > list.worst) list.add(row, score);
  };
  const pause = () => signal.throwIfAborted();
  await withKernel(questions, dimensions, async (kernel) => {
    for await (const { first, rows, floats } of output.blocks()) {
      signal.throwIfAborted();
      for (let row = 0; row < rows; ) {
        let end = row;
        while (end < rows && end - row < kernel.room && takes(first + end)) end++;
        kernel.add(first + row, end - row, floats, row * dimensions);
        if (kernel.room === 0) kernel.compare(leastOf, take, pause);
        // It isn't taken, or has been added already.
        row = Math.max(end, row + 1);
      }
    }
    kernel.compare(leastOf, take, pause);
  });
  return lists.map((list) => list.hits());
}

/** One after the other, so that a score is the same however it is reached. */
function scoreOf(floats: Float32Array, at: number, question: Vector): number {
  let score = 0;
  for (let i = 0; i < question.length; i++) score += floats[at + i]! * question[i]!;
  return score;
}
