// Plain text: a block is a paragraph. Files with an unknown name are read like this, too.

import { paragraphs } from '../../blocks/paragraphs.js';
import { decode } from '../../decode.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  return one({ source, format: 'text', text, blocks: paragraphs(text) });
}
