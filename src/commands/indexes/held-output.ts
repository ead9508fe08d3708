// An output that stays open for many readers, with its vectors in memory where they fit. When another run has committed,
// the next reader gets the new one; those under way end with the one they began with.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NoIndexError } from '../../errors.js';
import { manifestName } from '../../output/format/owned-names.js';
import { type Output, openOutput } from '../../output/read/output.js';

interface Held {
  output: Output;
  /** Of the manifest, as it was before the output was opened. */
  stamp: string;
  users: number;
  isRetired: boolean;
  /** Resolves when its last reader has ended. */
  readonly closed: Promise<void>;
  end(): void;
}

export class HeldOutput {
  readonly #dir: string;
  readonly #maxBytes: number;
  readonly #onProblem: (error: unknown) => void;
  #held: Held | undefined;
  #opening: Promise<Held> | undefined;
  /** Why the old output goes on, where a new one can't be opened. */
  problem: unknown;

  /**
   * @param maxBytes of vectors in memory; those of a larger output are read for each search
   * @param onProblem is told when a new output can't be opened, and the old one goes on
   */
  constructor(dir: string, maxBytes: number, onProblem: (error: unknown) => void) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
    this.#onProblem = onProblem;
  }

  /**
   * @throws {NoIndexError} when there is no output
   * @throws {DamagedOutputError} when its files contradict each other
   * @throws {NewerOutputError} when a newer version made it
   */
  async use<T>(work: (output: Output) => Promise<T>): Promise<T> {
    const held = await this.#current();
    return await reading(held, () => work(held.output));
  }

  async #current(): Promise<Held> {
    for (;;) {
      const stamp = await stampOf(this.#dir);
      if (this.#held?.stamp === stamp && this.#held !== undefined) return this.#held;
      this.#opening ??= this.#open(stamp).finally(() => {
        this.#opening = undefined;
      });
      try {
        const held = await this.#opening;
        // Retired meanwhile, for a still newer one.
        this.problem = undefined;
        if (!held.isRetired) return held;
      } catch (error) {
        if (this.#held === undefined) throw error;
        // What it has is whole; the next reader tries the new one again.
        if (this.problem === undefined) this.#onProblem(error);
        this.problem = error;
        return this.#held;
      }
    }
  }

  async #open(stamp: string): Promise<Held> {
    const output = await openOutput(this.#dir);
    if (output === undefined) {
      throw new NoIndexError(
        `There is no index in ${this.#dir}: make one with \`embed ingest\`, or name another folder.`,
      );
    }
    const held = heldOf(output, stamp);
    const previous = this.#held;
    const fits = output.rows * output.space.dimensions * 4 <= this.#maxBytes;
    if (previous === undefined) {
      if (fits)
        await output.hold().catch((error: unknown) => output.close().then(() => Promise.reject(error)));
      this.#held = held;
      return held;
    }
    this.#held = held;
    retire(previous);
    // Both in memory would take twice the bound. Readers wait for none of that: until then, vectors are read for each.
    if (fits) void this.#holdAfter(previous, held);
    return held;
  }

  async #holdAfter(previous: Held, held: Held): Promise<void> {
    try {
      await previous.closed;
      // One that is retired meanwhile needs no memory.
      if (!held.isRetired) await reading(held, () => held.output.hold());
    } catch {
      // Whoever reads it next meets the same, and tells it.
    }
  }

  /** Call when nobody reads. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    retire(held);
    await held.closed;
  }
}

/** Keeps it open until `work` has ended. */
async function reading<T>(held: Held, work: () => Promise<T>): Promise<T> {
  held.users++;
  try {
    return await work();
  } finally {
    held.users--;
    if (held.isRetired && held.users === 0) held.end();
  }
}

function heldOf(output: Output, stamp: string): Held {
  let end = () => {};
  const closed = new Promise<void>((resolve, reject) => {
    end = () => output.close().then(resolve, reject);
  });
  return { output, stamp, users: 0, isRetired: false, closed, end };
}

function retire(held: Held): void {
  held.isRetired = true;
  if (held.users === 0) held.end();
}

/** Changes whenever another manifest takes the name. */
async function stampOf(dir: string): Promise<string> {
  const found = await stat(join(dir, manifestName), { bigint: true }).catch(() => undefined);
  return found === undefined ? '' : `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`;
}
