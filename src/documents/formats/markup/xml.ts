// XML: what is written to be read gives its sections, paragraphs, lists and tables; other XML its values with their names.
import { htmlContent } from '../../blocks/html.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { DataReader } from './xml/data.js';
import { ProseReader } from './xml/prose.js';
import { readXml, rootName } from './xml/tokens.js';
import { proseRoots } from './xml/vocabulary.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const xml = decode(bytes);
  const root = rootName(xml);
  if (root === 'html' || root === 'svg') {
    const { text, blocks } = htmlContent(xml);
    return one({ source, format: 'xml', text, blocks });
  }
  const reader = proseRoots.has(root) ? new ProseReader() : new DataReader();
  readXml(xml, source, reader);
  return one({ source, format: 'xml', ...reader.finish() });
}
