// The kinds of a single line of Markdown: marker, fence, rule, underline, table delimiter, start of HTML.
// All functions look at `text.slice(at, eol)`, where `at` is the line's first character that isn't white space.
import { isWhite } from '../lines.js';

export interface Fence {
  /** Character code of ` or ~. */
  code: number;
  length: number;
}

const backtick = 96;
const tilde = 126;

/** The code fence that opens here: three or more back-ticks (with none later in the line) or tildes. */
export function fenceAt(text: string, at: number, eol: number): Fence | undefined {
  const code = text.charCodeAt(at);
  if (code !== backtick && code !== tilde) return undefined;
  let end = at + 1;
  while (end < eol && text.charCodeAt(end) === code) end++;
  const length = end - at;
  if (length < 3) return undefined;
  if (code === backtick) {
    for (; end < eol; end++) if (text.charCodeAt(end) === backtick) return undefined;
  }
  return { code, length };
}

export function closesFence(text: string, fence: Fence, at: number, eol: number): boolean {
  let end = at;
  while (end < eol && text.charCodeAt(end) === fence.code) end++;
  if (end - at < fence.length) return false;
  while (end < eol && isWhite(text.charCodeAt(end))) end++;
  return end === eol;
}

/**
 * Column of the content after a list marker (`-`, `*`, `+`, `1.`, `1)`), or -1 when the line has none.
 * @param indent column of the marker
 */
export function markerColumn(text: string, at: number, eol: number, indent: number): number {
  let end = at;
  const code = text.charCodeAt(at);
  if (code === 45 || code === 42 || code === 43) {
    end++;
  } else {
    while (end < eol && end - at < 9 && isDigit(text.charCodeAt(end))) end++;
    if (end === at || end === eol) return -1;
    const close = text.charCodeAt(end);
    if (close !== 46 && close !== 41) return -1;
    end++;
  }
  if (end < eol && !isWhite(text.charCodeAt(end))) return -1;
  let spaces = 0;
  while (end + spaces < eol && spaces < 5 && text.charCodeAt(end + spaces) === 32) spaces++;
  // More than four spaces are code inside the item. The item's content then starts one space after the marker.
  const gap = spaces === 0 || spaces === 5 || end + spaces === eol ? 1 : spaces;
  return indent + (end - at) + gap;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** `***`, `- - -`: at least three of one of `-*_`, and white space. */
export function isRule(text: string, at: number, eol: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== 45 && code !== 42 && code !== 95) return false;
  let count = 0;
  for (let i = at; i < eol; i++) {
    const here = text.charCodeAt(i);
    if (here === code) count++;
    else if (!isWhite(here)) return false;
  }
  return count >= 3;
}

/** `===` or `---` alone on the line: level of the heading that it makes of the paragraph above, else 0. */
export function underlineLevel(text: string, at: number, eol: number): number {
  const code = text.charCodeAt(at);
  if (code !== 61 && code !== 45) return 0;
  let end = at;
  while (end < eol && text.charCodeAt(end) === code) end++;
  while (end < eol && isWhite(text.charCodeAt(end))) end++;
  return end < eol ? 0 : code === 61 ? 1 : 2;
}

/** `|---|:--:|`: the line between the header and the rows of a table. */
export function isTableDelimiter(text: string, at: number, eol: number): boolean {
  let dashes = false;
  for (let i = at; i < eol; i++) {
    const code = text.charCodeAt(i);
    if (code === 45) dashes = true;
    else if (code !== 124 && code !== 58 && !isWhite(code)) return false;
  }
  return dashes;
}

/** Elements that begin a block wherever they begin a line. */
const blockTags =
  'address|article|aside|blockquote|center|details|dialog|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|' +
  'iframe|li|link|main|menu|nav|noframes|ol|p|picture|section|summary|table|tbody|td|tfoot|th|thead|tr|ul';
const blockTag = new RegExp(`^</?(?:${blockTags})(?:[\\s/>]|$)`, 'i');

/** What ends the HTML that starts here, in lower case: '' for a blank line. Undefined where no block of HTML starts. */
export function htmlEnd(text: string, at: number): string | undefined {
  if (text.charCodeAt(at) !== 60) return undefined;
  if (text.startsWith('<!--', at)) return '-->';
  if (text.startsWith('<?', at)) return '?>';
  const start = text.slice(at, at + 16);
  const tag = /^<(pre|script|style|textarea|svg)[\s>]/i.exec(start);
  if (tag) return `</${tag[1]!.toLowerCase()}>`;
  return blockTag.test(start) ? '' : undefined;
}

/** `: words`, which say what the line above them means. */
export function isDefinition(text: string, at: number, eol: number): boolean {
  return text.charCodeAt(at) === 58 && at + 1 < eol && isWhite(text.charCodeAt(at + 1));
}
