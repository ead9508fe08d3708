// Markdown: CommonMark with tables and front matter. The text is that of the file, with its marks, but without front matter,
// comments, definitions of links, and the data of pictures that stand in it; HTML is read as HTML.
import type { Document } from '../../../types/document.js';
import { withoutDataUris } from '../../blocks/data-uris.js';
import { markdownContent } from '../../blocks/markdown/content.js';
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
  if (!front) return { source, format: 'markdown', ...markdownContent(file) };
  const content = markdownContent(file.slice(front.end), front.lines);
  const given = typeof front.metadata.title === 'string' ? cleanTitle(front.metadata.title) : '';
  // Front matter alone is a blank document.
  const title = content.blocks.length === 0 ? '' : given;
  const document: Document = { source, format: 'markdown', ...underTitle(content, title, 1) };
  if (Object.keys(front.metadata).length > 0) document.metadata = front.metadata;
  return document;
}
