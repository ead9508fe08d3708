// Counts how often a server may have been replaced, from what becomes of the connections to it.

/** After this time without any connection, in ms, the server may have been replaced without our noticing. */
const unwatchedMs = 60_000;

export class ConnectionWatch {
  #losses = 0;
  #connections = 0;
  #aloneSince = Number.POSITIVE_INFINITY;

  /**
   * How often the server may have been replaced: connections that the server or the network ended or refused, and
   * first connections after a time without any.
   */
  get losses(): number {
    return this.#losses;
  }

  /** A connection is there. */
  opened(): void {
    if (Date.now() - this.#aloneSince > unwatchedMs) this.#losses++;
    this.#aloneSince = Number.POSITIVE_INFINITY;
    this.#connections++;
  }

  /** A connection that was there has ended. @param isLost false when we ended it, or agreed to */
  ended(isLost: boolean): void {
    if (--this.#connections === 0) this.#aloneSince = Date.now();
    if (isLost) this.#losses++;
  }

  /** No connection came about. */
  refused(): void {
    this.#losses++;
  }
}
