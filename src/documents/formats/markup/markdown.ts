// Markdown: CommonMark with tables and front matter. The text is that of the file, with its marks, but without front matter
// and the data of pictures that stand in it.
import type { Document } from '../../../types/document.js';
import { withoutDataUris } from '../../blocks/data-uris.js';
import { markdownBlocks } from '../../blocks/markdown/blocks.js';
import { type FrontMatter, frontMatter } from '../../blocks/markdown/frontmatter.js';
import { cleanTitle } from '../../blocks/titles.js';
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
  const document = underTitle({ source, format: 'markdown', text, blocks }, front);
  if (Object.keys(front.metadata).length > 0) document.metadata = front.metadata;
  return document;
}

/** A text without a main heading is a section under the title that its author gave it. */
function underTitle(document: Document, { metadata }: FrontMatter): Document {
  const { text, blocks } = document;
  const title = typeof metadata.title === 'string' ? cleanTitle(metadata.title) : '';
  if (title === '' || blocks.length === 0 || blocks.some(({ level }) => level === 1)) return document;
  const first = blocks.find((block) => block.title !== undefined);
  if (first?.title === title) {
    first.level = 1;
    return document;
  }
  const shift = title.length + 2;
  const moved = blocks.map((block) => ({ ...block, start: block.start + shift, end: block.end + shift }));
  const heading = { kind: 'heading', start: 0, end: title.length, line: 1, level: 1, title } as const;
  return { ...document, text: `${title}\n\n${text}`, blocks: [heading, ...moved] };
}
