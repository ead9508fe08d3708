// Builds a text and its blocks, piece by piece: for formats whose own text isn't what people read.
import { oneLine } from '../../text/one-line.js';
import type { Block, BlockKind } from '../../types/document.js';
import { isWhite, trimWhite } from './lines.js';

/** Between two blocks, and between two items of a list. */
const gap = '\n\n';
const itemGap = '\n';

/** What a block may have beside its text. */
export type BlockDetails = Partial<Pick<Block, 'line' | 'page' | 'level' | 'title' | 'context'>>;

export class TextBuilder {
  /** Joined at the end: reading a text that still grows would copy it each time. */
  readonly #texts: string[] = [];
  readonly #blocks: Block[] = [];
  #length = 0;
  #line = 1;

  /**
   * Adds a block. White space around its lines is left out; a blank text adds nothing.
   * @param details the block's line is that of the built text, unless it is given
   */
  add(kind: BlockKind, text: string, details: BlockDetails = {}): void {
    const piece = text.slice(firstLine(text), trimWhite(text, 0, text.length));
    if (piece === '') return;
    if (this.#length > 0) {
      const between = kind === 'item' && this.#blocks.at(-1)?.kind === 'item' ? itemGap : gap;
      this.#texts.push(between);
      this.#length += between.length;
      this.#line += between.length;
    }
    const start = this.#length;
    this.#texts.push(piece);
    this.#length += piece.length;
    this.#blocks.push({ kind, start, end: this.#length, line: this.#line, ...details });
    this.#line += linesIn(piece);
  }

  /** Adds a heading that opens a section; its title is the text in one line. */
  heading(text: string, level: number, details: BlockDetails = {}): void {
    this.add('heading', text.trim(), { level, title: oneLine(text), ...details });
  }

  /** @returns all that was added; offsets of the blocks are those of the text */
  finish(): { text: string; blocks: Block[] } {
    return { text: this.#texts.join(''), blocks: this.#blocks };
  }
}

/** Index of the start of the first line that isn't blank: its indent stays. */
function firstLine(text: string): number {
  let start = 0;
  for (let at = 0; at < text.length && isWhite(text.charCodeAt(at)); at++) {
    if (text[at] === '\n') start = at + 1;
  }
  return start;
}

function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
