// src/ingest/documents-worker: a thread beside the main one that makes the chunks of documents before their turn.
//
// In: the bytes of a file, and its source. Out: its chunks with their lines, the same as the main thread would make; or
// nothing, then the main thread reads the file itself. So a worker that doesn't start, or ends, costs time alone, and all
// errors are told as without it.
// It starts when a run is large enough to pay for it, and the main thread is busy: one that waits for its server has time to
// split by itself, and the server may need the other cores.
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { debug, told } from '../../debug.js';
import { formatFor } from '../../documents/extract.js';
import type { Format } from '../../documents/formats/format.js';
import { formatNamed } from '../../documents/formats/registry.js';
import type { Chunking } from '../chunking.js';
import type { Answer, Job, Result, WorkerSetup } from './messages.js';

/** Bytes of documents to split from which on a run pays for the thread, which compiles all code once more. */
const worthBytes = 16 * 1024 * 1024;
/** Bytes between two looks at how busy the main thread is, and its share of the time from which on it is. */
const lookBytes = 256 * 1024;
const busyShare = 0.75;
/** Max bytes of a file for it. */
const mostBytes = 1_000_000;
/** Megabytes of its heap for what is new: with V8's own bound it takes 25 MB more, and is no faster. */
const youngMb = 8;
/** A message has so many files, or bytes, when there are enough. */
const filesPerMessage = 8;
const bytesPerMessage = 128 * 1024;
/** Max messages that wait for their answer. */
const mostMessages = 3;

interface Waiting extends Job {
  resolve(result: Result): void;
}

export interface WorkerOptions {
  /** Bytes of documents that are known to be split in this run. */
  expected: number;
  /** Ends it. */
  signal?: AbortSignal;
  /** Start at the first document, whatever it costs; for tests. */
  atOnce?: boolean;
  /** Its script; for tests. */
  script?: URL;
}

export class DocumentsWorker {
  readonly #options: WorkerOptions;
  #state: 'off' | 'starting' | 'ready' | 'ended' = 'off';
  #worker: Worker | undefined;
  #splitHere = 0;
  #looked = { bytes: 0, load: performance.eventLoopUtilization() };
  /** Files that weren't sent yet, and their bytes. */
  #next: Waiting[] = [];
  #nextBytes = 0;
  /** The files of each message that waits for its answer. */
  #sent: Waiting[][] = [];
  #prepared = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
    options.signal?.addEventListener('abort', this.#end, { once: true });
    if (availableParallelism() === 1 && !options.atOnce) this.#state = 'ended';
  }

  get hasStarted(): boolean {
    return this.#worker !== undefined;
  }

  /** True when it takes no file any more. */
  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** Whether it takes a file of this name and size now. */
  takes(source: string, bytes: number): boolean {
    if (this.#state !== 'ready' || bytes > mostBytes) return false;
    const name = formatFor(source);
    if (name === undefined) return false;
    const format: Format = formatNamed(name);
    return !format.isApart && !format.holdsRecords;
  }

  /** The main thread splits a document of so many bytes; it may need help with the next ones. */
  splitHere(chunking: Chunking, bytes: number): void {
    if (this.#state !== 'off') return;
    this.#splitHere += bytes;
    if (this.#options.atOnce || this.#isWorthIt()) this.#start(chunking);
  }

  /** @returns its result; undefined, too, when it can't give one */
  prepare(source: string, bytes: Uint8Array): Promise<Result> {
    return new Promise((resolve) => {
      this.#next.push({ source, bytes, resolve });
      this.#nextBytes += bytes.length;
      this.#send();
    });
  }

  async close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#end);
    this.#end();
    if (this.#worker === undefined) return;
    debug.documents?.(`the documents worker prepared ${this.#prepared} documents`);
    await this.#worker.terminate();
  }

  #isWorthIt(): boolean {
    const { bytes, load } = this.#looked;
    if (this.#splitHere - bytes < lookBytes) return false;
    const now = performance.eventLoopUtilization();
    this.#looked = { bytes: this.#splitHere, load: now };
    const { utilization } = performance.eventLoopUtilization(now, load);
    return utilization >= busyShare && Math.max(this.#splitHere, this.#options.expected) >= worthBytes;
  }

  #start({ size, overlap, headings = false, counter }: Chunking): void {
    this.#state = 'starting';
    const setup: WorkerSetup = {
      ...{ size, overlap, headings },
      counter: counter.id,
      vocabulary: counter.vocabulary,
    };
    const script = this.#options.script ?? new URL('./worker.js', import.meta.url);
    try {
      // Nothing that it prints is for the user, and it needs nothing of the environment.
      this.#worker = new Worker(script, {
        ...{ workerData: setup, env: {}, stdout: true, stderr: true },
        resourceLimits: { maxYoungGenerationSizeMb: youngMb },
      });
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('messageerror', (error) => this.#fail(error));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', this.#end);
    // It keeps the process alive only while a file waits.
    this.#worker.unref();
  }

  #take(answer: Answer): void {
    if (answer === 'ready') {
      if (this.#state === 'starting') this.#state = 'ready';
      return;
    }
    const jobs = this.#sent.shift() ?? [];
    for (const [index, { resolve }] of jobs.entries()) {
      if (answer[index] !== undefined) this.#prepared++;
      resolve(answer[index]);
    }
    this.#send();
    if (this.#sent.length === 0) this.#worker?.unref();
  }

  /** Sends full messages while it is busy, all that there is when it is idle. */
  #send(): void {
    if (this.#state !== 'ready') {
      this.#giveUp();
      return;
    }
    while (this.#next.length > 0 && this.#sent.length < mostMessages) {
      const isFull = this.#next.length >= filesPerMessage || this.#nextBytes >= bytesPerMessage;
      if (!isFull && this.#sent.length > 0) return;
      const jobs = this.#next;
      this.#next = [];
      this.#nextBytes = 0;
      this.#sent.push(jobs);
      this.#worker!.ref();
      this.#worker!.postMessage(jobs.map(({ source, bytes }): Job => ({ source, bytes })));
    }
  }

  #fail(error: unknown): void {
    debug.documents?.(`the documents worker fails: ${told(error)}`);
    this.#end();
  }

  readonly #end = (): void => {
    this.#state = 'ended';
    this.#giveUp();
  };

  #giveUp(): void {
    const waiting = [...this.#sent.flat(), ...this.#next];
    this.#sent = [];
    this.#next = [];
    for (const { resolve } of waiting) resolve(undefined);
  }
}
