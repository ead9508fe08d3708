// Lines of a file of settings, as a block.
import type { Block } from '../../../types/document.js';
import { trimWhite } from '../lines.js';

/** Adds lines as a block, without the blank ones around them; nothing where all are blank. */
export function addLines(blocks: Block[], text: string, lines: Omit<Block, 'kind'>): void {
  const end = trimWhite(text, lines.start, lines.end);
  let { start, line } = lines;
  for (let eol = text.indexOf('\n', start); eol !== -1 && eol < end; eol = text.indexOf('\n', start)) {
    if (text.slice(start, eol).trim() !== '') break;
    start = eol + 1;
    line++;
  }
  if (start < end) blocks.push({ kind: 'code', ...lines, start, end, line });
}
