// MDX: Markdown with components. It is read as Markdown, without JavaScript and the tags of components, but with what stands
// in them.

import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { markdownDocument } from './markdown.js';
import { plainMarkdown } from './mdx/plain.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  return one(markdownDocument(decode(bytes), source, 'mdx', plainMarkdown));
}
