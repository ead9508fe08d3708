// src/documents/blocks/markdown: Markdown → blocks, line by line.
//
// It only looks for the start and end of blocks. lines.ts says what a single line can be, frontmatter.ts reads the
// author's data at the top, title.ts makes titles of headings.
import type { Block } from '../../../types/document.js';
import { pushItem } from '../items.js';
import { isWhite, lineEnd, skipWhite, trimWhite } from '../lines.js';
import { fenceBehindMarker, takeItemLine } from './item-lines.js';
import {
  closesFence,
  fenceAt,
  htmlEnd,
  isDefinition,
  isDigit,
  isRule,
  isTableDelimiter,
  markerColumn,
  underlineLevel,
} from './lines.js';
import { type OpenBlock, openBlock } from './open-block.js';
import { headerRow } from './table.js';
import { markdownTitle } from './title.js';

/** A longer paragraph over a line of dashes is a paragraph before a rule, not a heading. */
const maxSetextLength = 300;

export interface MarkdownBlock extends Block {
  /** It is HTML, to be read as such. */
  isHtml?: true;
}

/** Blocks of the Markdown in `text`; `line` is the 1-based line of its start. */
export function markdownBlocks(text: string, line = 1): MarkdownBlock[] {
  return new MarkdownReader(text).read(line);
}

class MarkdownReader {
  readonly #text: string;
  readonly #blocks: MarkdownBlock[] = [];
  #open: OpenBlock | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(firstLine: number): MarkdownBlock[] {
    const text = this.#text;
    let line = firstLine;
    for (let start = 0; start < text.length; line++) {
      const eol = lineEnd(text, start);
      let at = start;
      let indent = 0;
      for (; at < eol; at++) {
        const code = text.charCodeAt(at);
        if (code === 32) indent++;
        else if (code === 9) indent += 4 - (indent % 4);
        else break;
      }
      at = skipWhite(text, at, eol);
      if (at === eol) this.#blankLine();
      else if (!this.#continues(start, at, eol, indent, line)) this.#begins(start, at, eol, indent, line);
      start = eol + 1;
    }
    this.#close();
    return this.#blocks;
  }

