// RTF: the text as it stands at the end, with headings by their outline levels or styles, lists, tables and notes. Pictures,
// hidden and deleted text are left out. Line numbers are those of the extracted text.
import { DocumentError } from '../../../errors.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { RtfReader } from './rtf/reader.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const start = bytes
    .toString('latin1', 0, 1024)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (start === '' && bytes.length <= 1024) return one({ source, format: 'rtf', text: '', blocks: [] });
  if (!start.startsWith('{\\rtf')) throw new DocumentError('malformed', `${source} is not an RTF document.`);
  const builder = new TextBuilder();
  new RtfReader(bytes, builder).read();
  return one({ source, format: 'rtf', ...builder.finish() });
}
