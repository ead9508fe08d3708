// Source code: blocks are definitions, found by light rules for families of languages.
import { codeBlocks } from '../../blocks/code/blocks.js';
import { languageOf } from '../../blocks/code/languages.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  return one({ source, format: 'code', text, blocks: codeBlocks(text, languageOf(source)) });
}
