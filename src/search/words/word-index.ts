// A word index: which rows hold which words, as a few typed arrays over one buffer, so that a file of it is searched as it is
// read. Rows are ranked by BM25.
//
// The buffer, little-endian: a head of 8 numbers of 32 bits (magic, version, rows, terms, bytes of terms, bytes of postings,
// words of all rows in two halves); for each term the end of its name, the end of its postings and how many rows hold it; for
// each row its number of words; the names, sorted by their bytes; the postings: for each row of a term, the distance to the
// one before and the number of times, as varints.

import { relativeLength, saturation } from '../../text/bm25.js';
import { forgetKnownWords } from '../../text/words.js';
import { TermCounter } from './term-counter.js';

const magic = 0x58444957;
/** Also to be raised when text/words.ts or text/row-words.ts changes. */
export const wordsVersion = 2;
export const headNumbers = 8;

/** A row with its score, above 0. */
export interface WordHit {
  row: number;
  score: number;
}

export class WordIndex {
  readonly rows: number;
  readonly bytes: Buffer;
  readonly #nameEnds: Uint32Array;
  readonly #postingEnds: Uint32Array;
  readonly #rowCounts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #names: Buffer;
  readonly #postings: Buffer;
  readonly #meanLength: number;

  /** @throws {RangeError} when the bytes are no index, or one of another version */
  constructor(bytes: Buffer) {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
    const numbers = (at: number, count: number) =>
      new Uint32Array(aligned.buffer, aligned.byteOffset + at, count);
    if (aligned.length < headNumbers * 4)
      throw new RangeError('expected a word index, got less than its head');
    const [found, version, rows, terms, nameBytes, postingBytes, low, high] = numbers(
      0,
      headNumbers,
    ) as unknown as number[];
    const tables = headNumbers * 4 + terms! * 12 + rows! * 4;
    if (
      found !== magic ||
      version !== wordsVersion ||
      aligned.length !== tables + nameBytes! + postingBytes!
    ) {
      throw new RangeError(`expected a word index of version ${wordsVersion}, got other bytes`);
    }
    this.bytes = aligned;
    this.rows = rows!;
    let at = headNumbers * 4;
    const table = (count: number) => {
      const part = numbers(at, count);
      at += count * 4;
      return part;
    };
    this.#nameEnds = table(terms!);
    this.#postingEnds = table(terms!);
    this.#rowCounts = table(terms!);
    this.#lengths = table(rows!);
    this.#names = aligned.subarray(at, at + nameBytes!);
    this.#postings = aligned.subarray(at + nameBytes!);
    this.#meanLength = rows === 0 ? 1 : Math.max(1, (low! + high! * 2 ** 32) / rows!);
  }

  get terms(): number {
    return this.#nameEnds.length;
  }

  /** How many rows hold the word. */
  rowsWith(word: string): number {
    const term = this.#find(word);
    return term < 0 ? 0 : this.#rowCounts[term]!;
  }

  /** The score of each row; 0 for those that hold none of the words. */
  scores(words: Iterable<string>): Float32Array {
    const scores = new Float32Array(this.rows);
    for (const word of new Set(words)) {
      const term = this.#find(word);
      if (term >= 0) this.#add(term, scores);
    }
    return scores;
  }

  /** How many of the words each row holds. */
  counts(words: Iterable<string>): Uint8Array {
    const counts = new Uint8Array(this.rows);
    for (const word of new Set(words)) {
      const term = this.#find(word);
      if (term < 0) continue;
      this.#eachPosting(term, (row) => {
        if (counts[row]! < 255) counts[row]!++;
      });
    }
    return counts;
  }

  #add(term: number, scores: Float32Array): void {
    const count = this.#rowCounts[term]!;
    const weight = Math.log(1 + (this.rows - count + 0.5) / (count + 0.5));
    this.#eachPosting(term, (row, times) => {
      const long = relativeLength(this.#lengths[row]!, this.#meanLength);
      scores[row]! += (weight * times * (saturation + 1)) / (times + saturation * long);
    });
  }

  #eachPosting(term: number, take: (row: number, times: number) => void): void {
    const end = this.#postingEnds[term]!;
    let at = term === 0 ? 0 : this.#postingEnds[term - 1]!;
    let row = -1;
    while (at < end) {
      let distance = 0;
      let byte: number;
      for (let shift = 0; ; shift += 7) {
        byte = this.#postings[at++]!;
        distance += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
      }
      let times = 0;
      for (let shift = 0; ; shift += 7) {
        byte = this.#postings[at++]!;
        times += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
      }
      row += distance;
      take(row, times);
    }
  }

  /** Place of a word among the names; -1 when no row holds it. */
  #find(word: string): number {
    const wanted = Buffer.from(word);
    let low = 0;
    let high = this.#nameEnds.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const start = middle === 0 ? 0 : this.#nameEnds[middle - 1]!;
      const order = this.#names.compare(wanted, 0, wanted.length, start, this.#nameEnds[middle]!);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

/** Gathers the words of rows, one after the other. */
export class WordIndexBuilder {
  readonly #counter = new TermCounter();
  /** One entry for each word of each row, in the order of the rows. */
  #entryTerms = new Uint32Array(1 << 16);
  #entryTimes = new Uint16Array(1 << 16);
  #entries = 0;
  /** Of each row, the end of its entries. */
  #rowEnds = new Uint32Array(1 << 12);
  #lengths = new Uint32Array(1 << 12);
  #rows = 0;
  #words = 0;
  /** Of each term, its last entry, from 1: those after the start of a row are of that row. */
  #lastEntries = new Uint32Array(1 << 16);

