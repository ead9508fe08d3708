// Adds marks inside blocks that are too long for a chunk: at lines, sentences, words, and inside giant words.
import { skipSpace, trimEnd, wordEnd } from '../text/whitespace.js';
import type { SpanCounter } from '../tokens/span-counter.js';
import type { Block } from '../types/document.js';
import { boundary, isGraphemeBoundary, strengthInWord, strengthOfGap } from './boundaries.js';
import { countInTurns, maxPieceLength } from './count.js';
import { keyOf, Marks } from './marks.js';
import type { Outline } from './outline.js';
import { TableRows } from './table-rows.js';

/** Max tokens for one UTF-16 unit in nearly all counters. */
const maxTokensPerUnit = 2;

/** Characters between two turns of the event loop: a few milliseconds. */
const charactersPerTurn = 4096;

const deepestLine = 255;
/** Enough to tell words in a sentence apart. */
const weakKeyCharacters = 16;

export interface RefineOptions {
  /** Approximate tokens between two weak marks. */
  spacing: number;
  counter: SpanCounter;
  /** Tokens of a chunk that starts inside of this table: a row of no more is never cut. */
  rowRoom(block: Block): number;
}

/**
 * Marks of the blocks from mark `from` to mark `to` of the outline: all lines and sentences, and the best of the weaker
 * places. Not all of those, as a megabyte of words must not become a million marks.
 * @yields `undefined` from time to time, since a block may be a whole file
 */
export function* refine(
  text: string,
  { marks, blocks }: Outline,
  from: number,
  to: number,
  options: RefineOptions,
): Generator<undefined, Marks, undefined> {
  const refiner = new Refiner(text, options);
  for (let index = from; index < to; index++) {
    const block = blocks[index];
    const end = marks.at[index + 1]!;
    refiner.begin(marks.at[index]!, marks.strength[index]!, marks.key[index]!);
    if (block?.kind === 'table') yield* refineTable(refiner, text, block, marks.at[index]!, end, options);
    else yield* refineLines(refiner, marks.at[index]!, end, meansLines(block));
  }
  return refiner.finish(marks.at[to]!);
}

function* refineLines(refiner: Refiner, start: number, end: number, lines: boolean) {
  let at = start;
  // Nearly all blocks are done within one turn, and need no generator.
  for (at = refiner.words(at, end, lines); at < end; at = refiner.words(at, end, lines)) {
    if (refiner.isLong(at)) yield undefined;
    else at = yield* refiner.longWord(at, end, lines);
  }
  if (refiner.isLong(at)) yield undefined;
}

/** Only a row that is longer than a chunk has places to cut inside. */
function* refineTable(
  refiner: Refiner,
  text: string,
  block: Block,
  start: number,
  end: number,
  options: RefineOptions,
) {
  // What stands before the first row, such as a heading, needs some of its chunk.
  let room = options.rowRoom(block) - refiner.lead;
  const rows = new TableRows(text, start, end);
  for (let at = start; at < end; ) {
    const next = rows.after(at);
    if (!refiner.wholeRow(at, next, room)) yield* refineLines(refiner, at, next, true);
    else if (refiner.isLong(next)) yield undefined;
    if (next < end) refiner.row(next, end);
    room = options.rowRoom(block);
    at = next;
  }
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
  #beforeLead = 0;
  /** The best weak place since the last mark; its strength is 0 when there is none. */
  readonly #weak = { at: 0, tokens: 0, strength: 0, key: 0 };

  constructor(text: string, { spacing, counter }: RefineOptions) {
    this.#text = text;
    this.#spacing = spacing;
    this.#counter = counter;
  }

  /** Tokens since the last place that a chunk may end before: those of headings. */
  get lead(): number {
    return this.#tokens - this.#beforeLead;
  }

  begin(at: number, strength: number, key: number): void {
    if (strength !== boundary.headingEnd) this.#beforeLead = this.#tokens;
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

  /** Counts a row of a table, if it is short enough to stay whole. */
  wholeRow(start: number, end: number, room: number): boolean {
    if (end - start > maxPieceLength) return false;
    const tokens = this.#counter.countSpan(this.#text, start, end);
    if (tokens > room) return false;
    this.#tokens += tokens;
    return true;
  }

  /** The start of another row of a table that ends at `end`. */
  row(at: number, end: number): void {
    this.#place(at, strengthOfGap(this.#text, trimEnd(this.#text, 0, at), at, true), end, true);
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
