// TOML, INI and their like → blocks: a section for each `[header]`, with the comments above it. The text stays as it is.
import type { Block } from '../../../types/document.js';
import { cleanTitle } from '../titles.js';
import { addLines } from './lines.js';

const header = /^[ \t]*\[{1,2}[ \t]*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'\n])+)\]{1,2}[ \t]*(?:[#;].*)?$/;
const comment = /^[ \t]*[#;]/;
/** Strings, comments, and what opens or closes a value of several lines. */
const token = /"""|'''|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|["'#[\]{}]/g;
/** Characters of a line that are looked at for a header. */
const maxHeader = 1000;

/** @param isToml values may go over several lines, in which a bracket is no header */
export function sectionBlocks(text: string, isToml: boolean): Block[] {
  const blocks: Block[] = [];
  const value = new OpenValue();
  let from: Omit<Block, 'kind' | 'end'> = { start: 0, line: 1 };
  let comments: { start: number; line: number } | undefined;
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const eol = newline === -1 ? text.length : newline;
    line++;
    const raw = text.slice(start, Math.min(eol, start + maxHeader)).trimEnd();
    const title = value.isOpen ? '' : titleOf(raw);
    if (title !== '') {
      const place = comments ?? { start, line };
      addLines(blocks, text, { ...from, end: place.start });
      from = { ...place, level: 1, title };
      comments = undefined;
    } else if (!value.isOpen && comment.test(raw)) {
      comments ??= { start, line };
    } else {
      comments = undefined;
      if (isToml) value.take(text.slice(start, eol));
    }
    start = eol + 1;
  }
  addLines(blocks, text, { ...from, end: text.length });
  return blocks;
}

/** Whether a value of TOML goes on in the next line. */
class OpenValue {
  #depth = 0;
  #quote = '';

  get isOpen(): boolean {
    return this.#depth > 0 || this.#quote !== '';
  }

  take(line: string): void {
    for (let at = 0; at < line.length; ) {
      if (this.#quote !== '') {
        const end = line.indexOf(this.#quote, at);
        if (end === -1) return;
        at = end + 3;
        this.#quote = '';
        continue;
      }
      token.lastIndex = at;
      const found = token.exec(line)?.[0];
      // A quote without another one is a mistake; what follows isn't known.
      if (found === undefined || found === '#' || found === '"' || found === "'") return;
      at = token.lastIndex;
      if (found === '"""' || found === "'''") this.#quote = found;
      else if (found === '[' || found === '{') this.#depth++;
      else if (found === ']' || found === '}') this.#depth = Math.max(0, this.#depth - 1);
    }
  }
}

/** The name in a header: `[tool."a b".c]` is the section tool.a b.c. */
function titleOf(line: string): string {
  const name = header.exec(line)?.[1] ?? '';
  return cleanTitle(name.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, one = '', other = '') => one + other));
}
