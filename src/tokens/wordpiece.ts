// Counts the tokens of a BERT WordPiece model exactly as Ollama does. Its two recorded generations differ
// beyond plain words, so a word counts what the one that makes more of it counts.
import { type Character, characterOf } from './characters.js';
import { isSpace, wordEnd } from './spaces.js';
import type { SpanCounter } from './span.js';
import { Vocabulary } from './vocabulary.js';
import { emptyHash, extendHash, MAX_MEMO_LENGTH, WordMemo } from './word-memo.js';

/** [CLS] and [SEP]. */
const SPECIAL_TOKENS = 2;
/** Entries of the memo of words with other than ASCII characters. */
const MAX_FOREIGN_WORDS = 1 << 15;

// Classes of ASCII characters.
const LETTER = 1;
const PUNCTUATION = 2;
/** `$+<=>^`|~`: llama.cpp splits at them, the runner doesn't. */
const SYMBOL = 3;
const SPACE = 4;
const CONTROL = 5;

const classes = new Uint8Array(128);
/** Lower case. */
const fold = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  fold[code] = character.toLowerCase().charCodeAt(0);
  if (isSpace(code)) classes[code] = SPACE;
  else if (/[a-z0-9]/i.test(character)) classes[code] = LETTER;
  else if (/\p{P}/u.test(character)) classes[code] = PUNCTUATION;
  else if (/\p{S}/u.test(character)) classes[code] = SYMBOL;
  else classes[code] = CONTROL;
}

/**
 * A counter for a BERT vocabulary.
 * @param vocabulary `tokenizer.ggml.tokens` of a model whose `tokenizer.ggml.model` is `bert`
 */
export function wordPieceCounter(vocabulary: readonly string[]): SpanCounter {
  return new WordPieceCounter(new Vocabulary(vocabulary));
}

class WordPieceCounter implements SpanCounter {
  readonly id: string;
  readonly special = SPECIAL_TOKENS;
  readonly #vocabulary: Vocabulary;
  readonly #memo = new WordMemo();
  readonly #foreign = new Map<string, number>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.id = `wordpiece/1:${vocabulary.hash}`;
  }

  count(text: string): number {
    return this.countSpan(text, 0, text.length);
  }

  countSpan(text: string, start: number, end: number): number {
    let total = 0;
    let index = start;
    while (index < end) {
      // One word between white space. Letters and punctuation are the same to both generations; from any
      // other character on, the word is counted whole.
      const first = index;
      let tokens = 0;
      while (index < end) {
        const code = text.charCodeAt(index);
        const kind = code < 128 ? classes[code]! : CONTROL;
        if (kind === LETTER) {
          const run = index;
          let hash = emptyHash;
          for (; index < end; index++) {
            const letter = text.charCodeAt(index);
            if (letter >= 128 || classes[letter] !== LETTER) break;
            hash = extendHash(hash, fold[letter]!);
          }
          tokens += this.#run(text, run, index, hash);
        } else if (kind === PUNCTUATION) {
          tokens++;
          index++;
        } else if (kind === SPACE) {
          index++;
          break;
        } else if (code >= 128 && isSpace(code)) {
          index++;
          break;
        } else {
          index = wordEnd(text, index, end);
          tokens = index - first === 1 && kind === SYMBOL ? 1 : this.#word(text, first, index);
          break;
        }
      }
      total += tokens;
    }
    return total;
  }

  /** A run of ASCII letters and digits. */
  #run(text: string, start: number, end: number, hash: number): number {
    if (end - start > MAX_MEMO_LENGTH) return this.#vocabulary.pieces(text.slice(start, end).toLowerCase());
    const remembered = this.#memo.get(text, start, end, hash, fold);
    if (remembered >= 0) return remembered;
    const tokens = this.#vocabulary.pieces(text.slice(start, end).toLowerCase());
    this.#memo.set(text, start, end, hash, fold, tokens);
    return tokens;
  }

  /** A word with symbols, control or other than ASCII characters. */
  #word(text: string, start: number, end: number): number {
    if (end - start > MAX_MEMO_LENGTH) return this.#larger(text.slice(start, end));
    let hash = emptyHash;
    let index = start;
    for (; index < end; index++) {
      const code = text.charCodeAt(index);
      if (code >= 128) return this.#foreignWord(text.slice(start, end));
      hash = extendHash(hash, fold[code]!);
    }
    const remembered = this.#memo.get(text, start, end, hash, fold);
    if (remembered >= 0) return remembered;
    const tokens = this.#larger(text.slice(start, end));
    this.#memo.set(text, start, end, hash, fold, tokens);
    return tokens;
  }

  #foreignWord(word: string): number {
    let tokens = this.#foreign.get(word);
    if (tokens === undefined) {
      tokens = this.#larger(word);
      if (this.#foreign.size === MAX_FOREIGN_WORDS) this.#foreign.clear();
      this.#foreign.set(word, tokens);
    }
    return tokens;
  }

  #larger(word: string): number {
    const characters: Character[] = [];
    for (let index = 0; index < word.length; index++) {
      const code = word.codePointAt(index)!;
      if (code > 0xffff) index++;
      characters.push(characterOf(code));
    }
    return Math.max(this.#runner(characters), this.#llama(characters));
  }

  /**
   * Ollama's own tokenizer. It splits at punctuation by bytes: of a punctuation mark beyond ASCII it takes
   * the first byte for a word, and the others, with all that follows up to the next split, for another; both
   * are unknown.
   */
  #runner(characters: readonly Character[]): number {
    let tokens = 0;
    let run = '';
    let broken = false;
    const close = () => {
      if (broken) tokens++;
      else if (run !== '') tokens += this.#vocabulary.pieces(run);
      run = '';
      broken = false;
    };
    for (const character of characters) {
      if (character.runnerIdeograph) {
        close();
        tokens++;
      } else if (character.runnerPunctuation) {
        close();
        tokens++;
        broken = character.runnerBreaks;
      } else run += character.lower;
    }
    close();
    return tokens;
  }

  #llama(characters: readonly Character[]): number {
    let tokens = 0;
    let run = '';
    for (const character of characters) {
      if (character.llamaDrops) continue;
      if (character.llamaAlone) {
        if (run !== '') tokens += this.#vocabulary.pieces(run);
        run = '';
        tokens++;
      } else run += character.base;
    }
    return run === '' ? tokens : tokens + this.#vocabulary.pieces(run);
  }
}
