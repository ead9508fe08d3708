// Names and numbers of characters in HTML (`&copy;`, `&#169;`) → the characters, once.
import { decodeHTML } from 'entities';

const entity = /&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][\dA-Za-z]{1,31});/g;

/** Only what ends in a semicolon: `&copy` without one is text of its own, in Markdown. */
export function decodeEntities(text: string): string {
  return text.includes('&') ? text.replace(entity, (written) => decodeHTML(written)) : text;
}
