// The time that a run may take. When it is over, documents that are done are committed, and all others are left to the next
// run: how much that is, and how long it may take, is estimated from what this run did.

/** What a run whose time was over left to the next one. */
export interface Unfinished {
  /** Files that weren't read, or of which a document wasn't embedded to its end; some of them may be unchanged. */
  files: number;
  /** How much of the documents the output holds as they are now, 0 to 1, by their size. */
  share: number;
  /** Seconds that the rest may take, by the speed of this run; absent when it did nothing. */
  seconds?: number;
}

export class TimeWindow {
  readonly #until: AbortSignal | undefined;
  readonly #leftFiles = new Set<string>();
  /** Bytes: of files that were read and are new or changed, of those that are as they were, and of those left. */
  #worked = 0;
  #changed = 0;
  #unchanged = 0;
  #leftNew = 0;
  #leftKnown = 0;
  #begun: number | undefined;
  #ended: number | undefined;

  /** @param until aborted when the time is over; undefined: never */
  constructor(until: AbortSignal | undefined) {
    this.#until = until;
  }

  /** Whether there is one. */
  get isSet(): boolean {
    return this.#until !== undefined;
  }

  get isOver(): boolean {
    return this.#until?.aborted ?? false;
  }

  /** Calls the listener once, when the time is over. @returns takes the listener back */
  onOver(listener: () => void): () => void {
    this.#until?.addEventListener('abort', listener, { once: true });
    return () => this.#until?.removeEventListener('abort', listener);
  }

  /** A file is as the output has it. @param size in bytes */
  pass(size: number): void {
    this.#unchanged += size;
  }

  /** A file is read, which is new or changed. */
  work(size: number, isKnown: boolean): void {
    this.#begun ??= performance.now();
    this.#worked += size;
    if (isKnown) this.#changed += size;
  }

  /** A file is left unread. */
  leave(source: string, size: number, isKnown: boolean): void {
    this.#ended ??= performance.now();
    this.#leftFiles.add(source);
    if (isKnown) this.#leftKnown += size;
    else this.#leftNew += size;
  }

  /** A document that was read is left. @param file which it is of */
  giveUp(file: string, size: number): void {
    this.#ended ??= performance.now();
    this.#leftFiles.add(file);
    this.#worked -= size;
    this.#leftNew += size;
  }

  /** What is left; undefined when nothing is. @param bytes of all files */
  unfinished(bytes: number): Unfinished | undefined {
    if (this.#leftFiles.size === 0) return undefined;
    // Of the known files that weren't read, as many are taken for changed as of those that were.
    const known = this.#changed + this.#unchanged;
    const left = this.#leftNew + this.#leftKnown * (known === 0 ? 1 : this.#changed / known);
    const share = bytes === 0 ? 0 : Math.max(0, Math.min(1, 1 - left / bytes));
    const worked = this.#worked;
    const seconds = ((this.#ended ?? 0) - (this.#begun ?? 0)) / 1000;
    const rest = { files: this.#leftFiles.size, share: Number(share.toFixed(4)) };
    return worked <= 0 ? rest : { ...rest, seconds: Math.ceil((seconds * left) / worked) };
  }
}
