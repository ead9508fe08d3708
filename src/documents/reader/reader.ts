// The one way from a file's bytes to its documents. Small files of our own formats are read at once; all else
// goes to a process of its own, which is ended when a document takes too much of time or memory.
import { setImmediate } from 'node:timers/promises';
import { type Extraction, extract, formatFor } from '../extract.js';
import { READER_LIMITS, type ReaderLimits } from './limits.js';
import { ReaderProcess } from './reader-process.js';

/** Our own formats take time and memory in proportion to the file: this much is read before anyone notices. */
const MOST_INLINE = 1_000_000;

export class DocumentReader {
  readonly #limits: ReaderLimits;
  readonly #signal: AbortSignal | undefined;
  #process: ReaderProcess | undefined;
  /** Files are read one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param signal ends what is being read, at once */
  constructor(limits: Partial<ReaderLimits> = {}, signal?: AbortSignal) {
    this.#limits = { ...READER_LIMITS, ...limits };
    this.#signal = signal;
    signal?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Whether a file is read elsewhere, so that it pays to ask for it early. */
  isApart(source: string, bytes: number): boolean {
    const format = formatFor(source);
    return format === 'pdf' || format === 'docx' || bytes > MOST_INLINE;
  }

  /**
   * @param source address of the file, and its name
   * @throws {DocumentError} `malformed`, `encrypted`, `undecodable`, `too-large` or `too-slow`
   * @throws the signal's reason when it aborts
   */
  async read(bytes: Buffer, source: string): Promise<Extraction> {
    const format = formatFor(source, bytes);
    const isApart = format === 'pdf' || format === 'docx' || bytes.length > MOST_INLINE;
    if (!isApart) return extract(bytes, source);
    const turn = this.#last.then(() => this.#readApart(bytes, source));
    this.#last = turn.catch(() => undefined);
    const extraction = await turn;
    await setImmediate();
    return extraction;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#stop);
    await this.#process?.close();
  }

  async #readApart(bytes: Buffer, source: string): Promise<Extraction> {
    this.#signal?.throwIfAborted();
    if (this.#closed) throw new Error('the reader is closed');
    if (this.#process === undefined || this.#process.hasEnded)
      this.#process = new ReaderProcess(this.#limits);
    try {
      return await this.#process.read({ bytes, source });
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw error;
    }
  }

  readonly #stop = (): void => {
    void this.#process?.close();
  };
}
