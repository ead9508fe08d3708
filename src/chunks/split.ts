// src/chunks: splits a document into chunks along its structure: sections, then blocks, then lines and sentences.
//
// In: a document's text and blocks, and a token counter. Out: chunks in order, each an exact slice of the text.
// outline.ts and refine.ts find the places to cut, cut.ts chooses between them, join-short.ts joins what is left over,
// overlap.ts adds the overlap.
// What must hold: all text is in a chunk; no chunk has more than `size` tokens; an edit moves only the cuts near it; and
// any change of the cuts needs another `splitterVersion`.

import { skipSpace, trimEnd } from '../text/whitespace.js';
import type { SpanCounter } from '../tokens/span-counter.js';
import type { Chunk, Document } from '../types/document.js';
import type { TokenCounter } from '../types/embedder.js';
import { boundary, isBetweenWords } from './boundaries.js';
import { ChunkMaker } from './chunk-maker.js';
import { Places } from './chunk-place.js';
import { type Context, Contexts, noContext } from './contexts.js';
import { bestCut, sectionCut, worstBlockRank, worstRank } from './cut.js';
import { middleOf } from './find-middle.js';
import { type Piece, ShortPieces } from './join-short.js';
import { kernelOf } from './kernel/kernel.js';
import type { SplitRows } from './kernel/rows.js';
import { type Limits, limitsOf } from './limits.js';
import type { Marks } from './marks.js';
import { outline } from './outline.js';
import { overlapStart } from './overlap.js';
import { meansLines, refine } from './refine.js';

/** Must change whenever the same document could be split differently. */
export const splitterVersion = 3;

/** Marks at weak places in long sentences, per chunk. */
const placesPerChunk = 8;

export interface SplitOptions {
  /** Max tokens of a chunk, its context included, without special tokens and prefix; at least 1. */
  size: number;
  /** Max tokens that a chunk repeats from the one before it, in the same section; at most half of `size` is used. */
  overlap: number;
  counter: TokenCounter;
  /** Whether the heading path is embedded with each chunk, too. @default false */
  headings?: boolean;
}

/**
 * The chunks of a document, in order: trimmed, none blank, together all of its text that is not white space,
 * each of at most `size` tokens. Only a character that has more tokens by itself exceeds it.
 * Memory is that of the document's blocks, for any number of chunks.
 */
export function* split(document: Document, options: SplitOptions): Generator<Chunk, void, undefined> {
  for (const chunk of splitInTurns(document, options)) if (chunk !== undefined) yield chunk;
}

/** The same, but yields `undefined` during long work, so that the caller can do other work or stop. */
export function splitInTurns(
  document: Document,
  options: SplitOptions,
): Generator<Chunk | undefined, void, undefined> {
  const limits = limitsOf(options);
  const rows = kernelOf(limits.counter)?.rows(document, limits);
  return rows === undefined ? new Splitter(document, limits).chunks() : chunksOf(document, rows);
}

function* chunksOf(document: Document, rows: SplitRows): Generator<Chunk, void, undefined> {
  const { contexts, sections } = rows;
  const { text, blocks } = document;
  const places = new Places(text, sections);
  const maker = new ChunkMaker(document, contexts);
  while (rows.next()) {
    places.moveTo(rows.from);
    const context = rows.isBare ? undefined : contexts?.of(rows.start, rows.end);
    yield maker.make(rows, places.titles, blocks[rows.block]?.page, context);
  }
}

class Splitter {
  readonly #document: Document;
  readonly #counter: SpanCounter;
  readonly #size: number;
  readonly #overlap: number;
  readonly #core: number;
  readonly #contexts: Contexts;
  readonly #short: ShortPieces;
  readonly #places: Places;
  readonly #maker: ChunkMaker;
  /** Pieces that become chunks now. */
  readonly #ready: Piece[] = [];
  /** Where the last chunk starts. */
  #previous = -1;

