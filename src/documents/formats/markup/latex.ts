// LaTeX: the words of the body, with sections, lists, tables and code; formulas with their signs. Of what stands before the
// body, only the title, the author and the date are read. Other files that it includes are documents of their own.
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { LatexReader } from './latex/reader.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  return one({ source, format: 'latex', ...new LatexReader(decode(bytes)).read() });
}
