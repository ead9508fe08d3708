// Paragraphs: the text between blank lines. For text without any other structure.
import type { Block, BlockKind } from '../../types/document.js';
import { lineEnd, skipWhite, trimWhite } from './lines.js';

/** Blocks of the paragraphs in `text.slice(start, end)`; `line` is the 1-based line of `start`. */
export function paragraphs(
  text: string,
  start = 0,
  end = text.length,
  line = 1,
  kind: BlockKind = 'paragraph',
): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (let at = start; at < end; line++) {
    const next = Math.min(lineEnd(text, at), end);
    const first = skipWhite(text, at, next);
    if (first === next) {
      open = undefined;
    } else if (open) {
      open.end = trimWhite(text, first, next);
    } else {
      open = { kind, start: first, end: trimWhite(text, first, next), line };
      blocks.push(open);
    }
    at = next + 1;
  }
  return blocks;
}
