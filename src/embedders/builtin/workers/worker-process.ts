// The handle of one worker in the main process: starts it, sends it texts, notices when it ends.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EmbedderFault } from '../../../errors.js';
import type { Vector } from '../../../types/vector.js';
import type { EngineVariant } from '../engines/engine.js';
import { dimensions } from '../onnx/graph.js';
import type { Answer, EngineChoice, Job } from './messages.js';

interface PendingJob {
  resolve(vectors: Vector[]): void;
  reject(fault: EmbedderFault): void;
}

/** A running worker. It keeps the main process alive only while it starts, has jobs or is being closed. */
export class WorkerProcess {
  /** Resolves when the worker takes jobs; rejects with an {@link EmbedderFault} when it can't start. */
  readonly started: Promise<EngineVariant>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #jobs = new Map<number, PendingJob>();
  #nextId = 0;
  #hasEnded = false;
  #isClosing = false;

  constructor(choice: EngineChoice) {
    this.#child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [choice], {
      // Typed arrays and unpaired surrogates pass unchanged.
      serialization: 'advanced',
      // Don't pass on the main process's flags, such as a debugger's port or a loader.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.started = new Promise((resolve, reject) => {
      const fail = (cause: string) => {
        this.#end(cause);
        reject(endedFault(cause));
      };
      this.#child.on('message', (answer: Answer) => {
        if (answer.kind === 'started') resolve(answer.variant);
        else if (answer.kind === 'failed') reject(startFault(answer.reason));
        else this.#settle(answer);
        this.#holdWhileBusy();
      });
      this.#child.on('error', (error) => fail(error.message));
      this.#child.on('exit', (code, signal) => fail(signal ?? `exit status ${code}`));
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', () => resolve());
    });
  }

  /** Jobs in flight. */
  get pending(): number {
    return this.#jobs.size;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** @throws {EmbedderFault} the worker's own fault, or `unreachable` when it ends before it has answered */
  embed(texts: readonly string[], truncate: boolean): Promise<Vector[]> {
    const job: Job = { id: this.#nextId++, texts, truncate };
    return new Promise((resolve, reject) => {
      this.#jobs.set(job.id, { resolve, reject });
      this.#holdWhileBusy();
      this.#child.send(job, (error) => {
        if (error !== null) this.#reject(job.id, endedFault(error.message));
      });
    });
  }

  /** Ends the worker at once, and rejects its jobs. */
  async close(): Promise<void> {
    // An idle worker doesn't keep the main process alive, so that would end before the worker has. What the worker still
    // had to say may come after this, and changes nothing about it.
    this.#isClosing = true;
    this.#holdWhileBusy();
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #settle(answer: Extract<Answer, { id: number }>): void {
    const job = this.#jobs.get(answer.id);
    this.#jobs.delete(answer.id);
    if (answer.kind === 'fault') job?.reject(new EmbedderFault(answer.meaning, answer.message));
    else job?.resolve(splitVectors(answer.values));
  }

  #reject(id: number, fault: EmbedderFault): void {
    this.#jobs.get(id)?.reject(fault);
    this.#jobs.delete(id);
  }

  #end(cause: string): void {
    this.#hasEnded = true;
    this.#child.kill('SIGKILL');
    for (const id of [...this.#jobs.keys()]) this.#reject(id, endedFault(cause));
  }

  #holdWhileBusy(): void {
    const change = this.#isClosing || this.#jobs.size > 0 ? 'ref' : 'unref';
    this.#child[change]();
    this.#child.channel?.[change]();
  }
}

/** Copies each vector, so that keeping one doesn't keep all of them in memory. */
function splitVectors(values: Float32Array): Vector[] {
  return Array.from({ length: values.length / dimensions }, (_, i) =>
    values.slice(i * dimensions, (i + 1) * dimensions),
  );
}

function startFault(reason: string): EmbedderFault {
  return new EmbedderFault(
    'unreachable',
    `The built-in embedder can't start: ${reason.split('\n', 1)[0]}; reinstall onnxruntime-node or use the WebAssembly engine.`,
  );
}

function endedFault(cause: string): EmbedderFault {
  return new EmbedderFault(
    'unreachable',
    `A worker of the built-in embedder ended (${cause}); if memory is short, use fewer threads.`,
  );
}
