// Spreads texts over worker processes. They start when there is work for them, except the first one,
// which tells what engine runs on this system.
import { EmbedderFault } from '../../../errors.js';
import type { Vector } from '../../../types.js';
import { orAborted } from '../../abort.js';
import type { EngineVariant } from '../engines/engine.js';
import type { EngineChoice } from './messages.js';
import { cutSlices } from './share-texts.js';
import { WorkerProcess } from './worker-process.js';

/** Slices that a worker holds: one that it works on, one so that it needn't wait for a busy main process. */
const slicesPerWorker = 2;

/** Consecutive texts of one call, which go to one worker. */
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
   * @throws the signal's reason, at once, when it aborts; texts that no worker has yet are not started
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
      // After a fault or an abort nobody waits for the rest.
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

  /** The others do the work of a worker that can't start; without others there is no work. */
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
