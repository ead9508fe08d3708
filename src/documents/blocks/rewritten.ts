// A text with other words in places: parts are left out, or read as what they stand for, and the blocks follow.
import type { Block } from '../../types/document.js';
import type { Titled } from './under-title.js';

const gap = '\n\n';

/** What stands in the place of a block: its text, and blocks whose offsets are those of that text. */
export interface Replacement {
  text: string;
  blocks: Block[];
}

/**
 * @param replace what a block becomes: another text for it, other blocks, or undefined where it stays. A blank text leaves it
 * out.
 */
export function rewritten<T extends Block>(
  document: { text: string; blocks: readonly T[] },
  replace: (block: T) => string | Replacement | undefined,
): Titled {
  const { text, blocks } = document;
  const others = blocks.map(replace);
  if (others.every((other) => other === undefined)) return { text, blocks: [...blocks] };
  const parts: string[] = [];
  const all: Block[] = [];
  let length = 0;
  let before = 0;
  let isAdjacent = true;
  for (const [index, block] of blocks.entries()) {
    const other = others[index];
    const part =
      other === undefined
        ? text.slice(block.start, block.end)
        : typeof other === 'string'
          ? other.trim()
          : other.text;
    if (part === '') {
      isAdjacent = false;
      before = block.end;
      continue;
    }
    const between = isAdjacent ? text.slice(before, block.start) : length === 0 ? '' : gap;
    length += between.length;
    parts.push(between, part);
    if (typeof other === 'object') {
      for (const inner of other.blocks)
        all.push({ ...inner, start: inner.start + length, end: inner.end + length });
    } else {
      all.push({ ...block, start: length, end: length + part.length });
    }
    length += part.length;
    before = block.end;
    isAdjacent = true;
  }
  if (isAdjacent) parts.push(text.slice(before));
  return { text: parts.join(''), blocks: all };
}
