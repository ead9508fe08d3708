// Lines of an item of Markdown: where its parts begin, and code within it.
import { isWhite, skipWhite } from '../lines.js';
import { closesFence, type Fence, fenceAt, markerColumn } from './lines.js';
import type { OpenBlock } from './open-block.js';

/** Places of a line in the text; `at` is that of its first word. */
export interface ItemLine {
  start: number;
  at: number;
  eol: number;
  /** Columns in front of the first word. */
  indent: number;
  /** 1-based. */
  line: number;
}

/** Stores where a part of the item starts. */
export function takeItemLine(
  text: string,
  item: OpenBlock,
  { start, at, eol, indent, line }: ItemLine,
): void {
  if (item.fence) {
    if (closesFence(text, item.fence, at, eol)) item.fence = undefined;
    return;
  }
  item.fence = fenceAt(text, at, eol);
  if (item.fence) {
    item.parts.push({ kind: 'code', start, line });
  } else if (markerColumn(text, at, eol, indent) >= 0) {
    item.parts.push({ kind: 'item', start, line });
    item.fence = fenceBehindMarker(text, at, eol);
  } else if (item.blank || item.parts.at(-1)?.kind === 'code') {
    item.parts.push({ kind: 'paragraph', start, line });
  }
}

/** The fence that begins behind the marker at `at`. */
export function fenceBehindMarker(text: string, at: number, eol: number): Fence | undefined {
  let content = at;
  while (content < eol && !isWhite(text.charCodeAt(content))) content++;
  content = skipWhite(text, content, eol);
  return content < eol ? fenceAt(text, content, eol) : undefined;
}
