// After an overload: halves the limits at once, then goes back step by step while there is no further overload. A step
// that overloads the server again is undone, and the next one comes after twice as many answers.
import type { Overload } from '../../types/requests.js';
import { type LimitRange, type Limits, shrunk, stepTowards } from './setting-ladder.js';

/** Min answers without overload before each step. */
const minCalm = 8;
const maxCalm = 4096;

export class LimitRecovery {
  readonly #range: LimitRange;
  #goal: Limits;
  #current: Limits;
  /** The setting before the last step, until that step has proved safe. */
  #before: Limits | undefined;
  #shrunkLast: keyof Limits = 'concurrency';
  #calm = 0;
  #calmNeeded = minCalm;
  #over = true;

  constructor(home: Limits, range: LimitRange) {
    this.#goal = this.#current = home;
    this.#range = range;
  }

  /** The setting to use now. */
  get current(): Limits {
    return this.#current;
  }

  /** True when the limits are back, and have proved safe. */
  get over(): boolean {
    return this.#over;
  }

  /** Call on an overload. @param goal the setting to come back to */
  overloaded(why: Overload, goal: Limits): void {
    if (this.#over) this.#current = this.#goal = goal;
    this.#over = false;
    this.#calm = 0;
    if (this.#before) {
      this.#calmNeeded = Math.min(2 * this.#calmNeeded, maxCalm);
      this.#current = this.#before;
      this.#before = undefined;
      return;
    }
    const next = shrunk(this.#current, why, this.#shrunkLast, this.#range);
    if (next === this.#current) return;
    this.#shrunkLast = next.batchSize < this.#current.batchSize ? 'batchSize' : 'concurrency';
    this.#current = next;
  }

  /** Call when a request with the current setting was answered. */
  answered(): void {
    if (++this.#calm < this.#calmNeeded) return;
    this.#calm = 0;
    if (
      this.#current.batchSize >= this.#goal.batchSize &&
      this.#current.concurrency >= this.#goal.concurrency
    ) {
      this.#before = undefined;
      this.#calmNeeded = minCalm;
      this.#over = true;
      return;
    }
    this.#before = this.#current;
    this.#current = stepTowards(this.#current, this.#goal);
  }
}
