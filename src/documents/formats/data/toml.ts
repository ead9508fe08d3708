// TOML: settings under their sections.

import { withLetters } from '../../blocks/settings/letters.js';
import { sectionBlocks } from '../../blocks/settings/sections.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = withLetters(decode(bytes), 'double');
  return one({ source, format: 'toml', text, blocks: sectionBlocks(text, true) });
}
