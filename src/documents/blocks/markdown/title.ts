// The title of a Markdown heading: its words without links, emphasis, code marks, tags and closing `#`.
import { decodeEntities } from '../entities.js';
import { cleanTitle } from '../titles.js';

const markup = /[[\]*_`<\\&{~]/;
const link = /!?\[([^[\]]*)\](?:\([^()]*\)|\[[^[\]]*\])/g;

/** `source` is the heading's text, without the `#` before it. */
export function markdownTitle(source: string): string {
  // Bounds the work: a "heading" can be a file of one line.
  const text = source.length > 1000 ? source.slice(0, 1000) : source;
  if (!markup.test(text)) return cleanTitle(text);
  if (!text.includes('`')) return cleanTitle(plain(text));
  const parts = text.split('`');
  // Text between back-ticks stays unchanged.
  return cleanTitle(parts.map((part, i) => (i % 2 === 0 ? plain(part) : part)).join(''));
}

function plain(source: string): string {
  let text = source;
  // Twice: an image in a link.
  if (text.includes('[')) text = text.replace(link, '$1').replace(link, '$1');
  if (text.includes('<')) text = text.replace(/<[^<>]*>/g, '');
  if (text.includes('*') || text.includes('~~')) {
    text = text.replace(/(\\.)|\*+|~~/g, (_, escaped: string | undefined) => escaped ?? '');
  }
  if (hasEmphasis(text))
    text = text.replace(/(^|[\s(])_+(?=\S)/g, '$1').replace(/(?<!_)_+(?=$|[\s.,:;!?)])/g, '');
  if (text.includes('{#')) text = text.replace(/\{#[^{}]*\}\s*$/, '');
  if (text.includes('\\')) text = text.replace(/\\([!-/:-@[-`{-~])/g, '$1');
  return decodeEntities(text);
}

/** Underscores inside words are part of a name, and headings are full of names. */
function hasEmphasis(text: string): boolean {
  for (let at = text.indexOf('_'); at !== -1; at = text.indexOf('_', at + 1)) {
    if (!isWordCode(text.charCodeAt(at - 1)) || !isWordCode(text.charCodeAt(at + 1))) return true;
  }
  return false;
}

/** Letters, digits and underscores of ASCII. False for NaN, which is outside of the text. */
function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  );
}
