// Confirms answers: an answer counts only when its server, asked after the answer had come, still has the same model.
// A model can be pulled again while its server runs, and no connection breaks then. Answers share these questions
// ("looks").
import { EmbedderFault } from '../../errors.js';
import type { ConfirmOptions } from '../pool/member.js';

/** An answer that waits to be confirmed. */
interface Waiter {
  patienceMs: number;
  confirmed(): void;
  failed(error: unknown): void;
}

/** A look in progress. */
interface Look {
  since: number;
  /** Answers that had come before it began. */
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
  /** True when the server has no other work. */
  isIdle(): boolean;
  /** The server, for messages. */
  where: string;
}

export class Confirmation {
  readonly #options: ConfirmationOptions;
  readonly #end = new AbortController();
  /** Answers that no look has begun for. */
  #waiting = new Set<Waiter>();
  #current: Look | undefined;
  #pauseMs = leastPauseMs;
  #lastBegin = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /**
   * Resolves when a look that begins after this call has found the model unchanged.
   * @throws {EmbedderFault} `unconfirmed` when a look takes longer than `patienceMs`
   * @throws the error of the look, or the signal's reason
   */
  async next({ signal, patienceMs = Number.POSITIVE_INFINITY }: ConfirmOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.#end.signal.throwIfAborted();
    let waiter: Waiter | undefined;
    const onAbort = () => waiter?.failed(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { patienceMs, confirmed: resolve, failed: reject };
        this.#waiting.add(waiter);
        this.#watch();
        this.#plan();
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#forget(waiter!);
    }
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
    const isDue = this.#waiting.size >= mostWaiting || this.#options.isIdle();
    const leftMs = isDue ? 0 : this.#lastBegin + this.#pauseMs - performance.now();
    if (leftMs <= 0) void this.#look();
    else this.#timer ??= setTimeout(() => void this.#look(), leftMs);
  }

  async #look(): Promise<void> {
    this.#stopTimer();
    const look: Look = { since: performance.now(), for: this.#waiting, impatience: undefined };
    this.#waiting = new Set();
    this.#current = look;
    this.#lastBegin = look.since;
    this.#watch();
    try {
      await this.#options.look(this.#end.signal);
      for (const waiter of look.for) waiter.confirmed();
    } catch (error) {
      for (const waiter of look.for) waiter.failed(error);
    }
    clearTimeout(look.impatience);
    this.#current = undefined;
    const ms = performance.now() - look.since;
    this.#pauseMs = Math.min(mostPauseMs, Math.max(leastPauseMs, ms / share));
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
