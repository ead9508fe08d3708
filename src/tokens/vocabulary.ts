// A WordPiece vocabulary as a trie over UTF-16 code units, for the longest match at every position.
import { hexHash } from '../text/sha256.js';
import { rootNode, slotOf, type Trie, trieOf } from './trie.js';
import { trieByKernel } from './vocabulary-kernel/kernel.js';

/** The mark of a GGUF file before a token that starts a word. */
const wordStart = '▁';

/** Slots for each token: most tokens need two edges of their own. */
const slotsPerToken = 4;

export class Vocabulary {
  /** First 12 hex digits of the SHA-256 of the tokens, in their order. */
  readonly hash: string;
  readonly #trie: Trie;
  readonly #wordStart: number;

  /**
   * @param tokens in the form of a GGUF file (word starts marked by U+2581), or of BERT (continuations by ##)
   * @param byKernel fills the trie where it can; undefined: JavaScript does, to which it is held
   */
  constructor(tokens: readonly string[], byKernel: typeof trieByKernel | undefined = trieByKernel) {
    const joined = tokens.join('\n');
    this.hash = hexHash('sha256', joined).slice(0, 12);
    const isMarked = tokens.some((token) => token.startsWith(wordStart));
    const start = isMarked ? 0 : wordStart.charCodeAt(0);
    let slots = 1024;
    while (slots < tokens.length * slotsPerToken) slots *= 2;
    let trie: Trie | 'full' = 'full';
    for (; trie === 'full'; slots *= 2) {
      trie = byKernel?.(joined, tokens.length, start, slots) ?? trieOf(tokens, start, slots);
    }
    this.#trie = trie;
    this.#wordStart = trie.to[slotOf(trie, rootNode, wordStart.charCodeAt(0))]!;
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
    const trie = this.#trie;
    let match = -1;
    let node = from;
    for (let index = start; index < end; index++) {
      const unit = text.charCodeAt(index);
      node = trie.to[slotOf(trie, node, unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit)]!;
      if (node === 0) break;
      if (trie.ends[node] === 1) match = index + 1;
    }
    return match;
  }
}
