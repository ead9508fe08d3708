// src/batching: sends waiting texts to an embedder in batches.
//
// In: texts with a priority. Out: a ticket for each, which gets a vector or a fault. It takes a free request slot first
// and packs the batch then, so batches form as late, and so as full, as possible. open-tickets.ts holds what is queued
// or in flight; priority-queue.ts orders; pack-batch.ts packs (pure); limiter/ decides how many texts and requests;
// batch-attempt.ts sends one batch.
// What must hold: equal texts in flight share one request; a bad text fails alone; an outage fails no text for good
// unless `outage` says so; an idle server is never kept waiting.
import { setMaxListeners } from 'node:events';
import type { ServiceError } from '../errors.js';
import type { BatchMetrics } from '../metrics/metrics.js';
import type { Embedder } from '../types/embedder.js';
import type { FreeSlot, Slot, SlotLimits, Slots } from '../types/requests.js';
import type { Vector } from '../types/vector.js';
import { type AttemptOptions, attempt } from './batch-attempt.js';
import type { Limits } from './limiter/limiter-registry.js';
import { OpenTickets } from './open-tickets.js';
import type { BatchBounds } from './pack-batch.js';
import type { PriorityQueue } from './priority-queue.js';
import { keyOf, type TextRequest, Ticket } from './ticket.js';
import { withSlots } from './unpooled-slots.js';

export interface DispatcherOptions {
  /** Max tokens and characters of a request; the limits decide its number of texts. */
  bounds: Omit<BatchBounds, 'items'>;
  /** Max requests in flight at each endpoint, and max texts of each. */
  limits: Limits;
  metrics: BatchMetrics;
  signal: AbortSignal;
  /** A harmless text that the embedder has accepted. */
  canary: string;
  /**
   * Max wait of a batch that isn't full for more texts, while others are in flight, in ms.
   * @default until it is full, or nothing is in flight
   */
  lingerMs?: number;
  /**
   * Waits for a server that is down. The signal aborts the wait when no text needs the server any more.
   * @returns true when it is back; nothing is sent meanwhile
   */
  comeback?: (outage: ServiceError, signal: AbortSignal) => Promise<boolean>;
  /** `end`: an outage ends everything; `fail`: it fails only the texts in its batches. */
  outage: 'end' | 'fail';
  /**
   * Stores the vectors of an answered request, while the next one is already in flight. A rejection ends everything;
   * {@link Dispatcher.finish} and `stop` wait for it.
   */
  onAnswer(tickets: readonly Ticket[]): Promise<void>;
  /** Called when texts leave the queue, sent or given up. */
  onTaken?(count: number): void;
}

