// The request slots of a queue: as many as its workers work on at once, and some more, so that none waits for the next
// batch. Any worker takes any batch, so the slots are those of all together.
import type { FreeSlot, RequestLimits, Slot, SlotLimits, Slots } from '../../types/requests.js';
import type { QueueState } from './look.js';
import type { WorkerState } from './presence.js';

/** Jobs that wait for a worker, for each slot of all workers, at which this sender holds back. */
const maxWaiting = 4;

/** Max batches that wait for each worker. */
const maxAhead = 8;

/** A place in the queue. */
export class QueueSlot implements Slot {
  readonly limits: RequestLimits;
  readonly #release: () => void;

  constructor(limits: RequestLimits, release: () => void) {
    this.limits = limits;
    this.#release = release;
  }

  release(): void {
    this.#release();
  }
}

export class QueueSlots implements Slots {
  readonly #endpoint: string;
  readonly #state: () => QueueState;
  readonly #listeners = new Set<() => void>();
  #taken = 0;
  /** Batches that wait for each worker. The longer the way to Redis is, the more are needed. */
  #ahead = 1;

  /** @param endpoint the queue's name, for its limits */
  constructor(endpoint: string, state: () => QueueState) {
    this.#endpoint = endpoint;
    this.#state = state;
  }

  /** What the live workers can have under way: it follows them as they come and go. */
  get room(): number {
    return this.#ready.reduce((sum, { concurrency }) => sum + concurrency + this.#ahead, 0);
  }

  get #ready(): WorkerState[] {
    return this.#state().workers.filter(({ rests }) => rests === '');
  }

  next(limits: SlotLimits): FreeSlot | undefined {
    const { waiting } = this.#state();
    const room = Math.min(this.room, limits.of(this.#endpoint).concurrency);
    // Without a worker, one batch waits for it: what becomes of that tells the caller. The same when others fill the queue.
    const isFull = waiting - this.#taken > maxWaiting * room;
    if (this.#taken >= (isFull ? 1 : Math.max(1, room))) return undefined;
    return {
      endpoint: this.#endpoint,
      // A batch that isn't full needn't wait for more texts while a worker has nothing to do.
      inFlight: Math.floor(this.#taken / Math.max(1, this.#ready.length)),
      take: () => this.#take(limits.of(this.#endpoint)),
    };
  }

  /** More batches ahead while workers find none though all slots are taken; fewer while more wait than that. */
  #follow(): void {
    const { waiting } = this.#state();
    if (waiting === 0 && this.#taken > 0 && this.#taken >= this.room) {
      this.#ahead = Math.min(maxAhead, 2 * this.#ahead);
    } else if (waiting > 2 * this.#ready.length) this.#ahead = Math.max(1, this.#ahead - 1);
  }

  #take(limits: RequestLimits): QueueSlot {
    this.#taken++;
    return new QueueSlot(limits, () => {
      this.#taken--;
    });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** After a look at the queue. */
  changed(): void {
    this.#follow();
    for (const listener of this.#listeners) listener();
  }
}
