// The request slots of a queue: as many as its workers work on at once, and one more for each, so that none waits for the
// next batch. Any worker takes any batch, so the slots are those of all together.
import type { FreeSlot, RequestLimits, Slot, SlotLimits, Slots } from '../../types/requests.js';
import type { QueueState } from './look.js';
import type { WorkerState } from './presence.js';

/** Jobs that wait for a worker, for each slot of all workers, at which this sender holds back. */
const maxWaiting = 4;

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

  /** @param endpoint the queue's name, for its limits */
  constructor(endpoint: string, state: () => QueueState) {
    this.#endpoint = endpoint;
    this.#state = state;
  }

  /** What the live workers can have under way: it follows them as they come and go. */
  get room(): number {
    return this.#ready.reduce((sum, { concurrency }) => sum + concurrency + 1, 0);
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

  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
