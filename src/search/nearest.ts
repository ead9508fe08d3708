// The nearest rows of an output for any number of questions, in one pass over its vectors.
import type { Output } from '../output/read/output.js';
import type { Vector } from '../types/vector.js';
import { dot } from '../vectors/dot.js';
import type { Hit } from './corpus.js';

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

/** @returns for each question its list, best first; ties go to the earlier row */
export async function nearestRows(
  output: Output,
  questions: readonly Vector[],
  options: NearestOptions,
): Promise<Hit[][]> {
  const lists = questions.map(() => new BestRows(options));
  const { dimensions } = output.space;
  for await (const { first, rows, floats } of output.blocks()) {
    options.signal.throwIfAborted();
    for (const [index, question] of questions.entries()) {
      const list = lists[index]!;
      for (let row = 0, at = 0; row < rows; row++, at += dimensions) {
        const score = dot(floats, at, question);
        if (score > list.worst) list.add(first + row, score);
      }
    }
  }
  return lists.map(({ hits }) => hits);
}

/** The best rows so far, one for each key. */
class BestRows {
  readonly hits: Hit[] = [];
  /** A row must score more. */
  worst: number;
  readonly #options: NearestOptions;
  readonly #keys = new Set<string>();

  constructor(options: NearestOptions) {
    this.#options = options;
    // What scores as much as the lowest is wanted.
    this.worst = below(options.least);
  }

  add(row: number, score: number): void {
    const { most, takes, keyOf } = this.#options;
    if (!takes(row)) return;
    const key = keyOf(row);
    // The same context and text have the same vector, so that the earlier row has the same score.
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    let place = this.hits.length;
    while (place > 0 && this.hits[place - 1]!.score < score) place--;
    this.hits.splice(place, 0, { key, score, at: row });
    if (this.hits.length > most) this.#keys.delete(this.hits.pop()!.key);
    if (this.hits.length === most) this.worst = this.hits[most - 1]!.score;
  }
}

/** The next smaller number is not needed: scores are sums of products, and `least` has few digits. */
function below(least: number): number {
  return least - Number.EPSILON * 2;
}
