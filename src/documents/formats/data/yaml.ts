// YAML: settings with their keys as headings.

import { withLetters } from '../../blocks/settings/letters.js';
import { yamlBlocks } from '../../blocks/settings/yaml.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

/** Values that say nothing, and marks between documents. */
const blank = /^(?:\s|---|\.\.\.|\{\}|\[\]|null|~)*$/;

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = withLetters(decode(bytes), 'double');
  if (blank.test(text)) return one({ source, format: 'yaml', text: '', blocks: [] });
  return one({ source, format: 'yaml', text, blocks: yamlBlocks(text) });
}
