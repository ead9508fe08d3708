// Reads what a COPY in binary says of rows: their ids and sums. They stay bytes, as a million texts of each take longer to make
// than to compare.
import { readHex } from '../../text/hex-digits.js';
import { uuidText } from '../../text/uuid.js';
import type { ListedKeys, ListedRow } from '../destination.js';
import { unlike } from './answer-shapes.js';
import { copyStart } from './copy.js';

const keyBytes = 16;
/** Of a row: the number of its fields, and before each its length. */
const countBytes = 2;
const lengthBytes = 4;
const leastRow = countBytes + lengthBytes + keyBytes + lengthBytes;
/** Bytes of a sum at most: somebody may have changed it. */
const maxSum = 1024 * 1024;
const fields = 2;
const end = -1;

export class KeyReader {
  /** What came of a row that isn't whole yet. */
  #rest: Buffer = Buffer.alloc(0);
  #isBegun = false;
  #isEnded = false;

  /** The rows that are whole by these next bytes. @throws {TypeError} when they are not of two columns, id and sum */
  read(bytes: Buffer): ListedKeys {
    const data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    if (!this.#isBegun && data.length >= copyStart.length) {
      if (!data.subarray(0, copyStart.length).equals(copyStart)) throw unlike();
      this.#isBegun = true;
      at = copyStart.length;
    }
    const most = Math.floor(data.length / leastRow) * keyBytes;
    const ids = Buffer.allocUnsafe(most);
    const sums = Buffer.allocUnsafe(most);
    const others: ListedRow[] = [];
    let length = 0;
    while (this.#isBegun) {
      const sum = this.#sumAt(data, at);
      if (sum === undefined) break;
      const id = at + countBytes + lengthBytes;
      if (sum.end - sum.start === 2 * keyBytes && readHex(data, sum.start, sums, length, keyBytes)) {
        data.copy(ids, length, id, id + keyBytes);
        length += keyBytes;
      } else {
        others.push({ id: uuidText(data, id), sum: data.toString('utf8', sum.start, sum.end), source: '' });
      }
      at = sum.end;
    }
    if (this.#isEnded && data.length > at + countBytes) throw unlike();
    this.#rest = Buffer.from(data.subarray(at));
    return { ids: ids.subarray(0, length), sums: sums.subarray(0, length), others };
  }

  /** Nothing more comes. @throws {TypeError} when something is missing */
  end(): void {
    if (!this.#isEnded) throw unlike();
  }

  /** Where the sum of the row is that begins there; undefined where it isn't whole yet, or there is none. */
  #sumAt(data: Buffer, at: number): { start: number; end: number } | undefined {
    if (data.length < at + countBytes) return undefined;
    const count = data.readInt16BE(at);
    if (count === end) this.#isEnded = true;
    if (count !== fields && count !== end) throw unlike();
    if (this.#isEnded || data.length < at + leastRow) return undefined;
    if (data.readInt32BE(at + countBytes) !== keyBytes) throw unlike();
    const start = at + leastRow;
    // -1 is NULL.
    const length = Math.max(0, data.readInt32BE(start - lengthBytes));
    if (length > maxSum) throw unlike();
    return data.length < start + length ? undefined : { start, end: start + length };
  }
}
