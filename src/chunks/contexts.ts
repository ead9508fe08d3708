// What is embedded with a chunk beside its own text: the header row of a table of which the chunk holds other rows and,
// where asked for, the titles of the sections around it. It counts as part of the chunk.
import type { SpanCounter } from '../tokens/span-counter.js';
import type { Block, Document } from '../types/document.js';
import { HeadingPaths } from './heading-paths.js';

/** Empty where a chunk needs none. */
export interface Context {
  text: string;
  tokens: number;
}

/** Max part of a chunk's tokens, as a shift: a quarter. */
export const contextShift = 2;
/** Between the names of a header row. */
const bar = ' | ';

export const noContext: Context = { text: '', tokens: 0 };

export class Contexts {
  readonly #text: string;
  readonly #counter: SpanCounter;
  /** Tokens that a context may have. */
  readonly #most: number;
  /** The blocks of tables with a header row, in order. */
  readonly #tables: Block[] = [];
  /** For each of them, whether its text begins with its header row. */
  readonly #holds: boolean[] = [];
  readonly #paths: HeadingPaths | undefined;
  #lastRow: { row: string; context: Context } | undefined;

  /** @param size tokens of a chunk */
  constructor({ text, blocks }: Document, size: number, counter: SpanCounter, headings: boolean) {
    this.#text = text;
    this.#counter = counter;
    this.#most = size >> contextShift;
    if (headings) this.#paths = new HeadingPaths(blocks, counter);
    // A table may be in several blocks: the header row is in the first, however its cells are marked up there.
    const seen = new Set<string>();
    for (const block of blocks) {
      if (block.context === undefined || block.context === '') continue;
      this.#tables.push(block);
      this.#holds.push(!seen.has(block.context) || this.#beginsWithContext(block));
      seen.add(block.context);
    }
  }

  /** Whether no chunk has a context. */
  get areNone(): boolean {
    return this.#tables.length === 0 && this.#paths === undefined;
  }

  /** The context of a chunk `text.slice(start, end)`, which is no larger than a chunk may be. */
  of(start: number, end: number): Context {
    const row = this.#tables.length === 0 ? undefined : this.#headerRow(start, end);
    const header = row === undefined ? noContext : this.#fitting(row);
    if (this.#paths === undefined) return header;
    const path = this.#paths.at(start, this.#most - header.tokens);
    if (path.text === '') return header;
    if (header.text === '') return path;
    return { text: `${path.text}\n${header.text}`, tokens: path.tokens + header.tokens };
  }

  /** The tables in a chunk of which it holds the header row, but for its own context. */
  tablesIn(start: number, end: number): { start: number; end: number; row: string }[] {
    const tables: { start: number; end: number; row: string }[] = [];
    if (this.#tables.length === 0) return tables;
    const held = new Set<string>();
    for (let index = this.#firstAfter(start); index < this.#tables.length; index++) {
      const { start: from, end: to, context } = this.#tables[index]!;
      if (from >= end) break;
      if (from >= start && this.#holds[index]) held.add(context!);
      if (held.has(context!)) tables.push({ start: from, end: to, row: context! });
    }
    return tables;
  }

  /** Tokens of the context of a chunk that starts inside a block. */
  inside(block: Block): number {
    return this.of(Math.max(block.start, block.end - 1), block.end).tokens;
  }

  /** The header row of the first table in the chunk whose header row isn't in it. */
  #headerRow(start: number, end: number): string | undefined {
    let held: Set<string> | undefined;
    for (let index = this.#firstAfter(start); index < this.#tables.length; index++) {
      const { start: from, context } = this.#tables[index]!;
      if (from >= end) return undefined;
      if (from >= start && this.#holds[index]) {
        held ??= new Set();
        held.add(context!);
      } else if (!held?.has(context!)) {
        return context;
      }
    }
    return undefined;
  }

  /** The first table that ends after `index`. */
  #firstAfter(index: number): number {
    let low = 0;
    let high = this.#tables.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tables[middle]!.end <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** As many whole names of a header row as fit. */
  #fitting(row: string): Context {
    if (this.#lastRow?.row === row) return this.#lastRow.context;
    const { end, tokens } = wholeNames(row, this.#most, this.#counter);
    const context = end === 0 ? noContext : { text: row.slice(0, end), tokens };
    this.#lastRow = { row, context };
    return context;
  }

  /** Whether the letters and digits at the start of a block are those of its header row: marks and bars don't count. */
  #beginsWithContext({ start, end, context }: Block): boolean {
    let at = start;
    for (const [letter] of context!.matchAll(letters)) {
      while (at < end && !isLetter(this.#text, at)) at++;
      if (!this.#text.startsWith(letter, at)) return false;
      at += letter.length;
    }
    return at <= end;
  }
}

/** How much of a header row has `most` tokens at most: whole names. */
export function wholeNames(row: string, most: number, counter: SpanCounter): { end: number; tokens: number } {
  let end = 0;
  let tokens = 0;
  while (end < row.length) {
    const found = row.indexOf(bar, end + 1);
    const next = found < 0 ? row.length : found;
    const more = counter.countSpan(row, end, next);
    if (tokens + more > most) break;
    tokens += more;
    end = next;
  }
  return { end, tokens };
}

const letters = /[\p{L}\p{N}]/gu;

function isLetter(text: string, at: number): boolean {
  return /^[\p{L}\p{N}]/u.test(String.fromCodePoint(text.codePointAt(at)!));
}
