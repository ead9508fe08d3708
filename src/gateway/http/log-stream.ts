// Writes log lines. A slow reader of the log delays nothing: lines that don't fit into a bounded memory are dropped
// and counted, and the end waits only a moment.
import type { Writable } from 'node:stream';

/** Max bytes that wait for the reader. */
const maxWaiting = 1024 * 1024;

/** Max wait for the reader at the end, in ms. */
const endMs = 500;

export class LogStream {
  readonly #out: Writable;
  readonly #onDropped: (lines: number) => void;
  /** Dropped lines that were not reported yet. */
  #dropped = 0;
  #allDropped = 0;
  #isGone = false;

  /** @param onDropped called with the number of missing lines, once there is room again */
  constructor(out: Writable, onDropped: (lines: number) => void) {
    this.#out = out;
    this.#onDropped = onDropped;
    out.on('error', () => {
      this.#isGone = true;
    });
  }

  write(line: string): void {
    if (this.#isGone || !this.#out.writable || this.#out.writableLength > maxWaiting) {
      this.#dropped++;
      this.#allDropped++;
      return;
    }
    const missing = this.#dropped;
    this.#dropped = 0;
    if (missing > 0) this.#onDropped(missing);
    this.#out.write(line);
  }

  /** Resolves when all is written, or the reader is stuck. @returns the number of all dropped lines */
  async end(): Promise<number> {
    if (!this.#isGone && this.#out.writableLength > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, endMs);
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        // Its callback comes after all waiting lines are written.
        this.#out.write('', done);
        this.#out.once('error', done);
      });
    }
    return this.#allDropped;
  }
}
