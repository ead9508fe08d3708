// The rows that match words best, of the scores of all rows.
import { BestRows } from '../best-rows.js';
import type { Hit } from '../corpus.js';

export interface MatchOptions {
  /** Rows at most. */
  most: number;
  /** Whether a row is wanted. */
  takes(row: number): boolean;
  /** Rows with the same key are one. */
  keyOf(row: number): string;
}

/** Above all scores that matter for the order: a name goes before them. */
const nameWeight = 2 ** 20;

/**
 * @param scores of each row; 0 where it has none of the words
 * @param names how many names of the question each row holds: a row with the name itself comes before rows with many of
 *   its parts. Undefined where there are none
 */
export function bestMatches(
  scores: Float32Array,
  names: Uint8Array | undefined,
  { most, takes, keyOf }: MatchOptions,
): Hit[] {
  const best = new BestRows({ most, keyOf, least: 0 });
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (score === 0) continue;
    const order = names === undefined ? score : Math.min(score, nameWeight / 2) + names[row]! * nameWeight;
    if (order > best.worst && takes(row)) best.add(row, order);
  }
  return best.hits().map((hit) => ({ ...hit, score: scores[hit.at as number]! }));
}