  constructor(document: Document, { size, overlap, counter, headings }: Limits) {
    this.#document = document;
    this.#counter = counter;
    this.#size = size;
    this.#overlap = overlap;
    this.#core = size - overlap;
    this.#contexts = new Contexts(document, size, counter, headings);
    const { text, blocks } = document;
    this.#places = new Places(text, blocks);
    this.#maker = new ChunkMaker(document, this.#contexts);
    this.#short = new ShortPieces(text, blocks, this.#size, (start, end, tokens) => {
      return tokens <= this.#core && tokens + this.#contexts.of(start, end).tokens <= this.#core;
    });
  }

  /** All that waits or is long is on this screen: what it calls is done at once. */
  *chunks(): Generator<Chunk | undefined, void, undefined> {
    const whole = yield* outline(this.#document, this.#counter);
    const { marks } = whole;
    const runs = [marks.count, 0];
    while (runs.length > 0) {
      const fits = this.#divide(runs, marks, worstBlockRank);
      const from = runs.pop()!;
      const to = runs.pop()!;
      if (fits) {
        this.#addPiece(marks.at[from]!, marks.at[to]!, marks.tokens[to]! - marks.tokens[from]!);
      } else {
        const spacing = Math.max(1, Math.floor(this.#core / placesPerChunk));
        const fine = yield* refine(this.#document.text, whole, from, to, {
          spacing,
          counter: this.#counter,
          rowRoom: (block) => this.#core - this.#contexts.inside(block),
        });
        const parts = [fine.count, 0];
        while (parts.length > 0) {
          this.#divide(parts, fine, worstRank);
          const start = parts.pop()!;
          const end = parts.pop()!;
          // Parts of words were counted alone, and may have another count together.
          this.#addCounted(fine.at[start]!, fine.at[end]!, this.#capacity(fine, start));
          while (this.#ready.length > 0) yield this.#chunk(this.#ready.shift()!);
        }
      }
      while (this.#ready.length > 0) yield this.#chunk(this.#ready.shift()!);
    }
    if (this.#short.last !== undefined) yield this.#chunk(this.#short.last);
  }

  #chunk(piece: Piece): Chunk {
    const places = this.#places;
    places.moveTo(piece.start);
    // After the start of the chunk before: no chunk may contain another one.
    const floor = Math.max(places.sectionStart, this.#previous + 1);
    const { start, tokens, context } = this.#withOverlap(piece, floor, meansLines(places.block));
    this.#previous = start;
    const line = places.lineAt(start);
    return this.#maker.make({ start, end: piece.end, tokens, line }, places.titles, places.page, context);
  }

  /**
   * Cuts the last run of a stack, and the first of its parts again, until that fits or no cut of at most the rank `worst`
   * divides it. A run is two numbers: the mark after it, and its first one. @returns whether it fits
   */
  #divide(runs: number[], marks: Marks, worst: number): boolean {
    const from = runs[runs.length - 1]!;
    for (;;) {
      const to = runs[runs.length - 2]!;
      const fits = this.#fits(marks, from, to);
      const cut = fits
        ? sectionCut(marks, from, to, this.#size)
        : bestCut(marks, from, to, this.#core, worst);
      if (cut < 0) return fits;
      runs[runs.length - 1] = cut;
      runs.push(cut, from);
    }
  }

  /** True when the run is no more than a chunk, with its context. */
  #fits(marks: Marks, from: number, to: number): boolean {
    const room = this.#capacity(marks, from) - (marks.tokens[to]! - marks.tokens[from]!);
    return room >= 0 && this.#contexts.of(marks.at[from]!, marks.at[to]!).tokens <= room;
  }

  /** Max tokens after a mark: a chunk that starts a section has no overlap. */
  #capacity(marks: Marks, from: number): number {
    return marks.strength[from]! <= boundary.deepestSection ? this.#size : this.#core;
  }

  #addPiece(start: number, end: number, tokens: number): void {
    const trimmed = trimEnd(this.#document.text, start, end);
    if (trimmed === start) return;
    const ready = this.#short.add({ start, end: trimmed, tokens });
    if (ready !== undefined) this.#ready.push(ready);
  }

  #addCounted(start: number, end: number, capacity: number): void {
    const { text } = this.#document;
    const trimmed = trimEnd(text, start, end);
    const tokens = this.#counter.countSpan(text, start, trimmed);
    const fits = tokens <= capacity && tokens + this.#contexts.of(start, trimmed).tokens <= capacity;
    const middle = fits ? undefined : middleOf(text, start, trimmed, this.#counter);
    if (middle === undefined) {
      this.#addPiece(start, trimmed, tokens);
    } else {
      this.#addCounted(start, middle, capacity);
      this.#addCounted(skipSpace(text, middle, trimmed), trimmed, capacity);
    }
  }

  /** @param floor the overlap begins there or later */
  #withOverlap(
    piece: Piece,
    floor: number,
    lines: boolean,
  ): { start: number; tokens: number; context: Context } {
    const { text } = this.#document;
    const { start, end, tokens } = piece;
    let context = this.#contexts.of(start, end);
    // A character of more tokens than a chunk may have.
    if (tokens + context.tokens > this.#size) context = noContext;
    const alone = { start, tokens: tokens + context.tokens, context };
    if (floor >= start) return alone;
    // Counts add up between words only.
    const isSum = isBetweenWords(text, start);
    // An overlap that reaches into a table needs the table's header row, and is shorter for that.
    for (let tries = 0; tries < 2; tries++) {
      const most = Math.min(this.#overlap, this.#size - tokens - context.tokens);
      if (most < 1) return alone;
      const from = overlapStart({ text, start, floor, most, counter: this.#counter, lines });
      const wanted = this.#contexts.of(from, end);
      const own = isSum
        ? tokens + this.#counter.countSpan(text, from, start)
        : this.#counter.countSpan(text, from, end);
      const all = own + wanted.tokens;
      if (all <= this.#size) return { start: from, tokens: all, context: wanted };
      context = wanted;
    }
    return alone;
  }
}
