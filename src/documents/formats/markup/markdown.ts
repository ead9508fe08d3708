// Markdown: CommonMark with tables and front matter. The text is that of the file, with its marks, but without front matter
// and the data of pictures that stand in it.
import type { Document } from '../../../types/document.js';
import { withoutDataUris } from '../../blocks/data-uris.js';
import { markdownBlocks } from '../../blocks/markdown/blocks.js';
import { frontMatter } from '../../blocks/markdown/frontmatter.js';
import { cleanTitle } from '../../blocks/titles.js';
import { underTitle } from '../../blocks/under-title.js';
import { decode } from '../../decode.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  return one(markdownDocument(withoutDataUris(decode(bytes)).replaceAll('\u00ad', ''), source));
}

function markdownDocument(file: string, source: string): Document {
  const front = frontMatter(file);
  if (!front) return { source, format: 'markdown', text: file, blocks: markdownBlocks(file) };
  const text = file.slice(front.end);
  const blocks = markdownBlocks(text, 0, text.length, front.lines);
  const given = typeof front.metadata.title === 'string' ? cleanTitle(front.metadata.title) : '';
  // Front matter alone is a blank document.
  const title = blocks.length === 0 ? '' : given;
  const document: Document = { source, format: 'markdown', ...underTitle({ text, blocks }, title, 1) };
  if (Object.keys(front.metadata).length > 0) document.metadata = front.metadata;
  return document;
}
