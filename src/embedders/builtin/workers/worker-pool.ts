// src/embedders/builtin/workers: the processes that run the model.
//
// In: texts. Out: vectors in the same order. Workers start when there is work for them; only the first one starts
// at once, to tell which engine runs on this system. worker.ts runs in the worker, worker-process.ts is its handle
// in the main process, messages.ts holds what they send each other.
// What must hold: a worker that dies fails only its own texts, and after `close` no process is left.
import { EmbedderFault } from '../../../errors.js';
import { orAborted } from '../../../net/or-aborted.js';
import type { Vector } from '../../../types/vector.js';
import type { EngineVariant } from '../engines/engine.js';
import type { EngineChoice } from './messages.js';
import { cutSlices } from './share-texts.js';
import { WorkerProcess } from './worker-process.js';

/** Slices per worker: one in work, one waiting, so that a worker never waits for a busy main process. */
const slicesPerWorker = 2;

/** Consecutive texts of one call, for one worker. */
interface QueuedSlice {
  call: symbol;
  texts: readonly string[];
  truncate: boolean;
  resolve(vectors: Vector[]): void;
  reject(reason: unknown): void;
}

export class WorkerPool {
  readonly variant: EngineVariant;
  readonly #workers = new Set<WorkerProcess>();
  readonly #starting = new Set<WorkerProcess>();
  #queue: QueuedSlice[] = [];
  #size: number;
  #closed = false;

  /**
   * Starts the first worker.
   * @throws {EmbedderFault} `unreachable` when it can't start
   */
  static async open(size: number, choice: EngineChoice): Promise<WorkerPool> {
    const first = new WorkerProcess(choice);
    try {
      return new WorkerPool(size, await first.started, first);
    } catch (error) {
      await first.close();
      throw error;
    }
  }

  private constructor(size: number, variant: EngineVariant, first: WorkerProcess) {
    this.#size = size;
    this.variant = variant;
    this.#workers.add(first);
  }

  /**
   * @returns vectors in the order of the texts
   * @throws {EmbedderFault} the first fault of any text
   * @throws the signal's reason at once when it aborts; texts that are still queued are dropped
   */
  async embed(texts: readonly string[], truncate: boolean, signal?: AbortSignal): Promise<Vector[]> {
    signal?.throwIfAborted();
    if (this.#closed) throw closedFault();
    const call = Symbol('call');
    try {
      const slices = cutSlices(texts).map((slice) => this.#enqueue(call, slice, truncate));
      this.#dispatch();
      return (await orAborted(Promise.all(slices), signal)).flat();
    } finally {
      // After a fault or an abort, the rest is not needed.
      this.#queue = this.#queue.filter((slice) => slice.call !== call);
    }
  }

  /** Ends all workers; calls in flight reject. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectQueue(closedFault());
    await Promise.all([...this.#workers, ...this.#starting].map((worker) => worker.close()));
  }

  #enqueue(call: symbol, texts: readonly string[], truncate: boolean): Promise<Vector[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ call, texts, truncate, resolve, reject });
    });
  }

  #dispatch(): void {
    for (const worker of this.#workers) if (worker.hasEnded) this.#workers.delete(worker);
    while (this.#queue.length > 0) {
      const worker = this.#freest();
      if (worker === undefined) break;
      this.#send(worker, this.#queue.shift()!);
    }
    const idle = this.#size - this.#workers.size - this.#starting.size;
    if (this.#queue.length > 0 && idle > 0) this.#start();
  }

  #freest(): WorkerProcess | undefined {
    let freest: WorkerProcess | undefined;
    for (const worker of this.#workers) {
      if (worker.pending < (freest?.pending ?? slicesPerWorker)) freest = worker;
    }
    return freest;
  }

  #send(worker: WorkerProcess, { texts, truncate, resolve, reject }: QueuedSlice): void {
    worker
      .embed(texts, truncate)
      .then(resolve, reject)
      .finally(() => this.#dispatch());
  }

  #start(): void {
    const worker = new WorkerProcess(this.variant === 'onnx-int8' ? 'onnx' : 'wasm');
    this.#starting.add(worker);
    worker.started
      .then(
        () => this.#workers.add(worker),
        (error: unknown) => this.#doWithout(worker, error),
      )
      .finally(() => {
        this.#starting.delete(worker);
        if (!this.#closed) this.#dispatch();
      });
    this.#dispatch();
  }

  /** A worker can't start: the others do its work. Without others, all queued texts fail. */
  #doWithout(worker: WorkerProcess, error: unknown): void {
    void worker.close();
    const others = this.#workers.size + this.#starting.size - 1;
    if (others > 0) this.#size = others;
    else this.#rejectQueue(error);
  }

  #rejectQueue(reason: unknown): void {
    for (const slice of this.#queue.splice(0)) slice.reject(reason);
  }
}

function closedFault(): EmbedderFault {
  return new EmbedderFault('refused', 'The built-in embedder is closed; open a new one.');
}
