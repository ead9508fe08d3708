// All rows with a key, for an output that stays open: reading the keys of the manifest again for each question takes
// longer than the search.
import type { Manifest } from '../format/manifest-reader.js';
import { HashIndex, keyBytes } from './hash-index.js';

const none = -1;

export class RowsByKey {
  readonly #first: HashIndex;
  /** For each row, the next one with its key. */
  readonly #next: Int32Array;

  constructor({ documents, rows }: Manifest) {
    this.#first = new HashIndex(rows);
    this.#next = new Int32Array(rows).fill(none);
    /** For the first row with a key, the last one so far. */
    const last = new Int32Array(rows).fill(none);
    let row = 0;
    for (const { chunks } of documents) {
      const keys = Buffer.from(chunks, 'base64url');
      for (let at = 0; at + keyBytes <= keys.length; at += keyBytes, row++) {
        this.#first.add(keys, at);
        const first = this.#first.findAt(keys, at)!;
        if (first !== row) this.#next[last[first]!] = row;
        last[first] = row;
      }
    }
  }

  /** In their order. @param key lower-case hex */
  *rowsOf(key: string): Generator<number> {
    const first = this.#first.find(key);
    if (first === undefined) return;
    for (let row = first; row !== none; row = this.#next[row]!) yield row;
  }
}
