// Waiting texts, by the kind of batch that they can share. Nearly always there is only one kind.
import { PriorityQueue } from './priority-queue.js';
import type { BatchKind, Ticket } from './ticket.js';

/** One in this many batches is of the kind that has waited longest. */
const ageEvery = 8;

export class KindQueues {
  readonly #queues = new Map<string, PriorityQueue<Ticket>>();
  #batches = 0;

  /** Texts in all. */
  get size(): number {
    let sum = 0;
    for (const queue of this.#queues.values()) sum += queue.size;
    return sum;
  }

  of(kind: BatchKind): PriorityQueue<Ticket> {
    const name = nameOf(kind);
    const queue = this.#queues.get(name) ?? new PriorityQueue<Ticket>();
    this.#queues.set(name, queue);
    return queue;
  }

  /**
   * Of the queues that may send, the one with the most urgent text; sometimes the one with the longest wait.
   */
  next(maySend: (queue: PriorityQueue<Ticket>) => boolean): PriorityQueue<Ticket> | undefined {
    const byAge = this.#batches % ageEvery === ageEvery - 1;
    let best: { queue: PriorityQueue<Ticket>; ticket: Ticket } | undefined;
    for (const [name, queue] of this.#queues) {
      const ticket = byAge ? queue.oldest() : queue.peek();
      if (!ticket) {
        this.#queues.delete(name);
        continue;
      }
      if (!maySend(queue)) continue;
      const before = byAge ? 0 : ticket.priority - (best?.ticket.priority ?? 5);
      if (!best || before < 0 || (before === 0 && ticket.since < best.ticket.since)) best = { queue, ticket };
    }
    return best?.queue;
  }

  /** Call after a batch was taken from one of them. */
  taken(): void {
    this.#batches++;
  }

  clear(): void {
    this.#queues.clear();
  }
}

/** Empty for the plain kind. */
function nameOf({ truncate, dimensions }: BatchKind): string {
  return truncate || dimensions !== undefined ? `${truncate} ${dimensions ?? ''} ` : '';
}
