// HTML: the text that a reader of the page sees, without scripts, styles and navigation.
import type { Document } from '../../../types/document.js';
import { htmlContent } from '../../blocks/html.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const { text, blocks, title } = htmlContent(decode(bytes));
  const document: Document = { source, format: 'html', text, blocks };
  if (title !== '') document.metadata = { title };
  return one(document);
}
