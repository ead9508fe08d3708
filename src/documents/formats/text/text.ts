// Plain text: paragraphs under the headings that are underlined or numbered, without running heads, page numbers and the
// codes of terminals. Files with an unknown name are read like this, too.

import { withoutPages } from '../../blocks/pages.js';
import { plainTextBlocks } from '../../blocks/plain-text.js';
import { withoutEscapeCodes } from '../../blocks/terminal-text.js';
import { decode } from '../../decode.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const { text, fileLine } = withoutPages(withoutEscapeCodes(decode(bytes)));
  return one({ source, format: 'text', text, blocks: plainTextBlocks(text, fileLine) });
}
