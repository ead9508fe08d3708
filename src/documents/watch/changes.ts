// Changes that are waited for: told one by one, taken together when they have calmed down.

export interface ChangesOptions {
  /** Without another change for so long, in ms, it is calm. */
  calmMs: number;
  /** After so long it counts as calm, whatever comes, in ms. */
  mostMs: number;
  /** Ends the waiting. */
  signal: AbortSignal;
}

export class Changes {
  readonly #options: ChangesOptions;
  #timer: NodeJS.Timeout | undefined;
  /** When the first of them came. */
  #since: number | undefined;
  #isCalm = false;
  #hasFolders = false;
  #wake: (() => void) | undefined;

  constructor(options: ChangesOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** @param isFolder a folder came, which must be looked into again */
  note(isFolder: boolean): void {
    const { calmMs, mostMs } = this.#options;
    const now = performance.now();
    this.#since ??= now;
    this.#hasFolders ||= isFolder;
    this.#isCalm = false;
    clearTimeout(this.#timer);
    const waitMs = Math.max(0, Math.min(calmMs, this.#since + mostMs - now));
    this.#timer = setTimeout(() => this.#calm(), waitMs);
  }

  /**
   * Resolves when there are some, and it is calm; they are taken then.
   * @returns whether a folder came
   * @throws the signal's reason
   */
  async taken(): Promise<boolean> {
    const { signal } = this.#options;
    while (!this.#isCalm && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    signal.throwIfAborted();
    this.#isCalm = false;
    this.#since = undefined;
    const hadFolders = this.#hasFolders;
    this.#hasFolders = false;
    return hadFolders;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #calm(): void {
    this.#isCalm = true;
    this.#wake?.();
  }
}
