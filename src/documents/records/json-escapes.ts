// Strings of JSON as people read them: `\\u706f` as 灯, `\\n` as a line break.
import type { Block } from '../../types/document.js';
import { lineEnd } from '../blocks/lines.js';

const loneSurrogate = /\p{Surrogate}/gu;
const meanings: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: ' ', b: ' ', f: ' ' };

export interface PlainText {
  text: string;
  /** Where line breaks were put in, in order: the file has none there. */
  breaks: number[];
}

/**
 * @param text JSON, which may have comments
 * @param json the same with its comments blanked: what follows a backslash there is an escape in a string
 */
export function withoutEscapes(text: string, json: string): PlainText {
  let at = json.indexOf('\\');
  if (at === -1) return { text, breaks: [] };
  const parts: string[] = [];
  const breaks: number[] = [];
  let length = 0;
  let from = 0;
  const add = (part: string): void => {
    parts.push(part);
    length += part.length;
  };
  let lineFrom = 0;
  let indent: string | undefined;
  for (; at !== -1; at = json.indexOf('\\', from)) {
    add(text.slice(from, at));
    const char = json[at + 1] ?? '';
    from = at + (char === 'u' ? 6 : 2);
    if (char !== 'n') {
      add(char === 'u' ? unicode(json.slice(at + 2, from)) : (meanings[char] ?? char));
      continue;
    }
    const line = json.lastIndexOf('\n', at) + 1;
    if (indent === undefined || line !== lineFrom) [lineFrom, indent] = [line, indentAt(json, line)];
    breaks.push(length);
    // Deeper than the key, so that it stays with it.
    add(`\n${indent}  `);
  }
  add(text.slice(from));
  return { text: parts.join('').replace(loneSurrogate, '\ufffd'), breaks };
}

/** Blocks with the lines of the file. */
export function withFileLines(blocks: readonly Block[], breaks: readonly number[]): Block[] {
  let before = 0;
  return blocks.map((block) => {
    while (before < breaks.length && breaks[before]! < block.start) before++;
    return { ...block, line: block.line - before };
  });
}

function unicode(digits: string): string {
  const char = String.fromCharCode(Number.parseInt(digits, 16));
  return char < ' ' && char !== '\n' && char !== '\t' ? ' ' : char;
}

const maxIndent = 40;

function indentAt(json: string, line: number): string {
  const end = Math.min(lineEnd(json, line), line + maxIndent);
  return /^[ \t]*/.exec(json.slice(line, end))![0];
}
