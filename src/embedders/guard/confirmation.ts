// Confirms answers: an answer counts only when its server, asked after it had chosen the model for that answer, still has the
// same model. A model can be pulled again while its server runs, and no connection breaks then. Answers share these
// questions ("looks"). Where the server says how long it worked, a look that is made meanwhile counts, and the answer needn't
// wait for it.
import { EmbedderFault } from '../../errors.js';
import type { ConfirmOptions } from '../pool/member.js';
import { LookAhead } from './look-ahead.js';

/** An answer that waits to be confirmed. */
interface Waiter {
  patienceMs: number;
  /** When its model was chosen, at the latest. */
  chosenBy: number;
  confirmed(): void;
  failed(error: unknown): void;
}

/** A look in progress. */
interface Look {
  since: number;
  /** Answers whose model was chosen before it began. */
  for: Set<Waiter>;
  impatience: NodeJS.Timeout | undefined;
}

/** Looks take at most this share of a busy server's time … */
const share = 1 / 5;
/** … but the pause between two looks is never longer than this, in ms … */
const mostPauseMs = 500;
const leastPauseMs = 50;
/** … and a look begins at once when this many answers wait, since they use memory. */
const mostWaiting = 16;

export interface ConfirmationOptions {
  /**
   * Asks the server.
   * @throws the error for all answers that wait for this look
   */
  look(signal: AbortSignal): Promise<void>;
  /** How many requests the server works on. */
  inFlight(): number;
  /** The server, for messages. */
  where: string;
}

export class Confirmation {
  readonly #options: ConfirmationOptions;
  readonly #end = new AbortController();
  readonly #ahead: LookAhead;
  /** Answers that no look has begun for. */
  #waiting = new Set<Waiter>();
  #current: Look | undefined;
  #pauseMs = leastPauseMs;
  #lastMs = 0;
  #lastBegin = Number.NEGATIVE_INFINITY;
  /** When the last look began that an answer waited for, or was confirmed by. One that came too soon delays no other. */
  #lastNeeded = Number.NEGATIVE_INFINITY;
  /** When the last look began, if it has found the model unchanged. */
  #foundSame = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
    this.#ahead = new LookAhead({
      look: (isAlone) => this.#lookAhead(isAlone),
      inFlight: options.inFlight,
    });
  }

  /** As {@link LookAhead.sent}: a look may be made while the server works on it. */
  sent(): (chosenBy?: number) => void {
    return this.#ahead.sent();
  }

  /**
   * Resolves when a look that began after the model was chosen has found it unchanged.
   * @throws {EmbedderFault} `unconfirmed` when a look takes longer than `patienceMs`
   * @throws the error of the look, or the signal's reason
   */
  async next(options: ConfirmOptions = {}): Promise<void> {
    const { signal, patienceMs = Number.POSITIVE_INFINITY, chosenBy = performance.now() } = options;
    signal?.throwIfAborted();
    this.#end.signal.throwIfAborted();
    if (this.#foundSame > chosenBy) {
      this.#lastNeeded = this.#foundSame;
      return;
    }
    let waiter: Waiter | undefined;
    const onAbort = () => waiter?.failed(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { patienceMs, chosenBy, confirmed: resolve, failed: reject };
        this.#wait(waiter);
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#forget(waiter!);
    }
  }

  #wait(waiter: Waiter): void {
    const look = this.#current;
    const isCovered = look !== undefined && look.since > waiter.chosenBy;
    (isCovered ? look.for : this.#waiting).add(waiter);
    if (isCovered) this.#lastNeeded = look.since;
    this.#watch();
    this.#plan();
  }

  /** Aborts all waiting. */
  close(): void {
    const reason = new Error('The embedder was closed.');
    this.#end.abort(reason);
    clearTimeout(this.#timer);
    for (const waiter of [...this.#waiting, ...(this.#current?.for ?? [])]) waiter.failed(reason);
  }

  #forget(waiter: Waiter): void {
    this.#waiting.delete(waiter);
    this.#current?.for.delete(waiter);
    // Without waiting answers, no timer may keep the process alive.
    if (this.#waiting.size === 0) this.#stopTimer();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Begins a look now, or plans it for when it is due. */
  #plan(): void {
    if (this.#current || this.#waiting.size === 0) return;
    const isDue = this.#waiting.size >= mostWaiting || this.#options.inFlight() === 0;
    const leftMs = isDue ? 0 : this.#lastNeeded + this.#pauseMs - performance.now();
    if (leftMs <= 0) void this.#look();
    else this.#timer ??= setTimeout(() => void this.#look(), leftMs);
  }

  /**
   * Begins a look, though no answer waits, if one is due.
   * @param isAlone the server works on one request, so that the pause needn't be as long as that of many
   * @returns in how many ms it is due; 0 when it has begun, or another one goes on
   */
  #lookAhead(isAlone: boolean): number {
    if (this.#current || this.#end.signal.aborted) return 0;
    const pauseMs = isAlone ? this.#lastMs / share : this.#pauseMs;
    const leftMs = this.#lastBegin + pauseMs - performance.now();
    if (leftMs > 0) return leftMs;
    void this.#look();
    return 0;
  }

  async #look(): Promise<void> {
    this.#stopTimer();
    const look: Look = { since: performance.now(), for: this.#waiting, impatience: undefined };
    this.#waiting = new Set();
    this.#current = look;
    this.#lastBegin = look.since;
    if (look.for.size > 0) this.#lastNeeded = look.since;
    this.#watch();
    try {
      await this.#options.look(this.#end.signal);
      this.#foundSame = look.since;
      for (const waiter of look.for) waiter.confirmed();
    } catch (error) {
      this.#foundSame = Number.NEGATIVE_INFINITY;
      for (const waiter of look.for) waiter.failed(error);
    }
    clearTimeout(look.impatience);
    this.#current = undefined;
    this.#lastMs = performance.now() - look.since;
    this.#pauseMs = Math.min(mostPauseMs, Math.max(leastPauseMs, this.#lastMs / share));
    if (!this.#end.signal.aborted) this.#plan();
  }

  /** Fails answers whose patience is over: their texts can go to another server, while this one hangs. */
  #watch(): void {
    const look = this.#current;
    if (look === undefined) return;
    const waiting = [...look.for, ...this.#waiting];
    const patienceMs = Math.min(...waiting.map((one) => one.patienceMs));
    const elapsedMs = performance.now() - look.since;
    if (elapsedMs >= patienceMs) {
      for (const waiter of waiting) {
        if (elapsedMs >= waiter.patienceMs) waiter.failed(faultOfHanging(this.#options.where, elapsedMs));
      }
    } else if (look.impatience === undefined && patienceMs < Number.POSITIVE_INFINITY) {
      look.impatience = setTimeout(() => {
        look.impatience = undefined;
        this.#watch();
      }, patienceMs - elapsedMs);
    }
  }
}

function faultOfHanging(where: string, ms: number): EmbedderFault {
  return new EmbedderFault(
    'unconfirmed',
    `${where} has answered, but didn't confirm within ${Math.round(ms / 100) / 10} s that its model is still the same.`,
  );
}