  /** The next row, by its texts. */
  add(texts: readonly string[]): void {
    const first = this.#entries;
    let length = 0;
    const take = (term: number) => {
      length++;
      if (term >= this.#lastEntries.length) this.#lastEntries = grown(this.#lastEntries, term + 1);
      const last = this.#lastEntries[term]!;
      if (last > first) {
        if (this.#entryTimes[last - 1]! < 0xffff) this.#entryTimes[last - 1]!++;
        return;
      }
      this.#room();
      this.#entryTerms[this.#entries] = term;
      this.#entryTimes[this.#entries++] = 1;
      this.#lastEntries[term] = this.#entries;
    };
    for (const text of texts) this.#counter.each(text, take);
    if (this.#rows === this.#lengths.length) {
      this.#lengths = grown(this.#lengths, this.#rows + 1);
      this.#rowEnds = grown(this.#rowEnds, this.#rows + 1);
    }
    this.#rowEnds[this.#rows] = this.#entries;
    this.#lengths[this.#rows++] = length;
    this.#words += length;
  }

  /** For one more entry. */
  #room(): void {
    if (this.#entries < this.#entryTerms.length) return;
    this.#entryTerms = grown(this.#entryTerms, this.#entries + 1);
    this.#entryTimes = grown(this.#entryTimes, this.#entries + 1);
  }

  /** The index of all rows that were added. */
  finish(): WordIndex {
    forgetKnownWords();
    const names = [...this.#counter.terms].map(([word, term]) => ({ name: Buffer.from(word), term }));
    names.sort((a, b) => a.name.compare(b.name));
    const nameEnds = new Uint32Array(names.length);
    let nameBytes = 0;
    for (const [place, { name }] of names.entries()) nameEnds[place] = nameBytes += name.length;
    const places = new Uint32Array(names.length);
    for (const [place, { term }] of names.entries()) places[term] = place;
    const counts = new Uint32Array(names.length);
    const ends = this.#postingEnds(places, counts);
    const head = Uint32Array.of(
      ...[magic, wordsVersion, this.#rows, names.length, nameBytes, ends.at(-1) ?? 0],
      ...[this.#words % 2 ** 32, Math.floor(this.#words / 2 ** 32)],
    );
    const parts = [head, nameEnds, ends, counts, this.#lengths.subarray(0, this.#rows)].map(bytesOf);
    // Written where they stay: a copy of all would be as large again.
    const start = parts.reduce((sum, part) => sum + part.length, nameBytes);
    const bytes = Buffer.from(new ArrayBuffer(start + (ends.at(-1) ?? 0)));
    let at = 0;
    for (const part of [...parts, ...names.map(({ name }) => name)]) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#writePostings(bytes.subarray(start), places, ends);
    return new WordIndex(bytes);
  }

  /**
   * Where the postings of each term end.
   * @param places of each term among the names
   * @param counts of rows, by place; counted here
   */
  #postingEnds(places: Uint32Array, counts: Uint32Array): Uint32Array {
    const terms = this.#entryTerms;
    const times = this.#entryTimes;
    const rowEnds = this.#rowEnds;
    const next = new Uint32Array(counts.length);
    const ends = new Uint32Array(counts.length);
    for (let row = 0, entry = 0; row < this.#rows; row++) {
      for (const end = rowEnds[row]!; entry < end; entry++) {
        const place = places[terms[entry]!]!;
        counts[place]!++;
        // The distance from the row before, of which the first is -1.
        ends[place]! += varintLength(row + 1 - next[place]!) + varintLength(times[entry]!);
        next[place] = row + 1;
      }
    }
    for (let place = 1; place < ends.length; place++) ends[place]! += ends[place - 1]!;
    return ends;
  }

  #writePostings(postings: Uint8Array, places: Uint32Array, ends: Uint32Array): void {
    const terms = this.#entryTerms;
    const times = this.#entryTimes;
    const rowEnds = this.#rowEnds;
    const next = new Uint32Array(ends.length);
    const ats = new Uint32Array(ends.length);
    for (let place = 1; place < ends.length; place++) ats[place] = ends[place - 1]!;
    for (let row = 0, entry = 0; row < this.#rows; row++) {
      for (const end = rowEnds[row]!; entry < end; entry++) {
        const place = places[terms[entry]!]!;
        let at = ats[place]!;
        let rest = row + 1 - next[place]!;
        for (; rest >= 0x80; rest >>>= 7) postings[at++] = (rest & 0x7f) | 0x80;
        postings[at++] = rest;
        rest = times[entry]!;
        for (; rest >= 0x80; rest >>>= 7) postings[at++] = (rest & 0x7f) | 0x80;
        postings[at++] = rest;
        ats[place] = at;
        next[place] = row + 1;
      }
    }
  }
}

/** Bytes of a number below 2^32, 7 bits in each. */
function varintLength(number: number): number {
  let length = 1;
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) length++;
  return length;
}

function grown<T extends Uint32Array | Uint16Array>(array: T, wanted: number): T {
  const larger = new (array.constructor as new (length: number) => T)(Math.max(array.length * 2, wanted));
  larger.set(array);
  return larger;
}

function bytesOf(array: Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
