// All rows of an output with their sums, in some 40 bytes each, against which the listing of a destination is held.
import { UsageError } from '../errors.js';
import { HashIndex } from '../output/read/hash-index.js';
import { isHexOf, readUuidText } from '../text/hex-digits.js';
import { whole } from '../text/plural.js';

/** Rows at most: some 800 MB of memory. */
export const maxRows = 20_000_000;
const sumBytes = 16;
const idBytes = 16;

// What a destination has of a row.
const missing = 0;
const same = 1;
const changed = 2;
/** It has another row of this vector: the rest of it is sent. */
const revised = 3;
/** Where the sum of its vector starts in a row's, in bytes and in digits. */
const vectorAt = 8;
const vectorDigits = 2 * vectorAt;

export class RowTable {
  readonly #ids: HashIndex;
  readonly #sums: Buffer;
  readonly #states: Uint8Array;
  /** Ids of rows that a destination has under others, by row. */
  readonly #moved = new Map<number, string>();
  /** Of the row that is met. */
  readonly #id = new Uint8Array(idBytes);
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

  /** Adds the next rows. @param ids 16 bytes each @param sums 16 bytes each */
  add(ids: Buffer, sums: Buffer): void {
    for (let at = 0; at < ids.length; at += idBytes) this.#ids.add(ids, at);
    this.#sums.set(sums, this.#rows * sumBytes);
    this.#rows += ids.length / idBytes;
  }

  get rows(): number {
    return this.#rows;
  }

  /**
   * Marks the row that a destination has. One that it has twice must be written again, as changed.
   * @returns false when there is no such row
   */
  meet(id: string, sum: string): boolean {
    const row = readUuidText(id, this.#id) ? this.#ids.findAt(this.#id, 0) : undefined;
    if (row === undefined) return false;
    if (this.#states[row] !== missing) this.#states[row] = changed;
    else if (isHexOf(sum, this.#sums, row * sumBytes, sumBytes)) this.#states[row] = same;
    else this.#states[row] = this.#hasVector(row, sum) ? revised : changed;
    return true;
  }

  /** The same of an id and a sum of 16 bytes each, at a place. */
  meetKey(ids: Uint8Array, sums: Uint8Array, at: number): boolean {
    const row = this.#ids.findAt(ids, at);
    if (row === undefined) return false;
    if (this.#states[row] !== missing || !this.#isSum(row, sums, at, vectorAt)) this.#states[row] = changed;
    else this.#states[row] = this.#isSum(row, sums, at, 0) ? same : revised;
    return true;
  }

  /** Whether the sum at a place is the row's, from one of its bytes on. */
  #isSum(row: number, sums: Uint8Array, at: number, from: number): boolean {
    const own = row * sumBytes;
    for (let byte = from; byte < sumBytes; byte++)
      if (sums[at + byte] !== this.#sums[own + byte]) return false;
    return true;
  }

  /** Whether a row that was written with this sum has the row's vector. */
  #hasVector(row: number, sum: string): boolean {
    return isHexOf(sum.slice(vectorDigits), this.#sums, row * sumBytes + vectorAt, sumBytes - vectorAt);
  }

  /**
   * Pairs rows that a destination doesn't have with rows of the same vectors that it would lose: documents that have another name.
   * @param ids of the rows that would go @param sums theirs
   * @returns the ids that are left
   */
  pair(ids: readonly string[], sums: readonly string[]): string[] {
    const byVector = new Map<string, number[]>();
    for (const [at, sum] of sums.entries()) {
      if (sum.length !== 2 * sumBytes) continue;
      const vector = sum.slice(vectorDigits);
      const places = byVector.get(vector);
      if (places === undefined) byVector.set(vector, [at]);
      else places.push(at);
    }
    // The first ones are taken first.
    for (const places of byVector.values()) places.reverse();
    const taken = new Set<number>();
    for (let row = 0; row < this.#rows && taken.size < ids.length; row++) {
      if (this.#states[row] !== missing) continue;
      const vector = this.#sums.toString('hex', row * sumBytes + vectorAt, (row + 1) * sumBytes);
      const at = byVector.get(vector)?.pop();
      if (at === undefined) continue;
      taken.add(at);
      this.#moved.set(row, ids[at]!);
      this.#states[row] = revised;
    }
    return taken.size === 0 ? [...ids] : ids.filter((_, at) => !taken.has(at));
  }

  /** Whether the output has the row. */
  has(id: string): boolean {
    return readUuidText(id, this.#id) && this.#ids.findAt(this.#id, 0) !== undefined;
  }

  /** How many rows the destination has otherwise, and as they are. */
  get counts(): { changed: number; unchanged: number } {
    const counts = { changed: 0, unchanged: 0 };
    for (let row = 0; row < this.#rows; row++) {
      if (this.#states[row] === same) counts.unchanged++;
      else if (this.#states[row] !== missing) counts.changed++;
    }
    return counts;
  }

  /** 16 bytes as lower-case hex. */
  sumOf(row: number): string {
    return this.#sums.toString('hex', row * sumBytes, (row + 1) * sumBytes);
  }

  /** Whether a destination has the row, as it is. */
  isThere(row: number): boolean {
    return this.#states[row] === same;
  }

  /** Whether a destination has the row's vector, and something else is other. */
  isRevised(row: number): boolean {
    return this.#states[row] === revised;
  }

  /** The id under which a destination has the row; undefined where that is its own. */
  movedFrom(row: number): string | undefined {
    return this.#moved.get(row);
  }

  /** All such ids. */
  movedIds(): ReadonlySet<string> {
    return new Set(this.#moved.values());
  }

  /** Forgets what was met, for the next destination. */
  forget(): void {
    this.#moved.clear();
    this.#states.fill(missing);
  }
}

/** A listing without an end, or of more than can be compared. @param shown the destination, without secrets */
export function tooMany(shown: string): UsageError {
  return new UsageError(
    `${shown} lists more than ${whole(maxRows)} rows of this index: name another with --index, or split the output.`,
  );
}
