// reStructuredText. The text is that of the file, with its marks.

import { rstBlocks } from '../../blocks/rst.js';
import { decode } from '../../decode.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  return one({ source, format: 'rst', text, blocks: rstBlocks(text) });
}
