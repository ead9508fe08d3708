// The throughput over several answers, from one answer to a later one, so that the work in flight at both ends cancels
// out.

import type { Limits } from './setting-ladder.js';

/** Min share of the allowed requests that must be in flight on average; with fewer, the limit didn't slow the work. */
const minSlotShare = 0.8;
/** Min share of the requests that took the last free slot; the others were sent after answers that came together. */
const minLastSlotShare = 0.5;
/** Min share of the allowed texts that batches must have on average; with fewer, something else limited them. */
const minBatchFill = 0.9;

export class LimitWindow {
  #limits: Limits = { batchSize: 1, concurrency: 1 };
  #length = 1;
  /** Answers to skip before the clock starts. */
  #skip = 0;
  #start = 0;
  #end = 0;
  #answers = 0;
  #texts = 0;
  #tokens = 0;
  /** Sum of the requests' times. */
  #requestMs = 0;
  /** Requests that were sent while as many were in flight as allowed. */
  #atLimit = 0;

  /**
   * Starts again.
   * @param answers how many to measure; rounded up to a multiple of the requests in flight, as their answers may come
   *   together
   * @param skip answers that are not measured
   */
  open(answers: number, limits: Limits, skip: number): void {
    this.#limits = limits;
    this.#length = Math.ceil(answers / limits.concurrency) * limits.concurrency;
    this.#skip = skip;
    this.#answers = this.#texts = this.#tokens = this.#requestMs = this.#atLimit = 0;
  }

  /** Starts again at the last answer. */
  reopen(answers: number): void {
    this.open(answers, this.#limits, 0);
    this.#start = this.#end;
  }

  /** @returns true when the window is complete */
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
   * True when the limit slowed the work: requests took the last free slot, and slots were rarely free. (By Little's law,
   * the sum of the requests' times is the time that slots were in use.)
   */
  get slotsUsed(): boolean {
    return (
      this.#atLimit >= minLastSlotShare * this.#answers &&
      this.#requestMs >= minSlotShare * this.#limits.concurrency * (this.#end - this.#start)
    );
  }

  /** True when the batches were as large as allowed. */
  get batchesFull(): boolean {
    return this.#texts >= minBatchFill * this.#limits.batchSize * this.#answers;
  }
}
