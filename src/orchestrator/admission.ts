// Bounds the queue: callers wait here, by priority, until there is room for their texts.
import { type Entry, PriorityQueue } from '../batching/priority-queue.js';
import type { Priority } from '../types/requests.js';

interface Waiter extends Entry {
  enter(): void;
}

export class Admission {
  readonly #hasRoom: () => boolean;
  readonly #waiters = new PriorityQueue<Waiter>();

  /** @param hasRoom true when one more text may be queued now */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  /**
   * Resolves when there may be room. Check again, since another caller may have been faster.
   * @throws the signal's reason
   */
  async next(priority: Priority, lane: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => this.#leave(waiter, () => reject(signal?.reason));
      const enter = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const waiter: Waiter = { priority, lane, waiting: true, enter };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Lets the next callers in, while there is room. */
  open(): void {
    if (this.#waiters.size > 0 && this.#hasRoom()) this.#waiters.take()?.enter();
  }

  /** Lets all callers in, with or without room: used at a stop. */
  openForAll(): void {
    for (let waiter = this.#waiters.take(); waiter; waiter = this.#waiters.take()) waiter.enter();
  }

  #leave(waiter: Waiter, leave: () => void): void {
    if (!waiter.waiting) return;
    waiter.waiting = false;
    this.#waiters.left();
    leave();
  }
}
