// Checks the pages of a column before the library reads them: a few bytes of a crafted one could claim a billion values, or
// keep the library busy for ever. Only what our own writer writes passes: pages of version 2, plain or with a dictionary.
import { broken, PackedNumbers } from './packed-numbers.js';
import { type PageHeader, readPageHeader } from './page-header.js';

/** What the metadata say of a column of a row group. */
export interface ColumnPart {
  rows: number;
  /** As many as rows, but for vectors. */
  values: number;
  /** Max bytes of all its pages when unpacked. */
  unpacked: number;
  isPacked: boolean;
  /** It holds lists, so that each value has levels. */
  hasLists: boolean;
}

/** Unpacks into bytes of the right length. @throws {Error} when they don't fit */
export type Unpack = (packed: Uint8Array, into: Uint8Array) => void;

/** Bits of a number of a dictionary's entry. */
const maxWidth = 31;

/** @throws {RangeError} when they aren't as our writer writes them */
export function checkPages(bytes: Uint8Array, part: ColumnPart, unpack: Unpack): void {
  let [rows, values, unpacked] = [0, 0, 0];
  let hasDictionary = false;
  for (let at = 0; at < bytes.length; ) {
    const header = readPageHeader(bytes, at);
    at += header.length + header.packed;
    unpacked += header.unpacked;
    if (at > bytes.length || unpacked > part.unpacked) throw broken();
    if (header.kind === 'dictionary') {
      if (hasDictionary || values > 0 || header.values > part.values) throw broken();
      hasDictionary = true;
      continue;
    }
    rows += header.rows;
    values += header.values;
    if (rows > part.rows || values > part.values) throw broken();
    checkLevels(bytes.subarray(at - header.packed, at), header, part);
    if (header.encoding === 'dictionary')
      checkNumbers(bytes.subarray(at - header.packed, at), header, part, unpack);
  }
  if (rows !== part.rows || values !== part.values) throw broken();
}

/** A list's place in its row, and that it isn't missing: one bit each. */
function checkLevels(page: Uint8Array, header: PageHeader, { hasLists }: ColumnPart): void {
  const { values, repetitions, definitions } = header;
  if (hasLists) {
    checkRuns(page.subarray(0, repetitions), 1, values);
    checkRuns(page.subarray(repetitions, repetitions + definitions), 1, values);
  } else if (repetitions + definitions > 0) throw broken();
}

/** Which entry of the dictionary each value is. */
function checkNumbers(page: Uint8Array, header: PageHeader, { isPacked }: ColumnPart, unpack: Unpack): void {
  const levels = header.repetitions + header.definitions;
  const size = header.unpacked - levels;
  if (size < 1 || size > mostOfNumbers(header.values)) throw broken();
  let numbers = page.subarray(levels);
  if (isPacked) {
    numbers = new Uint8Array(size);
    unpack(page.subarray(levels), numbers);
  }
  checkRuns(numbers.subarray(1), numbers[0]!, header.values);
}

/** Bytes of the numbers of so many entries, in runs of eight at least. */
function mostOfNumbers(values: number): number {
  return 64 + 8 * values;
}

/**
 * Numbers of so many bits, in runs: one that is repeated, or groups of eight.
 * @throws {RangeError} when they are more or fewer than `count`
 */
function checkRuns(bytes: Uint8Array, width: number, count: number): void {
  if (width > maxWidth) throw broken();
  const reader = new PackedNumbers(bytes);
  let left = count;
  while (left > 0) {
    const head = reader.number();
    const isRepeated = head % 2 === 0;
    const length = isRepeated ? head / 2 : ((head - 1) / 2) * 8;
    // The last group is filled up. Behind one without bits, the library reads a byte that isn't there.
    const most = isRepeated ? left : left + 7;
    if (length < 1 || length > most || (!isRepeated && width === 0 && length < left)) throw broken();
    reader.skip(isRepeated ? (width + 7) >> 3 : (length * width) / 8);
    left -= length;
  }
}
