// Sends waiting texts to an embedder in batches: takes a free request slot first and packs then, so that
// batches form as late, hence as full, as possible; splits a batch that fails to find the text at fault.
import { EmbedderFault, type FaultMeaning, ServiceError } from '../errors.js';
import type { Embedder, Vector } from '../types.js';
import { type BatchBounds, pack } from './pack.js';

/** One text on its way to a vector. Shared by all who ask for the same text while it is under way. */
export interface Ticket {
  readonly hash: string;
  readonly text: string;
  readonly tokens: number;
  readonly length: number;
  /** Set when the embedder has answered. */
  vector?: Vector;
  /** Set when this very text can't be embedded. */
  fault?: EmbedderFault;
}

export interface DispatcherOptions extends BatchBounds {
  /** Requests in flight at once. */
  concurrency: number;
  signal: AbortSignal;
  /** A harmless text that the embedder is known to accept: tells a bad text from a server that is down. */
  canary: string;
  /**
   * Keeps the vectors of an answered request, while the next one is already under way. A rejection ends the
   * run; {@link Dispatcher.finish} and `stop` wait for all.
   */
  onAnswer(tickets: readonly Ticket[]): Promise<void>;
}

/** Answers being kept at once: a disk slower than the server must not fill the memory. */
const MOST_UNKEPT = 8;

/** Faults that may be one text's fault as well as the server's. */
const AMBIGUOUS: ReadonlySet<FaultMeaning> = new Set(['bad-input', 'bad-answer', 'timeout', 'unreachable']);

export class Dispatcher {
  readonly #embedder: Embedder;
  readonly #options: DispatcherOptions;
  /** Aborted at the first failure: the other requests have nobody left to wait for them. */
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  #waiting: Ticket[] = [];
  #head = 0;
  #underWay = new Map<string, Ticket>();
  #inFlight = 0;
  #unkept = 0;
  #noMoreTexts = false;
  #failure: unknown;
  #wake: (() => void) | undefined;
  #answered: Promise<void> | undefined;

  constructor(embedder: Embedder, options: DispatcherOptions) {
    this.#embedder = embedder;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#end.signal]);
  }

  /** Texts that no request carries yet. */
  get waiting(): number {
    return this.#waiting.length - this.#head;
  }

  /** Queues a text, or joins it when the same one is already under way. */
  add(hash: string, text: string, tokens: number): Ticket {
    const known = this.#underWay.get(hash);
    if (known) return known;
    const ticket: Ticket = { hash, text, tokens, length: text.length };
    this.#underWay.set(hash, ticket);
    this.#waiting.push(ticket);
    return ticket;
  }

  /**
   * Starts requests while slots are free. A batch that isn't full is sent only when nothing is in flight
   * (an idle server gains nothing by waiting) or when no more texts will come.
   */
  send(): void {
    const { concurrency, items } = this.#options;
    while (this.#inFlight < concurrency && this.waiting > 0 && this.#mayGoOn) {
      if (!this.#noMoreTexts && this.#inFlight > 0 && this.waiting < items) return;
      void this.#occupySlot(this.#takeBatch());
    }
  }

  get #mayGoOn(): boolean {
    return this.#failure === undefined && this.#unkept < MOST_UNKEPT;
  }

  /** No more texts will come: the last ones need not wait for a full batch. */
  end(): void {
    this.#noMoreTexts = true;
    this.send();
  }

  /**
   * Resolves when a request that is in flight now has been answered or has failed for good.
   * @throws what ended the run: {@link ServiceError}, or the signal's reason
   */
  async settled(): Promise<void> {
    if (this.#failure === undefined && this.#isBusy) await this.#nextAnswer();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Gives up what is waiting and in flight, and keeps what was answered; never throws. */
  async stop(): Promise<void> {
    if (this.#isBusy) this.#fail(new Error('The dispatcher was stopped.'));
    await this.#idle();
  }

  async #idle(): Promise<void> {
    while (this.#isBusy) await this.#nextAnswer();
  }

  /** Waits for the end of all. @throws what ended the run */
  async finish(): Promise<void> {
    await this.#idle();
    if (this.#failure !== undefined) throw this.#failure;
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

  #takeBatch(): Ticket[] {
    const count = pack(this.#waiting, this.#head, this.#options);
    const batch = this.#waiting.slice(this.#head, this.#head + count);
    this.#head += count;
    if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return batch;
  }

  async #occupySlot(batch: Ticket[]): Promise<void> {
    this.#inFlight++;
    try {
      await this.#embed(batch, false);
    } catch (error) {
      this.#fail(error);
    }
    this.#inFlight--;
    this.#goOn();
  }

  async #keep(batch: Ticket[], vectors: readonly Vector[]): Promise<void> {
    for (const [index, ticket] of batch.entries()) ticket.vector = vectors[index]!;
    this.#unkept++;
    try {
      await this.#options.onAnswer(batch);
    } catch (error) {
      this.#fail(error);
    }
    this.#unkept--;
    this.#forget(batch);
    this.#goOn();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#end.abort(this.#failure);
  }

  #goOn(): void {
    this.send();
    const wake = this.#wake;
    this.#answered = this.#wake = undefined;
    wake?.();
  }

  /** One batch to its end: every ticket has a vector or a fault, or this throws and the run is over. */
  async #embed(batch: Ticket[], serverIsUp: boolean): Promise<void> {
    const signal = this.#signal;
    const tokens = batch.reduce((sum, ticket) => sum + ticket.tokens, 0);
    let fault: EmbedderFault;
    try {
      const vectors = await this.#embedder.embed(
        batch.map((ticket) => ticket.text),
        { signal, tokens },
      );
      void this.#keep(batch, vectors);
      return;
    } catch (error) {
      if (signal.aborted || !(error instanceof EmbedderFault)) throw error;
      fault = error;
    }
    await this.#blame(batch, fault, serverIsUp);
  }

  /** Finds out whose fault it was: the server's ends the run, a text's ends in its ticket. */
  async #blame(batch: Ticket[], fault: EmbedderFault, serverIsUp: boolean): Promise<void> {
    if (fault.meaning !== 'too-long') {
      if (!AMBIGUOUS.has(fault.meaning)) throw new ServiceError(fault.message, { cause: fault });
      // Asked at the first failure of a batch and again before a single text is given up.
      if (!serverIsUp || batch.length === 1) await this.#askCanary(fault);
    }
    if (batch.length === 1) {
      batch[0]!.fault = fault;
      this.#forget(batch);
      return;
    }
    const middle = batch.length >> 1;
    await this.#embed(batch.slice(0, middle), true);
    await this.#embed(batch.slice(middle), true);
  }

  async #askCanary(fault: EmbedderFault): Promise<void> {
    const { canary } = this.#options;
    const signal = this.#signal;
    try {
      await this.#embedder.embed([canary], { signal });
    } catch (error) {
      if (signal.aborted) throw error;
      throw new ServiceError(fault.message, { cause: error });
    }
  }

  #forget(batch: readonly Ticket[]): void {
    for (const ticket of batch) this.#underWay.delete(ticket.hash);
  }
}
