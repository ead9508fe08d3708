// An answer counts once a look at its server, begun after the answer had come, says that the model is still the
// same: a model can be pulled anew while its server runs, and no connection breaks for it. Answers share their looks.
import { EmbedderFault } from '../../errors.js';
import type { ConfirmOptions } from '../pool/member.js';

/** An answer that waits for its look. */
interface Waiter {
  patienceMs: number;
  confirmed(): void;
  failed(error: unknown): void;
}

/** A look under way. */
interface Look {
  since: number;
  /** Answers that were there when it began. */
  for: Set<Waiter>;
  impatience: NodeJS.Timeout | undefined;
}

/** A busy server is asked so seldom that its looks take at most this share of the time … */
const share = 1 / 5;
/** … but a look is never put off for longer than this, nor begun sooner after the last one, in ms … */
const mostPauseMs = 500;
const leastPauseMs = 50;
/** … unless so many answers wait, which take memory. */
const mostWaiting = 16;

export interface ConfirmationOptions {
  /**
   * Asks the server.
   * @throws what is told to all whose answers it was begun for
   */
  look(signal: AbortSignal): Promise<void>;
  /** Whether the server has nothing else to do. */
  isIdle(): boolean;
  /** The server, for messages. */
  where: string;
}

export class Confirmation {
  readonly #options: ConfirmationOptions;
  readonly #end = new AbortController();
  /** Answers for which no look has begun. */
  #waiting = new Set<Waiter>();
  #current: Look | undefined;
  #pauseMs = leastPauseMs;
  #lastBegin = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /**
   * Resolves when a look that begins after now has found the model unchanged.
   * @throws {EmbedderFault} `unconfirmed` when a look takes longer than `patienceMs`
   * @throws what the look throws, and the signal's reason
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

  /** Ends all waiting. */
  close(): void {
    const reason = new Error('The embedder was closed.');
    this.#end.abort(reason);
    clearTimeout(this.#timer);
    for (const waiter of [...this.#waiting, ...(this.#current?.for ?? [])]) waiter.failed(reason);
  }

  #forget(waiter: Waiter): void {
    this.#waiting.delete(waiter);
    this.#current?.for.delete(waiter);
    // Nothing is left that would keep the process alive.
    if (this.#waiting.size === 0) this.#stopTimer();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Begins a look now, or when it is due. */
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

  /** Who can go elsewhere doesn't wait for a server that hangs: not for this look, and not for the one behind it. */
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
    `${where} has answered, but doesn't say within ${Math.round(ms / 100) / 10} s whether its model is still the same.`,
  );
}
