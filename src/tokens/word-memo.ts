// Remembers the counts of ASCII words that are too long for the kernel's memory. Real text repeats its words, so most words cost only a lookup in place, without a
// substring and without a string hash of the engine.

const memoSlots = 1 << 17;
/** Half of the slots, so that probing stays short. */
const maxWords = memoSlots >> 1;
const arenaBytes = 1 << 20;

/** Words longer than this are rare and not worth their place. */
export const maxMemoLength = 48;

const hashSeed = 0x811c9dc5 | 0;

/** Hash of an ASCII word so far, one character further (FNV-1a). Start with `emptyHash`. */
export const emptyHash = hashSeed;
export function extendHash(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/**
 * A bounded table of ASCII words, with letters in lower case. When it is full, it forgets everything: to fill in the few
 * thousand usual words again costs less than to store their age.
 */
export class WordMemo {
  /** Word number + 1 by slot; 0 = free. */
  readonly #slots = new Int32Array(memoSlots);
  readonly #hashes = new Int32Array(maxWords);
  readonly #offsets = new Int32Array(maxWords + 1);
  readonly #counts = new Int32Array(maxWords);
  readonly #arena = new Uint8Array(arenaBytes);
  #words = 0;

  /** Count of the word `text.slice(start, end)` folded by `fold`, whose hash is `hash`; -1 when unknown. */
  get(text: string, start: number, end: number, hash: number, fold: Uint8Array): number {
    const length = end - start;
    const arena = this.#arena;
    for (let slot = spread(hash); ; slot = (slot + 1) & (memoSlots - 1)) {
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

  /** Remembers a word that `get` did not know, of at most maxMemoLength characters. */
  set(text: string, start: number, end: number, hash: number, fold: Uint8Array, count: number): void {
    if (this.#words === maxWords || this.#offsets[this.#words]! + end - start > arenaBytes) this.#clear();
    const word = this.#words++;
    let offset = this.#offsets[word]!;
    for (let index = start; index < end; index++) this.#arena[offset++] = fold[text.charCodeAt(index)]!;
    this.#offsets[word + 1] = offset;
    this.#hashes[word] = hash;
    this.#counts[word] = count;
    let slot = spread(hash);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (memoSlots - 1);
    this.#slots[slot] = word + 1;
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#words = 0;
  }
}

/** FNV's low bits alone spread short words badly. */
function spread(hash: number): number {
  return (hash ^ (hash >>> 15)) & (memoSlots - 1);
}
