// src/batching/limiter: decides the max requests in flight and the max texts of a batch.
//
// In: answered requests and overloads. Out: the current limits. It grows them when the measured throughput gains
// (hill-climb.ts), and halves them on overload (recovery.ts). The steps are in setting-ladder.ts.
// What must hold: values that the user fixed never change. It is pure: no I/O, and the clock is a parameter.
import type { AnsweredRequest, Overload, RequestLimits } from '../../types/requests.js';
import { LimitClimb } from './hill-climb.js';
import { LimitRecovery } from './recovery.js';
import type { LimitRange, Limits } from './setting-ladder.js';
import { LimitWindow } from './throughput-window.js';

export interface LimiterOptions {
  /** Texts of a batch, when the user fixed them. */
  batchSize?: number | undefined;
  /** Requests in flight, when the user fixed them. */
  concurrency?: number | undefined;
  /** @default 64 */
  maxBatchSize?: number | undefined;
  /** @default 8 */
  maxConcurrency?: number | undefined;
  /** Start value; at most the maximum. @default 32 */
  startBatchSize?: number | undefined;
  /** Start value; at most the maximum. @default 2 */
  startConcurrency?: number | undefined;
  /** Milliseconds on any clock that never goes back. @default performance.now */
  now?: (() => number) | undefined;
  /** Called for every change. */
  onChange?: ((limits: Limits) => void) | undefined;
}

export class Limiter implements RequestLimits {
  readonly #now: () => number;
  readonly #isFixed: boolean;
  readonly #climb: LimitClimb;
  readonly #recovery: LimitRecovery;
  readonly #window = new LimitWindow();
  readonly #onChange: ((limits: Limits) => void) | undefined;
  #current: Limits;
  #changedAt = Number.NEGATIVE_INFINITY;
  /** Failures that don't count: of requests that were in flight together with one whose failure counted. */
  #pardoned = 0;

  constructor(options: LimiterOptions = {}) {
    const { batchSize, concurrency, now = () => performance.now() } = options;
    const most = {
      batchSize: batchSize ?? options.maxBatchSize ?? 64,
      concurrency: concurrency ?? options.maxConcurrency ?? 8,
    };
    const range: LimitRange = { least: { batchSize: batchSize ?? 1, concurrency: concurrency ?? 1 }, most };
    this.#now = now;
    this.#onChange = options.onChange;
    this.#isFixed = batchSize !== undefined && concurrency !== undefined;
    this.#current = {
      batchSize: Math.min(options.startBatchSize ?? 32, most.batchSize),
      concurrency: Math.min(options.startConcurrency ?? 2, most.concurrency),
    };
    if (batchSize !== undefined) this.#current.batchSize = batchSize;
    if (concurrency !== undefined) this.#current.concurrency = concurrency;
    this.#climb = new LimitClimb(this.#current, range);
    this.#recovery = new LimitRecovery(this.#current, range);
    this.#openWindow(this.#current.concurrency);
  }

  /** Max requests in flight. */
  get concurrency(): number {
    return this.#current.concurrency;
  }

  /** Max texts of a batch. */
  get batchSize(): number {
    return this.#current.batchSize;
  }

  /** Learns from an answer. */
  answered({ texts, tokens, ms, inFlight }: AnsweredRequest): void {
    if (this.#isFixed) return;
    const now = this.#now();
    // It was sent with another setting.
    if (now - ms < this.#changedAt) return;
    this.#pardoned = 0;
    if (!this.#recovery.over) {
      this.#recovery.answered();
      this.#use(this.#recovery.over ? this.#climb.current : this.#recovery.current, now);
      return;
    }
    const complete = this.#window.add(now, texts, tokens, ms, inFlight);
    if (!complete) return;
    if (this.#window.slotsUsed) {
      this.#climb.measured(this.#window);
    } else if (this.#climb.trying) {
      // The queue or the client can't use so many.
      this.#climb.giveUp();
    }
    if (!this.#use(this.#climb.current, now)) this.#window.reopen(this.#climb.windowAnswers);
  }

  /**
   * Call when a request failed because the server was overloaded. Failures of requests that were in flight together count
   * once.
   */
  overloaded(why: Overload): void {
    if (this.#isFixed) return;
    if (this.#pardoned > 0) {
      this.#pardoned--;
      return;
    }
    this.#pardoned = this.#current.concurrency - 1;
    const now = this.#now();
    if (this.#recovery.over && this.#climb.trying) {
      this.#climb.giveUp();
      this.#use(this.#climb.current, now);
      return;
    }
    this.#climb.forget();
    this.#recovery.overloaded(why, this.#climb.home);
    this.#use(this.#recovery.current, now);
  }

  /** @returns true when that is a change */
  #use(next: Limits, now: number): boolean {
    const { batchSize, concurrency } = this.#current;
    if (next.batchSize === batchSize && next.concurrency === concurrency) return false;
    this.#current = next;
    this.#changedAt = now;
    this.#onChange?.(next);
    // The first answers shared the server with requests of the old setting.
    this.#openWindow(Math.max(concurrency, next.concurrency));
    return true;
  }

  #openWindow(skip: number): void {
    this.#window.open(this.#climb.windowAnswers, this.#current, skip);
  }
}
