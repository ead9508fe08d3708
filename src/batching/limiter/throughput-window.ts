// The throughput over some answers in a row: from one answer to a later one, so that what was under way at
// both ends cancels out.

import type { Limits } from './setting-ladder.js';

/** Requests in flight on average, of those allowed; below this the limit was not what held the speed back. */
const USED = 0.8;
/** Requests that took the last free slot, of all; the others follow on answers that came together. */
const LAST_SLOT = 0.5;
/** Texts of a batch on average, of those allowed; below this something else limited the batches. */
const FULL = 0.9;

export class LimitWindow {
  #limits: Limits = { batchSize: 1, concurrency: 1 };
  #length = 1;
  /** Answers still to come before the clock starts. */
  #skip = 0;
  #start = 0;
  #end = 0;
  #answers = 0;
  #texts = 0;
  #tokens = 0;
  /** Times of the requests, added up. */
  #requestMs = 0;
  /** Requests that were sent while as many were in flight as allowed. */
  #atLimit = 0;

  /**
   * Begins anew.
   * @param answers how many to measure over; made a multiple of the requests in flight, whose answers may come
   *   in bunches
   * @param skip answers that are not measured
   */
  open(answers: number, limits: Limits, skip: number): void {
    this.#limits = limits;
    this.#length = Math.ceil(answers / limits.concurrency) * limits.concurrency;
    this.#skip = skip;
    this.#answers = this.#texts = this.#tokens = this.#requestMs = this.#atLimit = 0;
  }

  /** Begins anew at the last answer. */
  reopen(answers: number): void {
    this.open(answers, this.#limits, 0);
    this.#start = this.#end;
  }

  /** @returns whether the window is complete */
  add(now: number, texts: number, tokens: number, ms: number, inFlight: number): boolean {
    this.#end = now;
    if (this.#skip > 0) {
      this.#skip--;
      this.#start = now;
      return false;
    }
    this.#answers++;
    this.#texts += texts;
    this.#tokens += tokens;
    this.#requestMs += ms;
    if (inFlight >= this.#limits.concurrency) this.#atLimit++;
    return this.#answers >= this.#length && now > this.#start;
  }

  get answers(): number {
    return this.#answers;
  }

  /** Tokens per ms. */
  get speed(): number {
    return this.#tokens / (this.#end - this.#start);
  }

  /**
   * Whether the limit was what held the speed back: requests took the last free slot, and the slots
   * were never free for long (by Little's law, the times of requests are those of the slots in use).
   */
  get slotsUsed(): boolean {
    return (
      this.#atLimit >= LAST_SLOT * this.#answers &&
      this.#requestMs >= USED * this.#limits.concurrency * (this.#end - this.#start)
    );
  }

  /** Whether the batches were as large as allowed. */
  get batchesFull(): boolean {
    return this.#texts >= FULL * this.#limits.batchSize * this.#answers;
  }
}
