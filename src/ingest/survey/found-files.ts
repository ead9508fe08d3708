// What the paths hold: walked once for the survey, and given once more for the reading.
import { setImmediate } from 'node:timers/promises';
import type { Root } from '../../documents/walk/paths/roots.js';
import { type WalkEntry, type WalkOptions, walk } from '../../documents/walk/walk.js';
import { withStandardInput } from './standard-input.js';

type Group = readonly WalkEntry[];

/** Entries that are kept for the second time: a few megabytes. A longer listing is walked again. */
const MOST_KEPT = 20_000;

export class Listing {
  readonly #roots: readonly Root[];
  readonly #stdin: Buffer | undefined;
  readonly #options: WalkOptions;
  #kept: Group[] | undefined;

  /** @param stdin what the path `-` gave */
  constructor(roots: readonly Root[], stdin: Buffer | undefined, options: WalkOptions) {
    this.#roots = roots;
    this.#stdin = stdin;
    this.#options = options;
  }

  /** Walks, telling `onSkip` of what is left out. */
  async *first(onSkip: NonNullable<WalkOptions['onSkip']>): AsyncGenerator<Group> {
    const kept: Group[] = [];
    let entries = 0;
    for await (const group of this.#walk({ ...this.#options, onSkip })) {
      entries += group.length;
      if (entries <= MOST_KEPT) kept.push(group);
      yield group;
    }
    if (entries <= MOST_KEPT) this.#kept = kept;
  }

  /** The same entries once more, or what has become of them. */
  async *again(): AsyncGenerator<Group> {
    if (!this.#kept) return yield* this.#walk(this.#options);
    for (const group of this.#kept) {
      // Reading is synchronous: signals, heartbeats and progress get their turn between two groups.
      await setImmediate();
      this.#options.signal?.throwIfAborted();
      yield group;
    }
  }

  #walk(options: WalkOptions): AsyncGenerator<Group> {
    return withStandardInput(walk(this.#roots, options), this.#stdin);
  }
}
