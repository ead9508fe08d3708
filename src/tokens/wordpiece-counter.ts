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
import { WordsKernel } from './kernel/kernel.js';
import type { CountedTexts, SpanCounter } from './span-counter.js';
import { knowsMost, type Piece } from './unknown-letters.js';
import { Vocabulary } from './vocabulary.js';
import { charactersOf, llamaParts, type Part, runnerParts } from './word-parts.js';

/** [CLS] and [SEP]. */
const specialTokens = 2;
/** Max words with other than ASCII characters whose counts are remembered. */
const maxForeignWords = 1 << 15;
/** Longer ones are rare, and not worth their place. */
const maxForeignLength = 48;

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
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
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
  readonly #foreign = new Map<string, number>();
  readonly #spellsAscii: boolean;
  readonly #kernel: WordsKernel;

  constructor(tokens: readonly string[]) {
    const vocabulary = new Vocabulary(tokens);
    this.vocabulary = tokens;
    this.#vocabulary = vocabulary;
    this.#kernel = new WordsKernel(classes, {
      run: (text, start, end) => vocabulary.pieces(text, start, end),
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

  countedTexts(): CountedTexts {
    return this.#kernel;
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
          tokens += this.#vocabulary.pieces(text, run, index);
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

  /** A word with symbols, control or other than ASCII characters. */
  #word(text: string, start: number, end: number): number {
    for (let index = start; index < end; index++) {
      const code = text.charCodeAt(index);
      if (code < 128 && classes[code] !== controlClass) continue;
      const word = text.slice(start, end);
      return word.length > maxForeignLength ? this.#larger(word) : this.#foreignWord(word);
    }
    return this.#plainWord(text, start, end);
  }

  /**
   * The larger count of a word of ASCII without control characters, as `#larger` has it, without an object for each
   * character: the runner cuts at punctuation, llama.cpp at symbols, too. Each such character is a token.
   */
  #plainWord(text: string, start: number, end: number): number {
    const vocabulary = this.#vocabulary;
    let runner = 0;
    let llama = 0;
    let runnerFrom = start;
    let llamaFrom = start;
    for (let index = start; index < end; index++) {
      const kind = classes[text.charCodeAt(index)]!;
      if (kind === letterClass) continue;
      if (llamaFrom < index) llama += vocabulary.pieces(text, llamaFrom, index);
      llama++;
      llamaFrom = index + 1;
      if (kind === symbolClass) continue;
      if (runnerFrom < index) runner += vocabulary.pieces(text, runnerFrom, index);
      runner++;
      runnerFrom = index + 1;
    }
    if (llamaFrom < end) llama += vocabulary.pieces(text, llamaFrom, end);
    if (runnerFrom < end) runner += vocabulary.pieces(text, runnerFrom, end);
    return Math.max(runner, llama);
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
