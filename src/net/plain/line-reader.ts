// Reads lines of HTTP: they end with CR and LF, hold no other control characters but tabs, and are bounded together.
import { odd, PlainHttpError } from './fault.js';

const lineFeed = 0x0a;
const notInLines = /[^\t\x20-\x7e\x80-\xff]/;

export class LineReader {
  /** Bytes that all lines together may still have. */
  #room = 0;
  /** The beginning of a line whose end has not come. */
  #begun = '';
  /** Behind the last line that was read, in the bytes that were given last. */
  at = 0;

  /** Lets the lines that follow have `bytes` together, line ends included. */
  allow(bytes: number): void {
    this.#room = bytes;
  }

  /** The beginning of the next line, as far as it has come. */
  get begun(): string {
    return this.#begun;
  }

  /**
   * Reads a line of `bytes` from `at` on.
   * @returns the line in Latin-1 without its end; undefined when more bytes are needed
   * @throws {PlainHttpError} when it is too long, or no line of HTTP
   */
  next(bytes: Buffer): string | undefined {
    const end = bytes.indexOf(lineFeed, this.at);
    const stop = end < 0 ? bytes.length : end + 1;
    this.#room -= stop - this.at;
    if (this.#room < 0) throw new PlainHttpError('HTTP_HEADERS_TOO_LARGE', 'more headers than are allowed');
    this.#begun += bytes.toString('latin1', this.at, stop);
    this.at = stop;
    if (end < 0) return undefined;
    if (!this.#begun.endsWith('\r\n')) throw odd('a line without CR at its end');
    const line = this.#begun.slice(0, -2);
    this.#begun = '';
    if (notInLines.test(line)) throw odd('a control character in a line');
    return line;
  }
}
