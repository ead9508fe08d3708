// The one way from a file's bytes to its documents. Small files of our own formats are read at once; all else
// goes to a process of its own, which is ended when a document takes too much of time or memory.
import { setImmediate, setTimeout } from 'node:timers/promises';
import { DocumentError, ServiceError } from '../../errors.js';
import { extract, type FormatName, formatFor } from '../extract.js';
import { type Reading, ready } from '../reading.js';
import { largeLines } from '../records/large-lines.js';
import { memoryFor, READER_LIMITS, type ReaderLimits } from './limits.js';
import { NotBegunError, ReaderProcess } from './worker-process.js';

/** Our own formats take time and memory in proportion to the file: this much is read before anyone notices. */
const MOST_INLINE = 1_000_000;
/** A table repeats the names of its columns in each row. */
const MOST_INLINE_TABLE = 100_000;

/** Bytes of JSON Lines that a process reads whole; more, as by standard input, are read where they are. */
const MOST_LINES = 32 * 1024 * 1024;

/** Processes that are started for one file, where they end before they have it in hand. */
const STARTS = 3;
/** Between two of them, in ms: memory may come free. */
const PAUSE_MS = 100;

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
    return isApart(formatFor(source), bytes);
  }

  /**
   * @param source address of the file, and its name
   * @throws {DocumentError} `malformed`, `encrypted`, `undecodable`, `too-large` or `too-slow`
   * @throws {ServiceError} when no process can be had to read it
   * @throws the signal's reason when it aborts
   */
  async read(bytes: Buffer, source: string): Promise<Reading> {
    const format = formatFor(source, bytes);
    if (!isApart(format, bytes.length)) {
      const { documents, failures } = await extract(bytes, source);
      return { documents: documents.map(ready), failures };
    }
    if (format === 'jsonl' && bytes.length > MOST_LINES) {
      const reading = await largeLines(bytes, source, this.#signal);
      if (reading !== undefined) return reading;
    }
    const turn = this.#last.then(() => this.#readApart(bytes, source));
    this.#last = turn.catch(() => undefined);
    const reading = await turn;
    await setImmediate();
    return reading;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#stop);
    await this.#process?.close();
  }

  async #readApart(bytes: Buffer, source: string): Promise<Reading> {
    for (let left = STARTS - 1; ; left--) {
      try {
        return await (await this.#running(bytes.length)).read({ bytes, source });
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (!(error instanceof NotBegunError)) throw error;
        if (left === 0) throw givenUp(error, source);
        await setTimeout(PAUSE_MS);
      }
    }
  }

  /** The process, with memory for a file of so many bytes. */
  async #running(bytes: number): Promise<ReaderProcess> {
    const memory = memoryFor(this.#limits, bytes);
    const current = this.#process;
    if (current && !current.hasEnded && current.memory >= memory) return current;
    await current?.close();
    this.#signal?.throwIfAborted();
    if (this.#closed) throw new Error('the reader is closed');
    this.#process = new ReaderProcess({ ...this.#limits, memory });
    return this.#process;
  }

  readonly #stop = (): void => {
    void this.#process?.close();
  };
}

function isApart(format: FormatName | undefined, bytes: number): boolean {
  if (format === 'pdf' || format === 'docx') return true;
  return bytes > (format === 'csv' ? MOST_INLINE_TABLE : MOST_INLINE);
}

/** What no process lives to begin with. */
function givenUp(error: NotBegunError, source: string): Error {
  const { message, didStart } = error;
  if (didStart) return new DocumentError('too-large', `${source} takes too much memory to read: ${message}.`);
  const sentence = `Documents can't be read, as no process for it starts (${message}): free memory or processes.`;
  return new ServiceError(sentence, { cause: error });
}
