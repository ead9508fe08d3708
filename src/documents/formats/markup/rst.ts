// reStructuredText as people read it: without the signs of its markup, comments and targets. rst/reader.ts finds what a text
// is made of; directives.ts says what directives mean, inline.ts what a line shows, tables.ts reads tables.

import { withoutDataUris } from '../../blocks/data-uris.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { linesOf } from './rst/lines.js';
import { namesOf } from './rst/names.js';
import { Pieces } from './rst/pieces.js';
import { RstReader } from './rst/reader.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = withoutDataUris(decode(bytes)).replaceAll('\u00ad', '');
  const pieces = new Pieces();
  pieces.addAll(new RstReader(namesOf(text)).read(linesOf(text)));
  const builder = new TextBuilder();
  pieces.finish(builder);
  return one({ source, format: 'rst', ...builder.finish() });
}
