// Plain text: a block is a paragraph. Also what a file without a known name is read as.

import { paragraphs } from '../../blocks/paragraphs.js';
import { decode } from '../../decode.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  return one({ source, format: 'text', text, blocks: paragraphs(text) });
}