  #blankLine(): void {
    const open = this.#open;
    if (!open) return;
    // Code and items may go on after blank lines, and HTML that has an end of its own.
    const goesOn =
      open.kind === 'fence' ||
      open.kind === 'indented' ||
      open.kind === 'item' ||
      (open.kind === 'html' && open.until !== '');
    if (goesOn) open.blank = true;
    else this.#close();
  }

  /** Whether the line belongs to the open block; closes a block that it can't belong to. */
  #continues(start: number, at: number, eol: number, indent: number, line: number): boolean {
    const open = this.#open;
    switch (open?.kind) {
      case undefined:
        return false;
      case 'fence':
        this.#extend(start, eol, line);
        if (indent < 4 && open.fence && closesFence(this.#text, open.fence, at, eol)) this.#close();
        return true;
      case 'html':
        this.#extend(start, eol, line);
        if (this.#ends(open.until, at, eol)) this.#close();
        return true;
      case 'item':
        return this.#continuesItem(open, start, at, eol, indent, line);
      default:
        // Code needs the indent; in paragraphs, quotes and tables it means nothing.
        if (indent < 4) return false;
        this.#extend(start, eol, line);
        return true;
    }
  }

  #continuesItem(
    item: OpenBlock,
    start: number,
    at: number,
    eol: number,
    indent: number,
    line: number,
  ): boolean {
    const text = this.#text;
    if (indent >= item.column || (item.isDefinition && isDefinition(text, at, eol))) {
      takeItemLine(text, item, { start, at, eol, indent, line });
      this.#extend(start, eol, line);
      return true;
    }
    const code = text.charCodeAt(at);
    const lazy =
      !item.blank &&
      !item.fence &&
      code !== 35 &&
      code !== 62 &&
      markerColumn(text, at, eol, indent) < 0 &&
      !fenceAt(text, at, eol) &&
      !isRule(text, at, eol);
    if (lazy) this.#extend(start, eol, line);
    else this.#close();
    return lazy;
  }

  /** A line that starts a block, or continues a paragraph without its indent ("lazily"). */
  #begins(start: number, at: number, eol: number, indent: number, line: number): void {
    const text = this.#text;
    if (indent >= 4) {
      this.#begin('indented', start, eol, line);
      return;
    }
    const code = text.charCodeAt(at);
    if (code === 35 && this.#heading(at, eol, line)) return;
    if (code === 58 && this.#definition(start, at, eol)) return;
    const fence = fenceAt(text, at, eol);
    if (fence) {
      this.#begin('fence', start, eol, line).fence = fence;
      return;
    }
    if (code === 62) {
      if (this.#open?.kind === 'quote') this.#extend(start, eol, line);
      else this.#begin('quote', at, eol, line);
      return;
    }
    const until = htmlEnd(text, at);
    if (until !== undefined) {
      this.#begin('html', at, eol, line).until = until;
      if (this.#ends(until, at + 2, eol)) this.#close();
      return;
    }
    if (this.#underline(at, eol) || this.#table(start, at, eol, line)) return;
    if (isRule(text, at, eol)) {
      this.#begin('paragraph', at, eol, line);
      this.#close();
      return;
    }
    const column = markerColumn(text, at, eol, indent);
    if (column >= 0 && this.#mayInterrupt(at, code)) {
      const item = this.#begin('item', start, eol, line);
      item.column = column;
      item.parts = [{ kind: 'item', start, line }];
      item.fence = fenceBehindMarker(text, at, eol);
      return;
    }
    if (this.#open?.kind === 'paragraph' || this.#open?.kind === 'quote') this.#extend(start, eol, line);
    else this.#begin('paragraph', at, eol, line);
  }

  /** A definition is an item together with its term: the paragraph above. */
  #definition(start: number, at: number, eol: number): boolean {
    const text = this.#text;
    if (!isDefinition(text, at, eol)) return false;
    const open = this.#open;
    const last = open ?? this.#blocks.at(-1);
    if (
      last?.kind !== 'paragraph' ||
      ('isHtml' in last && last.isHtml) ||
      start - last.start > maxSetextLength
    )
      return false;
    if (open) this.#open = undefined;
    else if (text.slice(last.end, start).trim() !== '') return false;
    else this.#blocks.pop();
    const item = this.#begin('item', last.start, eol, last.line);
    item.column = 2;
    item.isDefinition = true;
    item.parts = [{ kind: 'item', start: last.start, line: last.line }];
    return true;
  }

  /** In the middle of a paragraph a number is a list only when it counts from 1. */
  #mayInterrupt(at: number, code: number): boolean {
    return (
      this.#open?.kind !== 'paragraph' ||
      !isDigit(code) ||
      (code === 49 && !isDigit(this.#text.charCodeAt(at + 1)))
    );
  }

  /** `## Title ##` */
  #heading(at: number, eol: number, line: number): boolean {
    const text = this.#text;
    let level = 0;
    while (at + level < eol && level < 7 && text.charCodeAt(at + level) === 35) level++;
    const words = at + level;
    if (level > 6 || (words < eol && !isWhite(text.charCodeAt(words)))) return false;
    this.#close();
    const end = trimWhite(text, at, eol);
    let close = end;
    while (close > words && text.charCodeAt(close - 1) === 35) close--;
    if (close > words && !isWhite(text.charCodeAt(close - 1))) close = end;
    this.#pushHeading(at, end, line, level, markdownTitle(text.slice(words, close)));
    return true;
  }

  /** `===` or `---` under a paragraph makes it a heading. */
  #underline(at: number, eol: number): boolean {
    const open = this.#open;
    if (open?.kind !== 'paragraph' || eol - open.start > maxSetextLength) return false;
    const level = underlineLevel(this.#text, at, eol);
    if (level === 0) return false;
    this.#open = undefined;
    const title = markdownTitle(this.#text.slice(open.start, open.end));
    this.#pushHeading(open.start, trimWhite(this.#text, at, eol), open.line, level, title);
    return true;
  }

  /** A heading without words (an image, only `#`) opens no section. */
  #pushHeading(start: number, end: number, line: number, level: number, title: string): void {
    if (title === '') this.#blocks.push({ kind: 'paragraph', start, end, line });
    else this.#blocks.push({ kind: 'heading', start, end, line, level, title });
  }

  /** Continues a table, or starts one with the line above as its header. */
  #table(start: number, at: number, eol: number, line: number): boolean {
    const text = this.#text;
    const open = this.#open;
    if (open?.kind === 'table') {
      this.#extend(start, eol, line);
      return true;
    }
    if (open?.kind !== 'paragraph' || !isTableDelimiter(text, at, eol)) return false;
    const { lastStart, lastLine } = open;
    if (!text.slice(lastStart, start).includes('|')) return false;
    if (lastStart > open.start) {
      open.end = lastStart;
      this.#close();
    }
    this.#open = undefined;
    this.#begin('table', lastStart, eol, lastLine);
    this.#extend(start, eol, line);
    return true;
  }

  #ends(until: string, at: number, eol: number): boolean {
    return until !== '' && this.#text.slice(at, eol).toLowerCase().includes(until);
  }

  #begin(kind: OpenBlock['kind'], start: number, end: number, line: number): OpenBlock {
    this.#close();
    const open = openBlock(kind, start, end, line);
    this.#open = open;
    return open;
  }

  #extend(start: number, end: number, line: number): void {
    const open = this.#open!;
    open.end = end;
    open.blank = false;
    open.lastStart = start;
    open.lastLine = line;
  }

  #close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const { start, line } = open;
    const end = trimWhite(this.#text, start, open.end);
    if (open.kind === 'item') {
      pushItem(this.#blocks, this.#text, open.parts, end);
    } else if (open.kind === 'html') {
      this.#blocks.push({ kind: 'paragraph', start, end, line, isHtml: true });
    } else {
      const code = open.kind === 'fence' || open.kind === 'indented';
      const kind = code ? 'code' : open.kind === 'table' ? 'table' : 'paragraph';
      const context = kind === 'table' ? headerRow(this.#text, start, end) : '';
      this.#blocks.push({ kind, start, end, line, ...(context !== '' && { context }) });
    }
  }
}
