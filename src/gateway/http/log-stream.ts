// Lines on their way to whoever reads the log. Who reads slowly holds up nothing: what doesn't fit into a
// bounded memory is dropped and counted, and the end waits a moment only.
import type { Writable } from 'node:stream';

/** Bytes that wait for the reader at most. */
const MOST_WAITING = 1024 * 1024;

/** How long the end waits for the reader, ms. */
const END_MS = 500;

export class LogStream {
  readonly #out: Writable;
  readonly #onDropped: (lines: number) => void;
  /** Not said yet. */
  #dropped = 0;
  #allDropped = 0;
  #isGone = false;

  /** @param onDropped told how many lines are missing, when there is room again for saying so */
  constructor(out: Writable, onDropped: (lines: number) => void) {
    this.#out = out;
    this.#onDropped = onDropped;
    out.on('error', () => {
      this.#isGone = true;
    });
  }

  write(line: string): void {
    if (this.#isGone || !this.#out.writable || this.#out.writableLength > MOST_WAITING) {
      this.#dropped++;
      this.#allDropped++;
      return;
    }
    const missing = this.#dropped;
    this.#dropped = 0;
    if (missing > 0) this.#onDropped(missing);
    this.#out.write(line);
  }

  /** Resolves when all is written, or when nobody seems to read. @returns how many lines were dropped in all */
  async end(): Promise<number> {
    if (!this.#isGone && this.#out.writableLength > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, END_MS);
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        // Written after all that waits.
        this.#out.write('', done);
        this.#out.once('error', done);
      });
    }
    return this.#allDropped;
  }
}
