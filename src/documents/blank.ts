// Tells documents that say nothing: they have no rows.
import type { Document } from '../types/document.js';

/** A letter, a digit, or a symbol that is no mark of a format: `---`, `#` and `{}` say nothing. */
const word = /[\p{L}\p{N}]|(?![ -~])\p{S}/u;

export function isBlank({ text, blocks }: Document): boolean {
  return blocks.length === 0 || !word.test(text);
}
