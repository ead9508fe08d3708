// The best rows for a question so far, one for each key. What comes is gathered, and cut to the best now and then: lists of
// any length take hardly more time for each row than short ones.
import type { Hit } from './corpus.js';

export interface BestRowsOptions {
  /** Rows at most. */
  most: number;
  /** Rows with the same key are one. */
  keyOf(row: number): string;
  /** The lowest score that is wanted. @default any */
  least?: number;
}

interface Found {
  row: number;
  score: number;
}

/** Rows that are gathered beyond those that are wanted, at least. */
const leastGathered = 16;

export class BestRows {
  /** A row must score more. */
  worst: number;
  readonly #options: BestRowsOptions;
  readonly #gathered: number;
  #found: Found[] = [];

  constructor(options: BestRowsOptions) {
    this.#options = options;
    this.#gathered = Math.max(leastGathered, options.most * 2);
    // What scores as much as the lowest is wanted, too.
    this.worst = (options.least ?? Number.NEGATIVE_INFINITY) - Number.EPSILON * 2;
  }

  /** @param row after all that were added before; of equal scores, the first one is kept */
  add(row: number, score: number): void {
    this.#found.push({ row, score });
    if (this.#found.length >= this.#gathered) this.#cut();
  }

  /** Best first. */
  hits(): Hit[] {
    this.#cut();
    return this.#found.map(({ row, score }) => ({ key: this.#options.keyOf(row), score, at: row }));
  }

  #cut(): void {
    const { most, keyOf } = this.#options;
    this.#found.sort((a, b) => b.score - a.score || a.row - b.row);
    const keys = new Set<string>();
    const kept: Found[] = [];
    for (const one of this.#found) {
      if (kept.length === most) break;
      const key = keyOf(one.row);
      if (keys.has(key)) continue;
      keys.add(key);
      kept.push(one);
    }
    this.#found = kept;
    if (kept.length === most && kept.length > 0) this.worst = Math.max(this.worst, kept[most - 1]!.score);
  }
}
