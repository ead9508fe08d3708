// The texts that are queued or in flight: each once, with a ticket that all of its callers share.
import type { Priority } from '../types/requests.js';
import { KindQueues } from './batch-kinds.js';
import { type BatchBounds, pack } from './pack-batch.js';
import type { PriorityQueue } from './priority-queue.js';
import type { Ticket } from './ticket.js';

/** Waiting texts of a caller with few. */
const maxFew = 8;
/** So long after texts of such a caller, in ms, batches of the others are half as large … */
const besideMs = 3000;
/** … if a request takes longer than this, in ms: of two in flight, the next text waits for both. */
const longMs = 250;

export class OpenTickets {
  readonly #byKey = new Map<string, Ticket>();
  readonly #queues = new KindQueues();
  /** Tickets that were settled with an error, ever. */
  givenUp = 0;
  /** Whether the last batch was of callers with few texts. */
  #wereFew = false;
  /** When the last such batch was taken. */
  #lastFew = Number.NEGATIVE_INFINITY;
  /** Time that the last request took, in ms. */
  requestMs = 0;

  /** Texts that are not in a request yet. */
  get waiting(): number {
    return this.#queues.size;
  }

  /** Adds a caller to the ticket of this key. Its text moves forward in the queue if this caller is more urgent. */
  join(key: string, priority: Priority): Ticket | undefined {
    const ticket = this.#byKey.get(key);
    if (ticket === undefined) return undefined;
    ticket.callers++;
    if (ticket.waiting) this.#queues.of(ticket.kind).promote(ticket, priority);
    return ticket;
  }

  queue(ticket: Ticket): void {
    this.#byKey.set(ticket.key, ticket);
    this.#queues.of(ticket.kind).add(ticket);
  }

  /** Removes a caller. @returns true when it was the last one, and its text has left the queue */
  leave(ticket: Ticket): boolean {
    if (--ticket.callers > 0 || !ticket.waiting) return false;
    ticket.waiting = false;
    this.#queues.of(ticket.kind).left();
    this.forget([ticket]);
    return true;
  }

  /** The queue to send from, of those that may send. */
  nextQueue(maySend: (queue: PriorityQueue<Ticket>) => boolean): PriorityQueue<Ticket> | undefined {
    return this.#queues.next(maySend);
  }

  /**
   * The next batch of one of the queues. Its tickets stay open until they are forgotten or given up. Beside a caller with
   * many texts, those of callers with few go in a batch of their own, every second time: a full batch takes long. The many
   * go in smaller batches for a while, as callers with few mostly have more to ask.
   */
  takeBatch(queue: PriorityQueue<Ticket>, bounds: BatchBounds): Ticket[] {
    const few = this.#wereFew ? undefined : queue.short(maxFew, bounds.items);
    this.#wereFew = few !== undefined;
    const now = performance.now();
    if (few) this.#lastFew = now;
    const isBeside = this.requestMs > longMs && now - this.#lastFew < besideMs;
    const items = isBeside ? Math.ceil(bounds.items / 2) : bounds.items;
    const batch = pack(few ?? queue, { ...bounds, items });
    this.#queues.taken();
    return batch;
  }

  /** Closes tickets: an equal text gets a new one. */
  forget(tickets: readonly Ticket[]): void {
    for (const ticket of tickets) this.#byKey.delete(ticket.key);
  }

  /** Settles with this error, and closes, the tickets that aren't settled yet. */
  giveUp(tickets: readonly Ticket[], error: unknown): void {
    const open = tickets.filter((ticket) => !ticket.isSettled);
    this.givenUp += open.length;
    for (const ticket of open) ticket.settle({ error });
    this.forget(open);
  }

  /** Gives up all texts in the queues. @returns how many */
  giveUpWaiting(error: unknown): number {
    const waiting = [...this.#byKey.values()].filter((ticket) => ticket.waiting);
    for (const ticket of waiting) ticket.waiting = false;
    this.#queues.clear();
    this.giveUp(waiting, error);
    return waiting.length;
  }
}