/** Max answers being stored at once, so that a disk slower than the server doesn't fill the memory. */
const maxUnkept = 8;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #attempt: AttemptOptions;
  readonly #slots: Slots;
  readonly #limits: SlotLimits;
  readonly #unsubscribe: () => void;
  /** Aborted at the first failure: then no other request is needed. */
  readonly #end = new AbortController();
  readonly #tickets = new OpenTickets();
  #inFlight = 0;
  #unkept = 0;
  #noMoreTexts = false;
  #failure: unknown;
  #comeback: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  #answered: Promise<void> | undefined;

  constructor(embedder: Embedder, options: DispatcherOptions) {
    const { limits, metrics } = options;
    const slotted = withSlots(embedder);
    this.#options = options;
    this.#slots = slotted.slots;
    this.#limits = { of: (endpoint) => limits.of(endpoint), hedged: () => metrics.hedged() };
    this.#unsubscribe = this.#slots.onChange(() => this.send());
    const signal = AbortSignal.any([options.signal, this.#end.signal]);
    // Every request in flight listens to the signal, so there may be many listeners.
    setMaxListeners(0, signal);
    this.#attempt = {
      embedder: slotted,
      metrics,
      canary: options.canary,
      signal,
      comeback: options.comeback && ((outage) => this.#waitForServer(outage)),
      onAnswer: (batch, vectors) => void this.#keep(batch, vectors),
      onFault: (ticket, fault) => {
        metrics.textFailed(fault.meaning);
        ticket.settle({ fault });
        this.#tickets.forget([ticket]);
      },
    };
  }

  /** Texts that are not in a request yet. */
  get waiting(): number {
    return this.#tickets.waiting;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Texts for which no server could be asked, ever. */
  get givenUp(): number {
    return this.#tickets.givenUp;
  }

  /** Queues a text, or joins an equal one in flight. {@link send} sends it. */
  add(request: TextRequest): Ticket {
    const { metrics } = this.#options;
    const key = keyOf(request);
    const known = this.#tickets.join(key, request.priority ?? 2);
    if (known) {
      metrics.textsJoined(1);
      known.joined(request.trace);
      return known;
    }
    const ticket = new Ticket(request, key);
    if (this.#failure !== undefined) {
      this.#tickets.giveUp([ticket], this.#failure);
      return ticket;
    }
    metrics.textQueued(1);
    this.#tickets.queue(ticket);
    return ticket;
  }

  /** One caller no longer wants the text. After the last one, it is removed from the queue. */
  leave(ticket: Ticket): void {
    if (!this.#tickets.leave(ticket)) return;
    this.#options.metrics.cancelled(1);
    this.#options.onTaken?.(1);
  }

  /**
   * Starts requests while slots are free. A batch that isn't full waits for more texts while others are in flight at its
   * endpoint. At an idle server it is sent at once, since waiting gains nothing there.
   */
  send(): void {
    while (this.#mayGoOn) {
      const free = this.#slots.next(this.#limits);
      if (!free) return;
      const { batchSize } = this.#limits.of(free.endpoint);
      const queue = this.#tickets.nextQueue((one) => !this.#lingers(one, free, batchSize));
      if (!queue) return;
      const slot = free.take();
      void this.#occupy(slot, this.#takeBatch(queue, batchSize), batchSize);
      this.#wakeUp();
    }
  }

  get #mayGoOn(): boolean {
    return this.#failure === undefined && this.#comeback === undefined && this.#unkept < maxUnkept;
  }

  /** No more texts will come, so the last ones don't wait for a full batch. */
  end(): void {
    this.#noMoreTexts = true;
    this.send();
  }

  /**
   * Resolves when a batch has left the queue, or when a request that is in flight now was answered or has failed for
   * good. It doesn't wait for an answer only, as confirming one takes a while, and the next batches are sent meanwhile.
   * @throws the error that ended everything: {@link ServiceError}, or the signal's reason
   */
  async settled(): Promise<void> {
    if (this.#failure === undefined && this.#isBusy) await this.#nextAnswer();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Gives up texts that wait or are in flight, and those added later; keeps answered vectors. Never throws. */
  async stop(reason: unknown = new Error('The dispatcher was stopped.')): Promise<void> {
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#fail(reason);
    await this.#idle();
  }

  /** Waits until all texts are done. @throws the error that ended everything */
  async finish(): Promise<void> {
    await this.#idle();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #idle(): Promise<void> {
    while (this.#isBusy) await this.#nextAnswer();
  }

  get #isBusy(): boolean {
    return this.#inFlight > 0 || this.#unkept > 0;
  }

  #nextAnswer(): Promise<void> {
    this.#answered ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#answered;
  }

  #lingers(queue: PriorityQueue<Ticket>, { inFlight }: FreeSlot, batchSize: number): boolean {
    const { lingerMs } = this.#options;
    if (this.#noMoreTexts || inFlight === 0 || queue.size >= batchSize) return false;
    if (lingerMs === undefined) return true;
    const leftMs = queue.oldest()!.since + lingerMs - performance.now();
    if (leftMs <= 0) return false;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.send();
    }, Math.ceil(leftMs));
    return true;
  }

  #takeBatch(queue: PriorityQueue<Ticket>, items: number): Ticket[] {
    const { bounds, metrics, onTaken } = this.#options;
    const batch = this.#tickets.takeBatch(queue, { ...bounds, items });
    const now = performance.now();
    for (const ticket of batch) metrics.waited(now - ticket.since);
    onTaken?.(batch.length);
    return batch;
  }

  async #occupy(slot: Slot, batch: Ticket[], maxTexts: number): Promise<void> {
    this.#inFlight++;
    const since = performance.now();
    try {
      await attempt(batch, this.#attempt, { slot, maxTexts });
    } catch (error) {
      if (this.#options.outage === 'end') this.#fail(error);
      this.#tickets.giveUp(batch, error);
    }
    this.#inFlight--;
    this.#tickets.requestMs = performance.now() - since;
    slot.release();
    this.#goOn();
  }

  async #keep(batch: readonly Ticket[], vectors: readonly Vector[]): Promise<void> {
    for (const [index, ticket] of batch.entries()) ticket.settle({ vector: vectors[index]! });
    this.#unkept++;
    try {
      await this.#options.onAnswer(batch);
    } catch (error) {
      this.#fail(error);
    }
    this.#unkept--;
    this.#tickets.forget(batch);
    this.#goOn();
  }

  /** All batches in the outage share one wait for its end. */
  #waitForServer(outage: ServiceError): Promise<boolean> {
    const back = async () => {
      const isBack = await this.#options.comeback!(outage, this.#attempt.signal);
      // The texts that were queued during the outage fail, too.
      if (!isBack) this.#giveUpWaiting(outage);
      return isBack;
    };
    this.#comeback ??= back().finally(() => {
      this.#comeback = undefined;
      this.send();
    });
    return this.#comeback;
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#end.abort(error);
    clearTimeout(this.#timer);
    this.#giveUpWaiting(error);
  }

  #giveUpWaiting(error: unknown): void {
    const count = this.#tickets.giveUpWaiting(error);
    this.#options.onTaken?.(count);
  }

  #goOn(): void {
    this.send();
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#answered = this.#wake = undefined;
    wake?.();
  }
}
