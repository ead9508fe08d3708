import { hexHash } from '../text/sha256.js';

// A WordPiece vocabulary as a trie over UTF-16 code units, for the longest match at every position.

/** The mark of a GGUF file before a token that starts a word. */
const wordStart = '▁';

const rootNode = 0;

export class Vocabulary {
  /** First 12 hex digits of the SHA-256 of the tokens, in their order. */
  readonly hash: string;
  /** Open addressing: the edge in slot i leads from node #from[i] by unit #units[i] to node #to[i] (0 = free). */
  readonly #from: Int32Array;
  readonly #units: Uint16Array;
  readonly #to: Int32Array;
  readonly #mask: number;
  /** 1 where a token ends. */
  readonly #ends: Uint8Array;
  readonly #wordStart: number;

  /** @param tokens in the form of a GGUF file (word starts marked by U+2581), or of BERT (continuations by ##) */
  constructor(tokens: readonly string[]) {
    this.hash = hexHash('sha256', tokens.join('\n')).slice(0, 12);
    let units = 1;
    for (const token of tokens) units += token.length + 1;
    let slots = 1024;
    while (slots < units * 1.5) slots *= 2;
    this.#mask = slots - 1;
    this.#from = new Int32Array(slots);
    this.#units = new Uint16Array(slots);
    this.#to = new Int32Array(slots);
    this.#ends = new Uint8Array(units);
    let nodes = 1;
    const marked = tokens.some((token) => token.startsWith(wordStart));
    for (const token of tokens) {
      const form = marked ? token : token.startsWith('##') ? token.slice(2) : wordStart + token;
      let node = rootNode;
      for (let index = 0; index < form.length; index++) {
        const slot = this.#slot(node, form.charCodeAt(index));
        if (this.#to[slot] === 0) {
          this.#from[slot] = node;
          this.#units[slot] = form.charCodeAt(index);
          this.#to[slot] = nodes++;
        }
        node = this.#to[slot]!;
      }
      this.#ends[node] = 1;
    }
    this.#wordStart = this.#to[this.#slot(rootNode, wordStart.charCodeAt(0))]!;
  }

  /**
   * Tokens of the word `text.slice(start, end)`, normalised but for ASCII capitals: longest matches from the left; 1 ([UNK])
   * when they don't cover it.
   */
  pieces(text: string, start = 0, end = text.length): number {
    // The vocabulary has no token that starts a word.
    if (this.#wordStart === 0) return 1;
    let count = 0;
    let node = this.#wordStart;
    for (let from = start; from < end; node = rootNode) {
      from = this.#longest(text, from, end, node);
      if (from < 0) return 1;
      count++;
    }
    return count;
  }

  /** The pieces of one word, without their marks; undefined when they don't cover it ([UNK]). */
  cut(word: string): string[] | undefined {
    if (this.#wordStart === 0) return undefined;
    const pieces: string[] = [];
    let start = 0;
    let node = this.#wordStart;
    while (start < word.length) {
      const end = this.#longest(word, start, word.length, node);
      if (end < 0) return undefined;
      pieces.push(word.slice(start, end));
      start = end;
      node = rootNode;
    }
    return pieces;
  }

  /** Index after the longest token from `node` on that matches the rest of the word; -1 when there is none. */
  #longest(text: string, start: number, end: number, from: number): number {
    let match = -1;
    let node = from;
    for (let index = start; index < end; index++) {
      const unit = text.charCodeAt(index);
      node = this.#to[this.#slot(node, unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit)]!;
      if (node === 0) break;
      if (this.#ends[node] === 1) match = index + 1;
    }
    return match;
  }

  /** Slot of an edge, or the free slot for it. */
  #slot(node: number, unit: number): number {
    const mask = this.#mask;
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (this.#to[slot] !== 0 && (this.#from[slot] !== node || this.#units[slot] !== unit)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
