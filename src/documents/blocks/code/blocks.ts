// src/documents/blocks/code: source code → blocks, one per definition, with the comments above it.
//
// It looks at indents and at the start of lines, and uses no grammar. So a mistake may cost a title, or put a border in
// the wrong place, but never loses text. languages.ts holds the patterns of each family of languages, lines.ts reads
// lines.
import type { Block } from '../../../types/document.js';
import { trimWhite } from '../lines.js';
import { cleanTitle } from '../titles.js';
import type { Language } from './languages.js';
import { CodeLines, named } from './lines.js';

/** Longer definitions are split into their inner definitions, in UTF-16 code units. */
const longDefinition = 600;
/** Neighbouring statements up to this size are one block. */
const smallBlock = 500;
/** Statements of this size get a title of their own. */
const notableLine = 200;
const maxDepth = 4;

/** Lines that continue the line above, at the same indent. */
const closingLine = /^(?:[)}\]{]|<\/|end\b|done\b|fi\b|esac\b|=cut\b|=end\b|#\s*endif\b|1;$)/;
/** Decorators and attributes may take several lines. */
const attributeLine = /^(?:@|#?!?\[|template\b)/;

const hasWord = /[\p{L}\p{N}]/u;
/** Marks of comments. */
const beforeWord = /^(?:\/\/|\/\*|[#*;%!=-]|\s)+/;
/** What opens a body. */
const afterWord = /[\s{([:]+$/;

/** Lines that belong together: a definition, or statements without a blank line between them. */
interface Unit {
  /** First line, and the line after the last. */
  from: number;
  to: number;
  /** The line that opens the definition, below its comments. */
  opening: number;
  /** Undefined for statements. */
  title: string | undefined;
}

/**
 * Blocks of a whole file of code.
 * @param margin column of the outermost definitions; 'found' takes that of the first one
 */
export function codeBlocks(text: string, language: Language, margin: 0 | 'found' = 0): Block[] {
  return new CodeReader(text, language).read(margin);
}

class CodeReader {
  readonly #text: string;
  readonly #language: Language;
  readonly #lines: CodeLines;
  readonly #blocks: Block[] = [];
  /** Level of the innermost section that is open; 0 for none. */
  #section = 0;

  constructor(text: string, language: Language) {
    this.#text = text;
    this.#language = language;
    this.#lines = new CodeLines(text, language);
  }

  read(margin: 0 | 'found'): Block[] {
    const { count } = this.#lines;
    const indent = margin === 'found' ? (this.#firstDefinition(0, count, -1) ?? 0) : margin;
    for (const unit of this.#units(0, count, indent, false)) this.#emit(unit, 1);
    return this.#blocks;
  }

  #emit(unit: Unit, level: number): void {
    const size = this.#lines.start(unit.to) - this.#lines.start(unit.from);
    const inner = size > longDefinition && level < maxDepth ? this.#inside(unit) : [];
    this.#push(unit, inner[0]?.from ?? unit.to, level);
    for (const part of inner) this.#emit(part, level + 1);
  }

  /** The units inside a long unit, from its first definition on; none without an inner definition. */
  #inside(unit: Unit): Unit[] {
    const margin = this.#lines.indent(unit.opening);
    const indent = this.#firstDefinition(unit.opening + 1, unit.to, margin);
    if (indent === undefined) return [];
    const units = this.#units(unit.opening + 1, unit.to, indent, true);
    const first = units.findIndex((part) => part.title !== undefined);
    return first === -1 ? [] : units.slice(first);
  }

  #push(unit: Unit, to: number, level: number): void {
    const start = this.#lines.start(unit.from);
    const end = trimWhite(this.#text, start, this.#lines.start(to));
    const block: Block = { kind: 'code', start, end, line: unit.from + 1 };
    const title = unit.title ?? this.#statementTitle(unit, end - start, level);
    if (title) {
      block.level = level;
      block.title = cleanTitle(title);
      this.#section = level;
    }
    this.#blocks.push(block);
  }

  /** Statements get a title when they are long, or would look like a part of the definition above. */
  #statementTitle(unit: Unit, size: number, level: number): string | undefined {
    const ends = this.#section >= level;
    if (!ends && size < notableLine) return undefined;
    const lines = Array.from({ length: unit.to - unit.from }, (_, i) => unit.from + i);
    const line =
      lines.find((at) => !this.#isComment(at)) ?? lines.find((at) => hasWord.test(this.#lines.words(at)));
    const words = this.#lines.words(line ?? unit.from);
    const name = named(this.#language.statements ?? [], words);
    return (
      name ??
      (ends
        ? words.replace(beforeWord, '').slice(0, 60).replace(afterWord, '') || words.slice(0, 60)
        : undefined)
    );
  }

  #isComment(line: number): boolean {
    const indent = this.#lines.indent(line);
    return !Number.isFinite(indent) || indent < 0 || this.#language.leading.test(this.#lines.words(line));
  }

  /** Column of the first definition in these lines that is right of `margin`. */
  #firstDefinition(from: number, to: number, margin: number): number | undefined {
    for (let line = from; line < to; line++) {
      const indent = this.#lines.indent(line);
      if (indent > margin && Number.isFinite(indent) && this.#lines.definition(line, true)) return indent;
    }
    return undefined;
  }

  /** Lines `from` to `to` as units; those that start one have at most the indent `margin`. */
  #units(from: number, to: number, margin: number, inside: boolean): Unit[] {
    const units = new UnitList(this.#lines, this.#language.goesOn);
    for (let line = from; line < to; line++) {
      const indent = this.#lines.indent(line);
      if (indent < 0) {
        units.blank(line);
      } else if (indent > margin) {
        units.deeper(line, indent);
      } else {
        const words = this.#lines.words(line);
        if (units.closes(line, words)) continue;
        if (!units.isOpen && this.#language.leading.test(words)) units.leading(line, words);
        else units.starts(line, words, this.#lines.definition(line, inside));
      }
    }
    return units.finish(to);
  }
}

/** Gathers lines into units. */
class UnitList {
  readonly #lines: CodeLines;
  readonly #units: Unit[] = [];
  /** Whether a bracket of the last unit is open at its own indent. */
  isOpen = false;
  #blank = false;
  /** First of the comments and attributes that wait for the definition below them; -1 for none. */
  #waiting = -1;
  /** Whether the last of them has an open bracket. */
  #waitingOpen = false;
  /** The first blank line after them; -1 for none. */
  #gap = -1;

  readonly #goesOn: Language['goesOn'];

  constructor(lines: CodeLines, goesOn: Language['goesOn']) {
    this.#lines = lines;
    this.#goesOn = goesOn;
  }

  blank(line: number): void {
    this.#blank = true;
    if (this.#waiting >= 0 && this.#gap < 0 && !this.#waitingOpen) this.#gap = line;
  }

  /** A line with more indent than the unit has. */
  deeper(line: number, indent: number): void {
    const from = this.#waiting >= 0 ? this.#waiting : line;
    if (this.#waiting >= 0) {
      if (this.#waitingOpen || indent === Number.POSITIVE_INFINITY) return;
      // A comment at the margin in the middle of a definition.
      this.#stopWaiting();
    }
    const last = this.#units.at(-1);
    if (last) last.to = line + 1;
    else this.#units.push({ from, to: line + 1, opening: from, title: undefined });
    this.#blank = false;
  }

  /** Takes a line such as `}` or `end`, if something is open. */
  closes(line: number, words: string): boolean {
    if (!closingLine.test(words)) return false;
    const open = balance(words.replace(/^[)}\];,\s]+/, '')) > 0;
    if (this.#waitingOpen) {
      this.#waitingOpen = open;
      return true;
    }
    const last = this.#units.at(-1);
    if (!last) return false;
    this.#stopWaiting();
    last.to = line + 1;
    this.isOpen = open;
    this.#blank = false;
    return true;
  }

  leading(line: number, words: string): void {
    if (this.#gap >= 0) this.#releaseWaiting(line);
    if (this.#waiting < 0) this.#waiting = line;
    this.#waitingOpen = attributeLine.test(words) && balance(words) > 0;
  }

  /** A line at the margin that opens a definition, or a statement. */
  starts(line: number, words: string, title: string | undefined): void {
    // A comment with blank lines around it is about the file, not about the statement below.
    if (this.#gap >= 0 && (title === undefined || this.#units.length === 0)) this.#releaseWaiting(line);
    const from = this.#waiting >= 0 ? this.#waiting : line;
    const last = this.#units.at(-1);
    const isNext = this.#belongsTo(last);
    this.#stopWaiting();
    if (title !== undefined) {
      this.#units.push({ from, to: line + 1, opening: line, title });
    } else if (last && (this.isOpen || isNext)) {
      last.to = line + 1;
      if (this.isOpen) return;
    } else {
      this.#statements(from, line + 1);
    }
    this.isOpen = balance(words) > 0;
    this.#blank = false;
  }

  /** Whether a statement belongs to the last unit, though no bracket is open. */
  #belongsTo(last: Unit | undefined): boolean {
    const isAdjacent = !this.#blank && this.#waiting < 0;
    return isAdjacent && (last?.title === undefined || this.#goesOn !== undefined);
  }

  finish(to: number): Unit[] {
    this.#releaseWaiting(to);
    return this.#units;
  }

  /** Turns the waiting comments into statements. */
  #releaseWaiting(to: number): void {
    if (this.#waiting >= 0) this.#statements(this.#waiting, this.#gap >= 0 ? this.#gap : to);
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#waiting = -1;
    this.#waitingOpen = false;
    this.#gap = -1;
  }

  /** Adds statements, to the ones before them while these are few. */
  #statements(from: number, to: number): void {
    const last = this.#units.at(-1);
    const joins =
      last?.title === undefined
        ? last && this.#lines.start(to) - this.#lines.start(last.from) <= smallBlock
        : this.#goesOn === 'to next';
    if (last && joins) last.to = to;
    else this.#units.push({ from, to, opening: from, title: undefined });
  }
}

/** Brackets that a line opens and doesn't close. */
function balance(words: string): number {
  let open = 0;
  for (let i = 0; i < words.length; i++) {
    const code = words.charCodeAt(i);
    if (code === 40 || code === 91 || code === 123) open++;
    else if (code === 41 || code === 93 || code === 125) open--;
  }
  return open;
}
