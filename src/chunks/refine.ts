// Adds marks inside blocks that are too long for a chunk: at lines, sentences, words, and inside giant words.
import { skipSpace, wordEnd } from '../text/whitespace.js';
import type { SpanCounter } from '../tokens/span-counter.js';
import type { Block } from '../types/document.js';
import { boundary, isGraphemeBoundary, strengthInWord, strengthOfGap } from './boundaries.js';
import { countInTurns, maxPieceLength } from './count.js';
import { keyOf, Marks } from './marks.js';
import type { Outline } from './outline.js';

/** Max tokens for one UTF-16 unit in nearly all counters. */
const maxTokensPerUnit = 2;

/** Characters between two turns of the event loop: a few milliseconds. */
const charactersPerTurn = 4096;

const deepestLine = 255;
/** Enough to tell words in a sentence apart. */
const weakKeyCharacters = 16;

/**
 * Marks of the blocks from mark `from` to mark `to` of the outline: all lines and sentences, and the best of the weaker
 * places. Not all of those, as a megabyte of words must not become a million marks.
 * @param spacing approximate tokens between two weak marks
 * @yields `undefined` from time to time, since a block may be a whole file
 */
export function* refine(
  text: string,
  { marks, blocks }: Outline,
  from: number,
  to: number,
  spacing: number,
  counter: SpanCounter,
): Generator<undefined, Marks, undefined> {
  const refiner = new Refiner(text, spacing, counter);
  for (let index = from; index < to; index++) {
    const lines = meansLines(blocks[index]);
    const end = marks.at[index + 1]!;
    let at = marks.at[index]!;
    refiner.begin(at, marks.strength[index]!, marks.key[index]!);
    // Nearly all blocks are done within one turn, and need no generator.
    for (at = refiner.words(at, end, lines); at < end; at = refiner.words(at, end, lines)) {
      if (refiner.isLong(at)) yield undefined;
      else at = yield* refiner.longWord(at, end, lines);
    }
    if (refiner.isLong(at)) yield undefined;
  }
  return refiner.finish(marks.at[to]!);
}

/** True when the line ends of a block have a meaning. */
export function meansLines(block: Block | undefined): boolean {
  return block?.kind === 'code' || block?.kind === 'table' || block?.kind === 'record';
}

class Refiner {
  readonly #text: string;
  readonly #spacing: number;
  readonly #counter: SpanCounter;
  readonly #marks = new Marks();
  #tokens = 0;
  /** Index of the next turn of the event loop. */
  #turn = charactersPerTurn;
  /** Tokens before the last mark. */
  #marked = 0;
  /** The best weak place since the last mark; its strength is 0 when there is none. */
  readonly #weak = { at: 0, tokens: 0, strength: 0, key: 0 };

  constructor(text: string, spacing: number, counter: SpanCounter) {
    this.#text = text;
    this.#spacing = spacing;
    this.#counter = counter;
  }

  begin(at: number, strength: number, key: number): void {
    this.#mark(at, this.#tokens, strength, key);
  }

  /**
   * Counts words and offers the places between them.
   * @returns where it stopped: at the end, at the end of a turn, or before a word that takes long
   */
  words(start: number, end: number, lines: boolean): number {
    const text = this.#text;
    let index = start;
    while (index < end && index < this.#turn) {
      const next = wordEnd(text, index, end);
      if (next - index > maxPieceLength) break;
      const tokens = this.#counter.countSpan(text, index, next);
      if (tokens > this.#spacing && next - index > 1) break;
      this.#tokens += tokens;
      index = this.#gap(next, end, lines);
    }
    return index;
  }

  /** @returns the start of the next word */
  #gap(start: number, end: number, lines: boolean): number {
    const text = this.#text;
    const index = skipSpace(text, start, end);
    if (index < end) this.#place(index, strengthOfGap(text, start, index, lines), end, lines);
    return index;
  }

  finish(end: number): Marks {
    this.#marks.close(end, this.#tokens);
    return this.#marks;
  }

  /** Counts a word that `words` stopped at. @returns the start of the next one */
  *longWord(start: number, end: number, lines: boolean): Generator<undefined, number, undefined> {
    const text = this.#text;
    const next = wordEnd(text, start, end);
    const isGiant = next - start > maxPieceLength;
    const tokens = isGiant ? yield* countInTurns(this.#counter, text, start, next) : undefined;
    if (tokens !== undefined && tokens <= this.#spacing) this.#tokens += tokens;
    else yield* this.#parts(start, next);
    return this.#gap(next, end, lines);
  }

  /** Counts a word in parts and offers the places between them. */
  *#parts(start: number, end: number): Generator<undefined, void, undefined> {
    const text = this.#text;
    let part = start;
    for (let index = start + 1; index < end; index++) {
      const strength = strengthInWord(text, index);
      const units = text.charCodeAt(index - 1) < 0x80 ? this.#spacing : this.#spacing / maxTokensPerUnit;
      if (this.isLong(index)) yield undefined;
      if (strength === boundary.character && index - part < units) continue;
      if (!isGraphemeBoundary(text, index)) continue;
      this.#tokens += this.#counter.countSpan(text, part, index);
      part = index;
      this.#place(index, strength, end, false);
    }
    this.#tokens += this.#counter.countSpan(text, part, end);
  }

  /** True when it is time for a turn of the event loop. */
  isLong(index: number): boolean {
    if (index < this.#turn) return false;
    this.#turn = index + charactersPerTurn;
    return true;
  }

  #place(at: number, strength: number, end: number, lines: boolean): void {
    if (strength <= boundary.sentence) {
      const key = lines ? lineKey(this.#text, at, end) : keyOf(this.#text, at, end);
      this.#mark(at, this.#tokens, strength, key);
      return;
    }
    const weak = this.#weak;
    if (this.#tokens - this.#marked > this.#spacing && weak.strength > 0) {
      this.#mark(weak.at, weak.tokens, weak.strength, weak.key);
    }
    if (weak.strength > 0 && strength > weak.strength) return;
    const key = keyOf(this.#text, at, Math.min(end, at + weakKeyCharacters));
    if (weak.strength === 0 || strength < weak.strength || key > weak.key) {
      weak.at = at;
      weak.tokens = this.#tokens;
      weak.strength = strength;
      weak.key = key;
    }
  }

  #mark(at: number, tokens: number, strength: number, key: number): void {
    this.#marks.push(at, tokens, strength, key);
    this.#marked = tokens;
    this.#weak.strength = 0;
  }
}

/** Key of a line of code: the less it is indented, the better it starts a chunk, unless it closes something. */
function lineKey(text: string, start: number, end: number): number {
  const indent = start - 1 - text.lastIndexOf('\n', start - 1);
  const depth = /[)\]}]/.test(text[start]!) ? deepestLine : Math.min(indent, deepestLine);
  return (((deepestLine - depth) << 24) | (keyOf(text, start, end) >>> 8)) >>> 0;
}
