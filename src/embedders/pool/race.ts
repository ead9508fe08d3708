// Several tries of one request at the same time: the first answer counts, and aborts the others.

export class Race<T> {
  /** Settles with the first answer, or with an error that ends all tries, or with the chosen one when all have failed. */
  readonly result: Promise<T>;
  /** Index of the answered try. */
  winner: number | undefined;
  readonly #end = new AbortController();
  readonly #mayGoOn: (error: unknown) => boolean;
  readonly #told: (errors: readonly unknown[]) => unknown;
  readonly #errors: unknown[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;
  #resolve!: (answer: T) => void;
  #reject!: (error: unknown) => void;
  #entered = 0;
  #open = 0;

  /**
   * @param signal aborts all tries
   * @param mayGoOn true when another try may succeed after such an error; false ends all tries
   * @param told chooses the error to throw from those of all tries. @default the last
   */
  constructor(
    signal: AbortSignal | undefined,
    mayGoOn: (error: unknown) => boolean,
    told = (errors: readonly unknown[]): unknown => errors.at(-1),
  ) {
    this.#mayGoOn = mayGoOn;
    this.#told = told;
    this.#signal = signal;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#onAbort = () => this.#end.abort(signal?.reason);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Aborted when the race is over. */
  get ending(): AbortSignal {
    return this.#end.signal;
  }

  /** Adds a try. Resolves when that try has ended, with or without an answer. */
  async enter(run: (signal: AbortSignal) => Promise<T>): Promise<void> {
    const place = this.#entered++;
    this.#open++;
    try {
      const answer = await run(this.#end.signal);
      this.winner ??= place;
      this.#resolve(answer);
      this.end();
    } catch (error) {
      this.#open--;
      this.#errors.push(error);
      if (!this.#mayGoOn(error)) this.fail(error);
      else if (this.#open === 0) this.fail(this.#told(this.#errors));
    }
  }

  fail(error: unknown): void {
    this.#reject(error);
    this.end();
  }

  end(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    if (!this.#end.signal.aborted) this.#end.abort(new Error('Another try was answered first.'));
  }
}
