// YAML → blocks: a section for each key, and each entry of a list, that holds much. The text stays as it is, with its comments.
//
// It looks at indents, keys and the ends of texts, and expands nothing: an alias costs what its name costs. So templates that
// make YAML are read, too, and a mistake costs a title, never text.
import type { Block } from '../../../types/document.js';
import { cleanTitle } from '../titles.js';
import { addLines } from './lines.js';

/** What holds less, in characters, is read with what is around it. */
const leastSection = 120;
const maxLevel = 6;
/** Keys by whose values people tell the entries of a list apart. */
const naming = /^(?:name|id|title|key|uses|job|hosts|path|url|role|image)$/i;
/** Blanks, dashes, key and value of a line. */
const entry =
  /^([ \t]*)((?:-[ \t]+)*)("(?:[^"\\]|\\.){0,200}"|'[^']{0,200}'|[^\s#"'{}[\]&*!|>%@`,-][^#\n]{0,200}?|-[^\s#][^#\n]{0,200}?)[ \t]*:(?:[ \t]+(.*))?$/;
/** The value of a key whose text stands in the lines below. */
const longText = /^(?:[&!]\S*[ \t]+)*[|>][-+\d]{0,3}[ \t]*(?:#.*)?$/;
const marker = /^(?:---|\.\.\.)(?:[ \t].*)?$/;
/** Characters of a line that are looked at. */
const maxLine = 4000;

/** A key, an entry of a list, or both on one line. */
interface Node {
  /** Where it begins, with the comments above it. */
  start: number;
  line: number;
  /** The end of its own line. */
  eol: number;
  /** How deep it is: by the column of its dash or key. A list may stand in the same column as its key. */
  depth: number;
  /** '' for one without a name. */
  title: string;
  /** Where the next one begins that isn't in it. */
  end: number;
  isMarker?: boolean;
}

export function yamlBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  /** The sections around. */
  const open: { end: number; level: number }[] = [];
  let from: Pick<Block, 'start' | 'line' | 'level' | 'title'> = { start: 0, line: 1 };
  for (const { start, line, eol, title, end, isMarker } of nodesOf(text)) {
    let closed: number | undefined;
    while (open.length > 0 && open.at(-1)!.end <= start) closed = open.pop()!.level;
    const level = open.length + 1;
    // A key at the outside is one also when it holds little.
    const holdsMuch = end - start >= leastSection || (level === 1 && text.slice(eol, end).trim() !== '');
    const isSection = title !== '' && level <= maxLevel && holdsMuch;
    if (!isSection && closed === undefined && !isMarker) continue;
    addLines(blocks, text, { ...from, end: start });
    from = { start, line };
    if (isSection) {
      from = { start, line, level, title };
      open.push({ end, level });
    } else if (closed !== undefined) from.level = closed;
  }
  addLines(blocks, text, { ...from, end: text.length });
  return blocks;
}

function nodesOf(text: string): Node[] {
  const nodes: Node[] = [];
  /** Those whose end isn't found yet. */
  const open: Node[] = [];
  /** Column of the key whose text goes on; -1 for none. */
  let textOf = -1;
  let comments: { start: number; line: number } | undefined;
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const eol = newline === -1 ? text.length : newline;
    const raw = text.slice(start, Math.min(eol, start + maxLine)).trimEnd();
    const column = raw.length - raw.trimStart().length;
    line++;
    const isText = raw === '' || (textOf >= 0 && column > textOf);
    if (!isText && raw[column] === '#') {
      comments ??= { start, line };
    } else if (!isText) {
      const node = nodeOf(raw, column);
      if (node) {
        while (open.length > 0 && (open.at(-1)!.depth >= node.depth || node.isMarker)) {
          open.pop()!.end = (comments ?? { start }).start;
        }
        const whole: Node = { ...(comments ?? { start, line }), ...node, eol, end: text.length };
        open.push(whole);
        nodes.push(whole);
      }
      textOf = node?.isLong ? column : -1;
      comments = undefined;
    }
    start = eol + 1;
  }
  return nodes;
}

/** What a line begins; undefined for one that goes on with a value. */
function nodeOf(
  raw: string,
  column: number,
): (Pick<Node, 'depth' | 'title' | 'isMarker'> & { isLong?: boolean }) | undefined {
  if (marker.test(raw)) return { depth: -1, title: '', isMarker: true };
  const depthOfList = 2 * column + 1;
  const [, , dashes = '', key, value = ''] = entry.exec(raw) ?? [];
  if (key === undefined)
    return /^-(?:\s|$)/.test(raw.slice(column)) ? { depth: depthOfList, title: '' } : undefined;
  const name = cleanTitle(unquoted(key));
  const isLong = longText.test(value);
  if (dashes === '') return { depth: 2 * column, title: name, isLong };
  const text = cleanTitle(unquoted(value.replace(/(?:^|\s)#.*$/, '').trim()));
  if (text === '' || isLong) return { depth: depthOfList, title: name, isLong };
  return { depth: depthOfList, title: naming.test(name) && text.length <= 120 ? text : '' };
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
