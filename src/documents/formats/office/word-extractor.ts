// word-extractor, with two of its tables made whole: it writes `undefined` for a soft hyphen, and for the euro sign of a text
// that is kept in bytes.
import { createRequire } from 'node:module';
import type WordExtractor from 'word-extractor';

interface Filters {
  clean(text: string): string;
  binaryToUnicode(text: string): string;
}

const load = createRequire(import.meta.url);
/** Its other parts take these functions over when they are loaded. */
const filters = load('word-extractor/lib/filters.js') as Filters;
const { clean, binaryToUnicode } = filters;
filters.clean = (text) => clean(text.replaceAll('\u001f', ''));
// Windows-1252 has no characters in the other places.
filters.binaryToUnicode = (text) =>
  binaryToUnicode(text.replaceAll('\u0080', '€').replace(/[\u0081\u008d\u008f\u0090\u009d]/g, ''));

export const { binaryToUnicode: windows1252 } = filters;
export const Extractor = load('word-extractor') as typeof WordExtractor;
