// INI files and their like: settings under their sections.
import { sectionBlocks } from '../../blocks/settings/sections.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  return one({ source, format: 'ini', text, blocks: sectionBlocks(text, false) });
}
