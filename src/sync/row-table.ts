// All rows of an output with their sums, in some 40 bytes each, against which the listing of a destination is held.
import { UsageError } from '../errors.js';
import { HashIndex } from '../output/read/hash-index.js';
import { whole } from '../text/plural.js';

/** Rows at most: some 800 MB of memory. */
const maxRows = 20_000_000;
const sumBytes = 16;

export class RowTable {
  readonly #ids: HashIndex;
  readonly #sums: Buffer;
  /** What is known of each row's place: see the constants. */
  readonly #states: Uint8Array;
  #rows = 0;

  /**
   * @param rows how many there are
   * @throws {UsageError} when there are too many
   */
  constructor(rows: number) {
    if (rows > maxRows) {
      throw new UsageError(
        `The output has ${whole(rows)} rows, and a sync takes at most ${whole(maxRows)}: split it into several outputs.`,
      );
    }
    this.#ids = new HashIndex(rows);
    this.#sums = Buffer.alloc(rows * sumBytes);
    this.#states = new Uint8Array(rows);
  }

  /** Adds the next row. @param id 16 bytes @param sum 16 bytes */
  add(id: Uint8Array, sum: Uint8Array): void {
    this.#ids.add(id);
    this.#sums.set(sum, this.#rows++ * sumBytes);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Marks the row that a destination has. @returns what must be done with it there */
  meet(id: string, sum: string): 'same' | 'changed' | 'gone' {
    const row = this.#ids.find(id.replaceAll('-', ''));
    if (row === undefined) return 'gone';
    const isSame = this.sumOf(row) === sum;
    this.#states[row] = isSame ? 1 : 2;
    return isSame ? 'same' : 'changed';
  }

  /** 16 bytes as lower-case hex. */
  sumOf(row: number): string {
    return this.#sums.toString('hex', row * sumBytes, (row + 1) * sumBytes);
  }

  /** Whether a destination has the row, as it is. */
  isThere(row: number): boolean {
    return this.#states[row] === 1;
  }

  /** Whether a destination has the row, in whatever state. */
  isKnown(row: number): boolean {
    return this.#states[row] !== 0;
  }

  /** Forgets what was met, for the next destination. */
  forget(): void {
    this.#states.fill(0);
  }
}
