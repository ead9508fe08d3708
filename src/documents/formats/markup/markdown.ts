// Markdown: CommonMark with tables and front matter. The text is that of the file, with its marks.
import type { Block, Document } from '../../../types/document.js';
import { trimWhite } from '../../blocks/lines.js';
import { markdownBlocks } from '../../blocks/markdown/blocks.js';
import { frontMatter } from '../../blocks/markdown/frontmatter.js';
import { decode } from '../../decode.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  const front = frontMatter(text);
  if (!front) return one({ source, format: 'markdown', text, blocks: markdownBlocks(text) });
  const blocks: Block[] = [
    { kind: 'record', start: 0, end: trimWhite(text, 0, front.end), line: 1 },
    ...markdownBlocks(text, front.end, text.length, front.lines),
  ];
  const document: Document = { source, format: 'markdown', text, blocks };
  if (Object.keys(front.metadata).length > 0) document.metadata = front.metadata;
  return one(document);
}
