// How constructs of reStructuredText begin, and where tables end.
import { type Line, leastIndent } from './lines.js';

const bullet = /^[-*+•‣⁃](?:\s+|$)/;
const number =
  /^(?:\(?(?:\d{1,5}|#|[A-Za-z]|[ivxlcdmIVXLCDM]{1,8})\)|(?:\d{1,5}|#|[A-Za-z]|[ivxlcdmIVXLCDM]{1,8})\.)\s+(?=\S)/;
/** `-a, --all  what it does`, or alone above it. */
export const optionItem =
  /^(?:-{1,2}|\/)[\w?#@][\w-]*(?:[ =][\w<>[\]=:,.-]+)?(?:, (?:-{1,2}|\/)[\w?#@][\w-]*(?:[ =][\w<>[\]=:,.-]+)?)*(?: {2,}\S.*)?$/;
const directive = /^\.\.\s+(?:\|[^|]{1,200}\|\s+)?([\w](?:[\w:+.-]{0,80}?[\w])?)\s?::(?:\s+(.*))?$/;
const option = /^:([^:\s][^:]{0,80}):(?:\s+(.*))?$/;
const gridStart = /^\+[-=]{2,}[-=+]*\+$/;
const simpleStart = /^=+(?:\s+=+)+$/;
/** Max characters of a line that the patterns of lists see. */
const seenLength = 400;

/** Length of the marker of an item with the blanks after it; 0 if the line is none. */
export function listMarker(text: string): number {
  const start = text.slice(0, seenLength);
  return (bullet.exec(start) ?? number.exec(start))?.[0].length ?? 0;
}

export function explicitKind(text: string): 'directive' | 'note' | 'other' {
  if (/^\.\.\s+\[(?:[#*]|\d+|[#A-Za-z][\w.-]{0,80})[\w.-]*\](?:\s|$)/.test(text)) return 'note';
  return directive.test(text) ? 'directive' : 'other';
}

export interface Directive {
  name: string;
  isSubstitution: boolean;
  line: number;
  /** In one line. */
  argument: string;
  /** The lines of the argument, joined where they end in a backslash. */
  signatures: string[];
  options: Map<string, string>;
  content: Line[];
  /** For boxes, whose text may begin on the first line. */
  argumentAndContent: Line[];
}

/** @param lines the line of the directive, and those that are indented below it */
export function directiveAt(lines: readonly Line[]): Directive {
  const first = lines[0]!;
  const [, name = '', rest = ''] = directive.exec(first.text)!;
  let at = 1;
  const argument = rest.trim() === '' ? [] : [{ ...first, text: rest.trim() }];
  while (at < lines.length && lines[at]!.text !== '' && !option.test(lines[at]!.text)) {
    // Without a word on the first line, what comes directly below is the content, but for descriptions of objects.
    argument.push(lines[at++]!);
  }
  const options = new Map<string, string>();
  while (at < lines.length && option.test(lines[at]!.text)) {
    const [, key, value = ''] = option.exec(lines[at]!.text)!;
    const end = optionEnd(lines, at);
    const more = lines.slice(at + 1, end).map(({ text }) => text);
    options.set(key!.toLowerCase(), [value, ...more].join('\n').trim());
    at = end;
  }
  while (at < lines.length && lines[at]!.text === '') at++;
  const content = lines.slice(at);
  const indent = content.length === 0 ? leastIndent(lines.slice(1)) : leastIndent(content);
  const blank: Line = { text: '', indent: 0, number: first.number };
  return {
    name,
    isSubstitution: first.text.slice(2).trimStart().startsWith('|'),
    line: first.number,
    argument: argument.map(({ text }) => text).join(' '),
    signatures: argument
      .map(({ text }) => text)
      .join('\n')
      .replace(/\\\n/g, '')
      .split('\n')
      .filter((text) => text !== ''),
    options,
    content,
    argumentAndContent: [...argument.map((line) => ({ ...line, indent })), blank, ...content],
  };
}

/** Further lines of an option have more indent. */
function optionEnd(lines: readonly Line[], at: number): number {
  let end = at + 1;
  while (end < lines.length && lines[end]!.text !== '' && lines[end]!.indent > lines[at]!.indent) end++;
  return end;
}

/** Index after the table that begins on a line; the same index if none does. */
export function tableEnd(lines: readonly Line[], at: number): number {
  const { text, indent } = lines[at]!;
  if (gridStart.test(text)) {
    let end = at;
    while (end < lines.length && /^[+|]/.test(lines[end]!.text) && lines[end]!.indent === indent) end++;
    return end - at > 2 ? end : at;
  }
  if (!simpleStart.test(text)) return at;
  // It ends at a border before a blank line, or at the end of the text; the second border is that of the header, or the last.
  for (
    let end = at + 1;
    end < lines.length && (lines[end]!.text === '' || lines[end]!.indent >= indent);
    end++
  ) {
    if (end > at + 1 && simpleStart.test(lines[end]!.text) && (lines[end + 1]?.text ?? '') === '')
      return end + 1;
  }
  return at;
}
