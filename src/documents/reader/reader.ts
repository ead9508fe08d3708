// src/documents/reader: the only way from a file's bytes to its documents.
//
// In: bytes and a source. Out: documents, or a DocumentError. Small files of formats that we parse ourselves are read in
// this process. All others are read in a process of their own (worker.ts), and worker-watch.ts ends that when a document
// takes too much time or memory (limits.ts).
// What must hold: a file can never crash, block or fill the main process.
import { setImmediate, setTimeout } from 'node:timers/promises';
import { DocumentError, ServiceError } from '../../errors.js';
import { extract, type FormatName, formatFor } from '../extract.js';
import { formatNamed } from '../formats/registry.js';
import { type Reading, ready } from '../reading.js';
import { largeLines } from '../records/large-lines.js';
import { memoryFor, type ReaderLimits, readerLimits } from './limits.js';
import { NotBegunError, ReaderProcess } from './worker-process.js';

/** Max bytes to read in this process. Our own formats take time and memory in proportion to the file. */
const maxInline = 1_000_000;
/** A table repeats the names of its columns in each row. */
const maxInlineTable = 100_000;

/** Max bytes of JSON Lines for the reader's process; larger ones, as from standard input, are read in this process. */
const maxLines = 32 * 1024 * 1024;

/** Max processes to start for one file, when they end before they have the file. */
const maxStarts = 3;
/** Pause between them, in ms: memory may become free. */
const pauseMs = 100;

export class DocumentReader {
  readonly #limits: ReaderLimits;
  readonly #signal: AbortSignal | undefined;
  #process: ReaderProcess | undefined;
  /** Files are read one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param signal aborts the reading at once */
  constructor(limits: Partial<ReaderLimits> = {}, signal?: AbortSignal) {
    this.#limits = { ...readerLimits, ...limits };
    this.#signal = signal;
    signal?.addEventListener('abort', this.#stop, { once: true });
  }

  /** True when a file is read in the other process, so that it is worth asking for it early. */
  isApart(source: string, bytes: number): boolean {
    return isApart(formatFor(source), bytes);
  }

  /**
   * @param source address of the file, and its name
   * @throws {DocumentError} `malformed`, `encrypted`, `undecodable`, `too-large` or `too-slow`
   * @throws {ServiceError} when no process for it can be started
   * @throws the signal's reason when it aborts
   */
  async read(bytes: Buffer, source: string): Promise<Reading> {
    const format = formatFor(source, bytes);
    if (!isApart(format, bytes.length)) {
      const { documents, failures } = await extract(bytes, source);
      return { documents: documents.map(ready), failures };
    }
    if (format === 'jsonl' && bytes.length > maxLines) {
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
    for (let left = maxStarts - 1; ; left--) {
      try {
        return await (await this.#running(bytes.length)).read({ bytes, source });
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (!(error instanceof NotBegunError)) throw error;
        if (left === 0) throw givenUp(error, source);
        await setTimeout(pauseMs);
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
  if (format !== undefined && formatNamed(format).isApart) return true;
  return bytes > (format === 'csv' ? maxInlineTable : maxInline);
}

/** The error for a file that no process began to read. */
function givenUp(error: NotBegunError, source: string): Error {
  const { message, didStart } = error;
  if (didStart) return new DocumentError('too-large', `${source} takes too much memory to read: ${message}.`);
  const sentence = `Documents can't be read, as no process for it starts (${message}): free memory or processes.`;
  return new ServiceError(sentence, { cause: error });
}
