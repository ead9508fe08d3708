// Markdown → text and blocks, without what no reader of the page sees: comments, definitions of links, anchors, tags. HTML
// in it is read as HTML; all else stays as it is written.
import type { Block } from '../../../types/document.js';
import { htmlContent } from '../html.js';
import { type Replacement, rewritten } from '../rewritten.js';
import type { Titled } from '../under-title.js';
import { type MarkdownBlock, markdownBlocks } from './blocks.js';
import { withoutInlineHtml } from './inline-html.js';
import { withoutDefinitions } from './link-definitions.js';

/** Without any of them, the text stays. */
const toRead = /[<&]|\]:/;

/** The text of a whole file, or of a part of it that begins on the 1-based line `line`. */
export function markdownContent(text: string, line = 1): Titled {
  const blocks = markdownBlocks(text, line);
  if (!toRead.test(text)) return { text, blocks };
  return rewritten({ text, blocks }, (block) => readBlock(text, block));
}

function readBlock(text: string, block: MarkdownBlock): string | Replacement | undefined {
  const { kind, start, end, line, isHtml } = block;
  if (isHtml) return readHtml(text.slice(start, end), line);
  if (kind === 'code') return undefined;
  const words = kind === 'paragraph' ? withoutDefinitions(text.slice(start, end)) : undefined;
  if (words === undefined) return withoutInlineHtml(text, start, end);
  return withoutInlineHtml(words, 0, words.length) ?? words;
}

function readHtml(html: string, line: number): Replacement {
  const { text, blocks } = htmlContent(html);
  return { text, blocks: blocks.map((block): Block => ({ ...block, line: block.line + line - 1 })) };
}
