// List items. Nested content stays with its item, unless the item gets too long.
import type { Block, BlockKind } from '../../types/document.js';
import { trimWhite } from './lines.js';

/** A longer list item is split into its paragraphs, code and nested items. */
const longItem = 800;

/** Where a part of an item starts. */
export interface ItemPart {
  kind: BlockKind;
  start: number;
  line: number;
}

/**
 * Adds the block of an item, or several if it is long.
 * @param parts the item itself first, then its nested parts
 */
export function pushItem(blocks: Block[], text: string, parts: readonly ItemPart[], end: number): void {
  const isLong = end - parts[0]!.start > longItem;
  const count = isLong ? parts.length : 1;
  for (let i = 0; i < count; i++) {
    const { kind, start, line } = parts[i]!;
    const next = isLong ? (parts[i + 1]?.start ?? end) : end;
    blocks.push({ kind, start, end: trimWhite(text, start, next), line });
  }
}
