// INI files and their like: settings under their sections.
import { withLetters } from '../../blocks/settings/letters.js';
import { sectionBlocks } from '../../blocks/settings/sections.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  // Java writes its properties in Latin-1 of old, and all other letters as escapes.
  const isJava = source.toLowerCase().endsWith('.properties');
  const text = withLetters(decode(bytes), isJava ? 'anywhere' : 'double');
  return one({ source, format: 'ini', text, blocks: sectionBlocks(text, false) });
}
