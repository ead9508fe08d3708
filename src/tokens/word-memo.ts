// Remembers the counts of ASCII words. Real text repeats its words, so most words cost only a lookup in place, without a
// substring and without a string hash of the engine.

const SLOTS = 1 << 17;
/** Half of the slots, so that probing stays short. */
const MAX_WORDS = SLOTS >> 1;
const ARENA_BYTES = 1 << 20;

/** Words longer than this are rare and not worth their place. */
export const MAX_MEMO_LENGTH = 48;

const HASH_SEED = 0x811c9dc5 | 0;

/** Hash of an ASCII word so far, one character further (FNV-1a). Start with `emptyHash`. */
export const emptyHash = HASH_SEED;
export function extendHash(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/**
 * A bounded table of ASCII words, with letters in lower case. When it is full, it forgets everything: to fill in the few
 * thousand usual words again costs less than to store their age.
 */
export class WordMemo {
  /** Word number + 1 by slot; 0 = free. */
  readonly #slots = new Int32Array(SLOTS);
  readonly #hashes = new Int32Array(MAX_WORDS);
  readonly #offsets = new Int32Array(MAX_WORDS + 1);
  readonly #counts = new Int32Array(MAX_WORDS);
  readonly #arena = new Uint8Array(ARENA_BYTES);
  #words = 0;

  /** Count of the word `text.slice(start, end)` folded by `fold`, whose hash is `hash`; -1 when unknown. */
  get(text: string, start: number, end: number, hash: number, fold: Uint8Array): number {
    const length = end - start;
    const arena = this.#arena;
    for (let slot = spread(hash); ; slot = (slot + 1) & (SLOTS - 1)) {
      const word = this.#slots[slot]! - 1;
      if (word < 0) return -1;
      if (this.#hashes[word] !== hash) continue;
      const offset = this.#offsets[word]!;
      if (this.#offsets[word + 1]! - offset !== length) continue;
      let index = 0;
      while (index < length && arena[offset + index] === fold[text.charCodeAt(start + index)]) index++;
      if (index === length) return this.#counts[word]!;
    }
  }

  /** Remembers a word that `get` did not know, of at most MAX_MEMO_LENGTH characters. */
  set(text: string, start: number, end: number, hash: number, fold: Uint8Array, count: number): void {
    if (this.#words === MAX_WORDS || this.#offsets[this.#words]! + end - start > ARENA_BYTES) this.#clear();
    const word = this.#words++;
    let offset = this.#offsets[word]!;
    for (let index = start; index < end; index++) this.#arena[offset++] = fold[text.charCodeAt(index)]!;
    this.#offsets[word + 1] = offset;
    this.#hashes[word] = hash;
    this.#counts[word] = count;
    let slot = spread(hash);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#slots[slot] = word + 1;
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#words = 0;
  }
}

/** FNV's low bits alone spread short words badly. */
function spread(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
