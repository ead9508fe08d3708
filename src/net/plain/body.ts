// Collects the bytes of an answer's body in memory of their own, up to a bound. A server that announces more than it
// sends costs little: the memory grows with what has come.

/** Bytes that are believed of an announced length. */
const mostBelieved = 1024 * 1024;
const least = 4096;

export class Body {
  readonly #most: number;
  #bytes: Buffer;
  #length = 0;
  #isWhole = true;

  /**
   * @param expected bytes, as far as that is known
   * @param most bytes that are kept
   */
  constructor(expected: number, most: number) {
    this.#most = most;
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(Math.max(expected, 0), mostBelieved, most));
  }

  /** False when bytes had to be left out. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Copies `bytes[from, to)`. @returns false when there is no room for all of them */
  add(bytes: Buffer, from: number, to: number): boolean {
    const room = this.#most - this.#length;
    const end = Math.min(to, from + room);
    const length = this.#length + end - from;
    if (length > this.#bytes.length) this.#grow(length);
    bytes.copy(this.#bytes, this.#length, from, end);
    this.#length = length;
    this.#isWhole &&= end === to;
    return this.#isWhole;
  }

  /** The bytes. Parts of them may be kept for long: no more than twice their memory is kept with them. */
  taken(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length);
    return this.#length * 2 < this.#bytes.length ? Buffer.from(bytes) : bytes;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(
      Math.min(this.#most, Math.max(needed, this.#bytes.length * 2, least)),
    );
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
