// Plain text: paragraphs under the headings that are underlined or numbered, without running heads, page numbers and the
// codes of terminals and the data of pictures. Files with an unknown name are read like this, too.

import { withoutDataUris } from '../../blocks/data-uris.js';
import { withoutPages } from '../../blocks/pages.js';
import { plainTextBlocks } from '../../blocks/plain-text.js';
import { withoutEscapeCodes } from '../../blocks/terminal-text.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const { text, fileLine } = withoutPages(withoutEscapeCodes(withoutDataUris(decode(bytes))));
  return one({ source, format: 'text', text, blocks: plainTextBlocks(text, fileLine) });
}
