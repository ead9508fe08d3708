// What the reader of reStructuredText finds, in order, before it is text: blocks that may still become one.
import type { BlockKind } from '../../../../types/document.js';
import type { TextBuilder } from '../../../blocks/text-builder.js';

export interface Piece {
  kind: BlockKind;
  text: string;
  line: number;
  level?: number;
  title?: string;
  context?: string;
}

/** An item or a definition up to this length is one block. */
const longBlock = 800;

export class Pieces {
  readonly all: Piece[] = [];
  /** Level of the sections that ended; 0 for none. */
  #ended = 0;

  add(piece: Piece): void {
    const isHeading = piece.title !== undefined;
    if (piece.text.trim() === '' && !isHeading) return;
    if (this.#ended > 0 && !isHeading) piece.level = this.#ended;
    this.#ended = 0;
    this.all.push(piece);
  }

  /** Adds what stands within something: sections in it end with it. */
  addAll(pieces: readonly Piece[]): void {
    let outermost = Number.POSITIVE_INFINITY;
    for (const piece of pieces) {
      this.add({ ...piece });
      if (piece.title !== undefined) outermost = Math.min(outermost, piece.level!);
    }
    if (outermost < Number.POSITIVE_INFINITY) this.end(outermost);
  }

  /** What comes next is in the section around those of this level. */
  end(level: number): void {
    this.#ended = this.#ended === 0 ? level : Math.min(this.#ended, level);
  }

  finish(builder: TextBuilder): void {
    for (const { kind, text, ...details } of this.all) builder.add(kind, text, details);
  }
}

/** Whether all of them make one block: short, without sections and tables. */
export function areOne(pieces: readonly Piece[]): boolean {
  let length = 0;
  for (const { kind, text, level } of pieces) {
    if (level !== undefined || kind === 'table') return false;
    length += text.length + 1;
    if (length > longBlock) return false;
  }
  return true;
}

/** The pieces with words in front of the first one, such as the label of a box or the marker of an item. */
export function headed(head: string, pieces: readonly Piece[], line: number, between = '\n'): Piece[] {
  const [first, ...rest] = pieces;
  if (first === undefined || first.title !== undefined)
    return [{ kind: 'paragraph', text: head.trimEnd(), line }, ...pieces];
  return [{ ...first, text: `${head}${between}${first.text}`, line }, ...rest];
}

/** The text of pieces that are one block; lines after the first have the indent. */
export function joined(pieces: readonly Piece[], indent = ''): string {
  return pieces
    .map(({ text }) => text)
    .join('\n')
    .replace(/\n(?!\n)/g, `\n${indent}`);
}
