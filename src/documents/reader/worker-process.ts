// The handle of the reader's process in the main process: starts it, sends it one file, notices when it ends.
import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DocumentError } from '../../errors.js';
import { hashOf, type Reading } from '../reading.js';
import type { ReaderLimits } from './limits.js';
import { type Answer, type Job, unpack } from './messages.js';

interface Pending {
  job: Job;
  hasBegun: boolean;
  reading: Reading;
  resolve(reading: Reading): void;
  reject(error: Error): void;
}

/** The process ended before it had the file: another one may read it. */
export class NotBegunError extends Error {
  /** @param didStart true when the process ran, so that the file may be the cause */
  constructor(
    message: string,
    readonly didStart: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** A running process. It keeps the main process alive only while it reads or is being closed. */
export class ReaderProcess {
  /** Max memory, in bytes. */
  readonly memory: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #pending: Pending | undefined;
  /** The reason why the watch ended it. */
  #reason = '';
  #didStart = false;
  #isClosing = false;
  #hasEnded = false;

  /** @throws {NotBegunError} when the system lets no process start; most such errors come by {@link read} */
  constructor(limits: ReaderLimits) {
    this.memory = limits.memory;
    this.#child = start(limits);
    const reason = this.#child.stdio[4] as Readable | undefined;
    reason?.setEncoding('utf8').on('data', (text: string) => {
      this.#reason += text;
    });
    reason?.on('error', () => undefined);
    this.#child.on('message', (answer: Answer) => this.#take(answer));
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#end(code, signal);
        resolve();
      });
      this.#child.once('error', (error) => {
        this.#hasEnded = true;
        this.#settle()?.reject(new NotBegunError(error.message, false, { cause: error }));
        resolve();
      });
    });
    this.#holdWhileBusy();
  }

  /** True when it takes no more files. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * One at a time.
   * @throws {DocumentError} its own, or `too-large`, `too-slow` or `malformed` when the file ends the process
   * @throws {NotBegunError} when the process ended by itself
   */
  read(job: Job): Promise<Reading> {
    return new Promise((resolve, reject) => {
      const reading = { documents: [], failures: [] };
      this.#pending = { job, hasBegun: false, reading, resolve, reject };
      this.#holdWhileBusy();
      // An error here means that it has ended, which `close` reports.
      this.#child.send(job, () => undefined);
    });
  }

  /** Ends it at once. */
  async close(): Promise<void> {
    // An answer that comes after this must not let the main process end before the process has.
    this.#isClosing = true;
    this.#holdWhileBusy();
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #take(answer: Answer): void {
    if (answer.kind === 'ready') this.#didStart = true;
    const pending = this.#pending;
    if (pending === undefined || answer.kind === 'ready') return;
    if (answer.kind === 'begun') {
      pending.hasBegun = true;
      return;
    }
    if (answer.kind === 'part') {
      for (const packed of answer.documents) {
        const { source } = packed;
        pending.reading.documents.push({ source, hash: () => hashOf(packed), open: () => unpack(packed) });
      }
      for (const failure of answer.failures) pending.reading.failures.push(failure);
      return;
    }
    if (answer.memory > this.memory / 2) {
      // The memory of this file would count for the next one.
      this.#hasEnded = true;
      void this.close();
    }
    if (answer.kind === 'done') this.#settle()?.resolve(pending.reading);
    else this.#settle()?.reject(new DocumentError(answer.failure, answer.message));
  }

  #end(code: number | null, signal: string | null): void {
    this.#hasEnded = true;
    const pending = this.#settle();
    if (pending === undefined) return;
    const { source } = pending.job;
    if (!pending.hasBegun) {
      pending.reject(new NotBegunError(`it ended with ${signal ?? code}`, this.#didStart));
    } else if (this.#reason === 'too-slow') {
      pending.reject(new DocumentError('too-slow', `${source} takes too long to read.`));
    } else if (this.#reason === 'too-large' || signal === 'SIGABRT' || signal === 'SIGKILL' || code === 134) {
      // The engine aborts, and the system kills, what takes too much memory.
      pending.reject(new DocumentError('too-large', `${source} takes too much memory to read.`));
    } else {
      pending.reject(
        new DocumentError('malformed', `${source} crashes the process that reads it (${signal ?? code}).`),
      );
    }
  }

  #settle(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#holdWhileBusy();
    return pending;
  }

  #holdWhileBusy(): void {
    const change = this.#isClosing || this.#pending ? 'ref' : 'unref';
    this.#child[change]();
    this.#child.channel?.[change]();
    (this.#child.stdio[4] as { unref?(): void; ref?(): void } | null)?.[change]?.();
  }
}

function start(limits: ReaderLimits): ChildProcess {
  const heap = Math.ceil((limits.memory * 0.75) / 1024 ** 2);
  try {
    return fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [JSON.stringify(limits)], {
      serialization: 'advanced',
      // A debugger's port or a loader of the main process would be in the way.
      execArgv: [`--max-old-space-size=${heap}`],
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    });
  } catch (cause) {
    // Some errors of the system are thrown, others told by an event.
    throw new NotBegunError((cause as Error).message, false, { cause });
  }
}
