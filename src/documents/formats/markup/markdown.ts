// Markdown: CommonMark with tables and front matter. The text is that of the file, with its marks, but without front matter,
// comments, definitions of links, and the data of pictures that stand in it; HTML is read as HTML.
import type { Block, Document } from '../../../types/document.js';
import { withoutDataUris } from '../../blocks/data-uris.js';
import { markdownContent } from '../../blocks/markdown/content.js';
import { frontMatter } from '../../blocks/markdown/frontmatter.js';
import { cleanTitle } from '../../blocks/titles.js';
import { type Titled, underTitle } from '../../blocks/under-title.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { plainMarkdown } from './mdx/plain.js';

/** Docusaurus reads `.md` as MDX; such a file begins with what it imports. */
const isMdx = /^\s*import\s(?:[\w*{][^'"\n]{0,300}\sfrom\s)?\s*['"][^'"\n]{1,300}['"];?[ \t]*(?:\n|$)/;

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  const start = frontMatter(text)?.end ?? 0;
  const plain = isMdx.test(text.slice(start, start + 1000)) ? plainMarkdown : undefined;
  return one(markdownDocument(text, source, 'markdown', plain));
}

/** @param plain makes Markdown of what follows the front matter, line for line; without it, that is Markdown */
export function markdownDocument(
  file: string,
  source: string,
  format: string,
  plain?: (text: string) => string,
): Document {
  const text = withoutDataUris(file).replaceAll('\u00ad', '');
  const front = frontMatter(text);
  const rest = front ? text.slice(front.end) : text;
  const content = plain
    ? withoutGaps(markdownContent(plain(rest), front?.lines))
    : markdownContent(rest, front?.lines);
  if (!front) return { source, format, ...content };
  const given = typeof front.metadata.title === 'string' ? cleanTitle(front.metadata.title) : '';
  // Front matter alone is a blank document.
  const title = content.blocks.length === 0 ? '' : given;
  const document: Document = { source, format, ...underTitle(content, title, 1) };
  if (Object.keys(front.metadata).length > 0) document.metadata = front.metadata;
  return document;
}

/** The same blocks with a blank line between them where there were several. */
function withoutGaps({ text, blocks }: Titled): Titled {
  const parts: string[] = [];
  let length = 0;
  let before = 0;
  const moved = blocks.map((block): Block => {
    const between = parts.length === 0 ? '' : text.slice(before, block.start).replace(/\n\s*\n/, '\n\n');
    const part = text.slice(block.start, block.end);
    parts.push(between, part);
    before = block.end;
    const start = length + between.length;
    length = start + part.length;
    return { ...block, start, end: length };
  });
  return { text: parts.join(''), blocks: moved };
}
