// Counts the built-in embedder's tokens word by word, and remembers the counts: documents repeat their words, and
// chunking needs many counts. Loads only the vocabulary, no engine.
import { knowsMost } from '../../tokens/unknown-letters.js';
import type { TokenCounter } from '../../types/embedder.js';
import { UnigramTokenizer } from './tokenizer.js';
import { readVocabulary } from './weights.js';

/** Max words in the memo, a few megabytes; then it is emptied. */
const memoSize = 50_000;
/** Max characters of a remembered word; longer ones rarely come again. */
const memoLength = 40;

/**
 * The counter of the built-in embedder. The count of a text is the sum over its words, since no piece of this
 * vocabulary crosses a space; `special` is 0. It is exact, with one exception: a word that begins with a colon (a
 * piece without a score) may have one token less inside a text than alone, and is counted as alone.
 * @throws {ServiceError} when the vocabulary can't be read
 */
export function builtinCounter(): TokenCounter {
  const { entries, digest } = readVocabulary();
  let words: WordCounts | undefined;
  return {
    id: `unigram/1:${digest.slice(0, 12)}`,
    special: 0,
    count(text) {
      words ??= new WordCounts(new UnigramTokenizer(entries));
      return words.sum(text);
    },
    knows(text) {
      words ??= new WordCounts(new UnigramTokenizer(entries));
      return words.knows(text);
    },
  };
}

class WordCounts {
  readonly #tokenizer: UnigramTokenizer;
  readonly #memo = new Map<string, number>();

  constructor(tokenizer: UnigramTokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** The vocabulary has no white space, which the embedder collapses. Each ASCII letter is a piece. */
  knows(text: string): boolean {
    return knowsMost(text, true, (word) => this.#tokenizer.pieces(word));
  }

  sum(text: string): number {
    let total = 0;
    let start = 0;
    for (let i = 0; i <= text.length; i++) {
      if (i < text.length && !isSpace(text.charCodeAt(i))) continue;
      if (i > start) total += this.#count(text.slice(start, i));
      start = i + 1;
    }
    return total;
  }

  #count(word: string): number {
    const known = this.#memo.get(word);
    if (known !== undefined) return known;
    const tokens = this.#tokenizer.encode(word).length;
    if (word.length <= memoLength) {
      if (this.#memo.size >= memoSize) this.#memo.clear();
      this.#memo.set(copy(word), tokens);
    }
    return tokens;
  }
}

/** A V8 slice keeps the whole string in memory: without a copy, the memo would keep every document. */
function copy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** What `\s` matches: the white space that the embedder collapses. */
function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return (
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000 ||
    unit === 0xfeff
  );
}
