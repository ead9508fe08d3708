// src/tokens: counts tokens.
//
// In: text. Out: its number of tokens: exact for WordPiece vocabularies (this file), else an estimate by script
// (estimating-counter.ts). unknown-letters.ts tells whether a vocabulary knows a text's script.
// What must hold: the count of a text is the sum over its parts between white space, and never changes within a
// counter's id, as the manifest pins it.
//
// This file counts exactly as Ollama does; the kernel cuts as it does, and remembers what it counted. Ollama's two
// recorded generations differ beyond plain words; then the larger count is used.
import { isSpace, wordEnd } from '../text/whitespace.js';
import { mostRemembered, WordsKernel } from './kernel/kernel.js';
import type { SpanCounter } from './span-counter.js';
import { knowsMost, type Piece } from './unknown-letters.js';
import { Vocabulary } from './vocabulary.js';
import { emptyHash, extendHash, maxMemoLength, WordMemo } from './word-memo.js';
import { charactersOf, llamaParts, type Part, runnerParts } from './word-parts.js';

/** [CLS] and [SEP]. */
const specialTokens = 2;
/** Max entries of the memo for words with other than ASCII characters. */
const maxForeignWords = 1 << 15;

// Classes of ASCII characters.
const letterClass = 1;
const punctuationClass = 2;
/** `$+<=>^`|~`: llama.cpp splits at them, the runner doesn't. */
const symbolClass = 3;
const spaceClass = 4;
const controlClass = 5;

/** All letters, at the start of a word and inside it. */
const asciiWords = [...'abcdefghijklmnopqrstuvwxyz'].flatMap((letter) => [letter, letter + letter]);

const classes = new Uint8Array(128);
/** Lower case. */
const fold = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  fold[code] = character.toLowerCase().charCodeAt(0);
  if (isSpace(code)) classes[code] = spaceClass;
  else if (/[a-z0-9]/i.test(character)) classes[code] = letterClass;
  else if (/\p{P}/u.test(character)) classes[code] = punctuationClass;
  else if (/\p{S}/u.test(character)) classes[code] = symbolClass;
  else classes[code] = controlClass;
}

/**
 * A counter for a BERT vocabulary.
 * @param vocabulary `tokenizer.ggml.tokens` of a model whose `tokenizer.ggml.model` is `bert`
 */
export function wordPieceCounter(vocabulary: readonly string[]): SpanCounter {
  return new WordPieceCounter(vocabulary);
}

class WordPieceCounter implements SpanCounter {
  readonly id: string;
  readonly special = specialTokens;
  readonly vocabulary: readonly string[];
  readonly #vocabulary: Vocabulary;
  readonly #memo = new WordMemo();
  readonly #foreign = new Map<string, number>();
  readonly #spellsAscii: boolean;
  readonly #kernel: WordsKernel;

  constructor(tokens: readonly string[]) {
    const vocabulary = new Vocabulary(tokens);
    this.vocabulary = tokens;
    this.#vocabulary = vocabulary;
    this.#kernel = new WordsKernel(classes, {
      run: (text, start, end) => this.#run(text, start, end),
      word: (text, start, end) => this.#word(text, start, end),
      wordEnd,
    });
    this.#spellsAscii = asciiWords.every((word) => vocabulary.cut(word));
    this.id = `wordpiece/1:${vocabulary.hash}`;
  }

  count(text: string): number {
    return this.countSpan(text, 0, text.length);
  }

  /** A word is unknown only if it is for both generations: the older one doesn't know any word with an accent. */
  knows(text: string): boolean {
    return [llamaParts, runnerParts].some((partsOf) =>
      knowsMost(text, this.#spellsAscii, (word) => this.#piecesOf(partsOf(charactersOf(word)))),
    );
  }

  countSpan(text: string, start: number, end: number): number {
    return this.#kernel.count(text, start, end) ?? this.#countLong(text, start, end);
  }

  /** The same by plain JavaScript: for texts that are too long for the kernel. */
  #countLong(text: string, start: number, end: number): number {
    let total = 0;
    let index = start;
    while (index < end) {
      // One word between white space. Both generations treat letters and punctuation in the same way. From any other character
      // on, the word is counted as a whole.
      const first = index;
      let tokens = 0;
      while (index < end) {
        const code = text.charCodeAt(index);
        const kind = code < 128 ? classes[code]! : controlClass;
        if (kind === letterClass) {
          const run = index;
          for (; index < end; index++) {
            const letter = text.charCodeAt(index);
            if (letter >= 128 || classes[letter] !== letterClass) break;
          }
          tokens += this.#run(text, run, index);
        } else if (kind === punctuationClass) {
          tokens++;
          index++;
        } else if (kind === spaceClass) {
          index++;
          break;
        } else if (code >= 128 && isSpace(code)) {
          index++;
          break;
        } else {
          index = wordEnd(text, index, end);
          tokens = index - first === 1 && kind === symbolClass ? 1 : this.#word(text, first, index);
          break;
        }
      }
      total += tokens;
    }
    return total;
  }

  /** A run of ASCII letters and digits. */
  #run(text: string, start: number, end: number): number {
    const length = end - start;
    if (length <= mostRemembered || length > maxMemoLength) {
      return this.#vocabulary.pieces(text.slice(start, end).toLowerCase());
    }
    let hash = emptyHash;
    for (let index = start; index < end; index++) hash = extendHash(hash, fold[text.charCodeAt(index)]!);
    const remembered = this.#memo.get(text, start, end, hash, fold);
    if (remembered >= 0) return remembered;
    const tokens = this.#vocabulary.pieces(text.slice(start, end).toLowerCase());
    this.#memo.set(text, start, end, hash, fold, tokens);
    return tokens;
  }

  /** A word with symbols, control or other than ASCII characters. */
  #word(text: string, start: number, end: number): number {
    if (end - start > maxMemoLength) return this.#larger(text.slice(start, end));
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
      if (this.#foreign.size === maxForeignWords) this.#foreign.clear();
      this.#foreign.set(word, tokens);
    }
    return tokens;
  }

  #larger(word: string): number {
    const characters = charactersOf(word);
    return Math.max(this.#sum(runnerParts(characters)), this.#sum(llamaParts(characters)));
  }

  #sum(parts: readonly Part[]): number {
    let tokens = 0;
    for (const { text, broken } of parts) tokens += broken ? 1 : this.#vocabulary.pieces(text);
    return tokens;
  }

  #piecesOf(parts: readonly Part[]): Piece[] {
    return parts.flatMap(({ text, broken }): Piece[] => {
      const pieces = broken ? undefined : this.#vocabulary.cut(text);
      return pieces?.map((piece) => ({ text: piece, known: true })) ?? [{ text, known: false }];
    });
  }
}
