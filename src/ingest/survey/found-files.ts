// The entries of the given paths: walked once for the survey, then given again for the reading.
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Settings } from '../../config/settings.js';
import { mayHoldRecords } from '../../documents/extract.js';
import type { Root } from '../../documents/walk/paths/roots.js';
import { type WalkEntry, type WalkOptions, walk } from '../../documents/walk/walk.js';
import { withStandardInput } from './standard-input.js';

type Group = readonly WalkEntry[];

/** Max entries kept in memory, a few megabytes. A longer listing is walked again. */
const maxKept = 20_000;

/**
 * How paths are walked for an output, so that all who walk them find the same files.
 * @param out the folder of the whole output, absolute
 */
export function walkOptions(settings: Settings, out: string, signal: AbortSignal | undefined): WalkOptions {
  return {
    base: dirname(out),
    include: settings.include,
    exclude: settings.exclude,
    gitignore: settings.gitignore,
    follow: settings.follow,
    generated: settings.generated,
    maxFileSize: settings.maxFileSize,
    outputDir: out,
    signal,
  };
}

export class Listing {
  readonly #roots: readonly Root[];
  readonly #stdin: Buffer | undefined;
  readonly #options: WalkOptions;
  readonly #isOwn: ((source: string) => boolean) | undefined;
  /** Files that the last walk found, those of other shards included. */
  found = 0;
  #kept: Group[] | undefined;

  /**
   * @param stdin the bytes that the path `-` gave
   * @param isOwn for a shard: which documents are its own. Of other files, those that may hold some are listed, too.
   */
  constructor(
    roots: readonly Root[],
    stdin: Buffer | undefined,
    options: WalkOptions,
    isOwn?: (source: string) => boolean,
  ) {
    this.#isOwn = isOwn;
    this.#roots = roots;
    this.#stdin = stdin;
    this.#options = options;
  }

  /** Walks the paths, and tells what is left out, and which patterns are unused. */
  async *first(told: Pick<WalkOptions, 'onSkip' | 'onUnheeded' | 'onUnused'>): AsyncGenerator<Group> {
    const kept: Group[] = [];
    let entries = 0;
    for await (const group of this.#walk({ ...this.#options, ...told })) {
      entries += group.length;
      if (entries <= maxKept) kept.push(group);
      yield group;
    }
    if (entries <= maxKept) this.#kept = kept;
  }

  /** The same entries again; of a long listing, as they are now. */
  async *again(): AsyncGenerator<Group> {
    if (!this.#kept) return yield* this.#walk(this.#options);
    for (const group of this.#kept) {
      // Reading is synchronous: this gives the event loop a turn, for signals, heartbeats and progress.
      await setImmediate();
      this.#options.signal?.throwIfAborted();
      yield group;
    }
  }

  /** The same, with all files of other shards. */
  async *all(): AsyncGenerator<Group> {
    if (this.#isOwn === undefined) yield* this.again();
    else yield* withStandardInput(walk(this.#roots, this.#options), this.#stdin);
  }

  async *#walk(options: WalkOptions): AsyncGenerator<Group> {
    this.found = 0;
    const isOwn = this.#isOwn;
    for await (const group of withStandardInput(walk(this.#roots, options), this.#stdin)) {
      this.found += group.filter(({ kind }) => kind === 'file').length;
      if (isOwn === undefined) {
        yield group;
      } else {
        const isWanted = (entry: WalkEntry) =>
          entry.kind !== 'file' || isOwn(entry.source) || mayHoldRecords(entry.source);
        yield group.filter(isWanted);
      }
    }
  }
}
