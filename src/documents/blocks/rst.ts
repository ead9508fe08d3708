// reStructuredText → blocks, line by line. Indented text reads like any other, except where it is code.
import type { Block } from '../../types/document.js';
import { type ItemPart, pushItem } from './items.js';
import { isWhite, lineEnd, skipWhite, trimWhite } from './lines.js';
import { headerRow } from './rst-table.js';
import { cleanTitle } from './titles.js';

const adornmentLine = /^([!-/:-@[-`{-~])\1*$/;
const simpleTable = /^=+(?:\s+=+)+$/;
const directiveLine = /^\.\.\s+(?:\|[^|]+\|\s+)?([\w:+.-]+?)::(?:\s|$)/;
const codeDirective =
  /^(?:code-block|code|sourcecode|literalinclude|parsed-literal|math|prompt|ipython|doctest|testcode|productionlist|raw|graphviz|mermaid)$/;
const listMarker = /^(?:[-*+•]|\(?(?:\d{1,4}|#|[A-Za-z]|[ivxIVX]{1,6})[.)])(\s+|$)/;
const fieldLine = /^:[^\s:][^:]{0,80}:(\s|$)/;

/** Max characters of a line that the patterns see. */
const seenLength = 400;

interface Line {
  start: number;
  /** Index of the first character that isn't white space; `eol` in a blank line. */
  first: number;
  eol: number;
  indent: number;
  number: number;
}

/** A block that may still grow. Its further lines must have more indent than `indent` (or the same). */
interface Open {
  kind: 'paragraph' | 'code' | 'item' | 'grid' | 'simple' | 'directive' | 'doctest';
  start: number;
  end: number;
  line: number;
  indent: number;
  parts: ItemPart[];
  blank: boolean;
}

/** Blocks of a whole file. */
export function rstBlocks(text: string): Block[] {
  return new RstReader(text).read();
}

class RstReader {
  readonly #text: string;
  readonly #blocks: Block[] = [];
  /** Styles of section titles in the order in which they appeared: that is their level. */
  readonly #styles: string[] = [];
  #open: Open | undefined;
  /** Indent of the paragraph that ended with `::`, while its code may follow; -1 for none. */
  #literal = -1;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Block[] {
    let line = this.#lineAt(0, 1);
    while (line) {
      const next = this.#lineAt(line.eol + 1, line.number + 1);
      const used = this.#take(line, next);
      line = used ? this.#lineAt(used.eol + 1, used.number + 1) : next;
    }
    this.#close();
    return this.#blocks;
  }

  #lineAt(start: number, number: number): Line | undefined {
    const text = this.#text;
    if (start >= text.length) return undefined;
    const eol = lineEnd(text, start);
    const first = skipWhite(text, start, eol);
    let indent = 0;
    for (let at = start; at < first; at++) {
      indent += text.charCodeAt(at) === 9 ? 8 - (indent % 8) : 1;
    }
    return { start, first, eol, indent, number };
  }

  #words(line: Line): string {
    return this.#text.slice(line.first, Math.min(line.eol, line.first + seenLength)).trimEnd();
  }

  /** @returns the last line taken, if that isn't the line itself */
  #take(line: Line, next: Line | undefined): Line | undefined {
    if (line.first === line.eol) {
      this.#blankLine();
      return undefined;
    }
    if (this.#continues(line, next)) return undefined;
    const title = line.indent === 0 || this.#isOver(line) ? this.#title(line, next) : undefined;
    if (title) return title;
    this.#begins(line);
    return undefined;
  }

  #blankLine(): void {
    const open = this.#open;
    if (!open) return;
    const goesOn =
      open.kind === 'code' ||
      open.kind === 'item' ||
      (open.kind === 'simple' && !open.blank) ||
      !this.#hasBody(open);
    if (goesOn) open.blank = true;
    else this.#close();
  }

  /** A directive keeps its first paragraph, which may come after a blank line. The rest is read as text. */
  #hasBody(open: Open): boolean {
    return open.kind !== 'directive' || open.blank;
  }

  /** Whether the line belongs to the open block; closes a block that it can't belong to. */
  #continues(line: Line, next: Line | undefined): boolean {
    const open = this.#open;
    if (!open) return false;
    switch (open.kind) {
      case 'code':
        if (line.indent > open.indent) break;
        this.#close();
        return false;
      case 'item':
        if (line.indent <= open.indent) {
          this.#close();
          return false;
        }
        if (open.blank || listMarker.test(this.#words(line))) {
          const kind = listMarker.test(this.#words(line)) ? 'item' : 'paragraph';
          open.parts.push({ kind, start: line.start, line: line.number });
        }
        break;
      case 'directive':
        if (line.indent > open.indent) break;
        this.#close();
        return false;
      case 'simple':
        open.end = line.eol;
        // The table ends at a border before a blank line or the end of the text.
        open.blank = simpleTable.test(this.#words(line)) && (!next || next.first === next.eol);
        return true;
      case 'paragraph':
        if (this.#startsNext(line)) {
          this.#close();
          return false;
        }
        break;
      default:
        break;
    }
    open.end = line.eol;
    if (open.kind !== 'directive') open.blank = false;
    return true;
  }

  /** Explicit markup may follow a paragraph directly; lists, strictly, may not. */
  #startsNext(line: Line): boolean {
    return this.#text.startsWith('.. ', line.first);
  }

  /** Whether the line can be the one above a title. */
  #isOver(line: Line): boolean {
    return line.indent === 0 && adornmentLine.test(this.#words(line));
  }

  /** A section's title: a line over a line of punctuation, or between two of them. */
  #title(line: Line, next: Line | undefined): Line | undefined {
    if (!next || next.first === next.eol) return undefined;
    const words = this.#words(line);
    const below = this.#words(next);
    if (adornmentLine.test(words)) {
      const last = this.#lineAt(next.eol + 1, next.number + 1);
      if (!last || last.first === last.eol || this.#words(last) !== words || adornmentLine.test(below))
        return undefined;
      return this.#pushTitle(line, last, below, `${words[0]} over`);
    }
    if (next.indent > 0 || !adornmentLine.test(below)) return undefined;
    if (below.length < 4 && below.length < words.length) return undefined;
    return this.#pushTitle(line, next, words, below[0]!);
  }

  #pushTitle(from: Line, to: Line, title: string, style: string): Line {
    this.#close();
    this.#literal = -1;
    if (!this.#styles.includes(style)) this.#styles.push(style);
    this.#blocks.push({
      kind: 'heading',
      start: from.first,
      end: trimWhite(this.#text, from.first, to.eol),
      line: from.number,
      level: this.#styles.indexOf(style) + 1,
      title: plainTitle(title),
    });
    return to;
  }

  #begins(line: Line): void {
    const words = this.#words(line);
    const literal = this.#literal;
    this.#literal = -1;
    if (literal >= 0 && line.indent > literal) {
      this.#begin('code', line, literal);
    } else if (words.startsWith('.. ') || words === '..') {
      const name = directiveLine.exec(words)?.[1];
      const isCode = name !== undefined && codeDirective.test(name);
      this.#begin(isCode ? 'code' : 'directive', line, line.indent);
    } else if (words.startsWith('>>> ')) {
      this.#begin('doctest', line, line.indent);
    } else if (/^\+[-=]+\+/.test(words)) {
      this.#begin('grid', line, line.indent);
    } else if (simpleTable.test(words)) {
      this.#begin('simple', line, line.indent);
    } else if (listMarker.test(words) || fieldLine.test(words)) {
      this.#begin('item', line, line.indent).parts.push({
        kind: 'item',
        start: line.start,
        line: line.number,
      });
    } else {
      this.#begin('paragraph', line, line.indent);
    }
  }

  #begin(kind: Open['kind'], line: Line, indent: number): Open {
    this.#close();
    const start = kind === 'code' ? line.start : line.first;
    const open: Open = { kind, start, end: line.eol, line: line.number, indent, parts: [], blank: false };
    this.#open = open;
    return open;
  }

  #close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const end = trimWhite(this.#text, open.start, open.end);
    if (open.kind === 'item') {
      pushItem(this.#blocks, this.#text, open.parts, end);
    } else {
      const isCode = open.kind === 'code' || open.kind === 'doctest';
      const isTable = open.kind === 'grid' || open.kind === 'simple';
      const kind = isCode ? 'code' : isTable ? 'table' : 'paragraph';
      const context = isTable ? headerRow(this.#text.slice(open.start, end)) : '';
      this.#blocks.push({
        kind,
        start: open.start,
        end,
        line: open.line,
        ...(context !== '' && { context }),
      });
    }
    if (open.kind === 'paragraph' || open.kind === 'directive') {
      this.#literal = this.#endsInColons(open, end) ? open.indent : -1;
    }
  }

  /** `::` at the end of a paragraph announces code. */
  #endsInColons(open: Open, end: number): boolean {
    const text = this.#text;
    if (end - open.start === 2) return text.startsWith('::', open.start);
    return open.kind === 'paragraph' && text.endsWith('::', end) && !isWhite(text.charCodeAt(end - 1));
  }
}

/** Without roles, back-ticks, emphasis and link targets. */
function plainTitle(source: string): string {
  const title = source
    .replace(/:[\w:+.-]{1,40}:`/g, '`')
    .replace(/`([^`<]*)<[^`<>]*>`_*/g, (_, text: string) => text.trimEnd())
    .replace(/`{1,2}([^`]+)`{1,2}_*/g, '$1')
    .replace(/\*{1,2}([^*]+)\*{1,2}/g, '$1')
    .replace(/\\(.)/g, '$1');
  return cleanTitle(title);
}
