// reStructuredText → pieces, by the indents of its lines: what is indented below an item, a term or a directive is read
// the same way.

import { lineByLine } from '../../../../text/one-line.js';
import { cleanTitle, termTitle } from '../../../blocks/titles.js';
import { type Body, DirectiveReader } from './directive-reader.js';
import { type Names, shown } from './inline.js';
import { indentedEnd, type Line, leastIndent, written } from './lines.js';
import { explicitKind, listMarker, optionItem, tableEnd } from './markup.js';
import { areOne, headed, joined, type Piece, Pieces } from './pieces.js';
import { gridRows, simpleRows, tablePieces } from './tables.js';

const adornment = /^([!-/:-@[-`{-~])\1*$/;
const field = /^:((?:[^:\\\s]|\\.)(?:[^:\\]|\\.|:(?!\s|$)){0,200}):(?:\s+|$)(.*)$/;
const lineBlock = /^\|(?:\s|$)/;
/** Deeper parts are read as plain paragraphs. */
const maxDepth = 50;

export class RstReader implements Body {
  readonly #names: Names;
  readonly #directives = new DirectiveReader(this);
  /** Styles of section titles in the order in which they appeared: that is their level. */
  readonly #styles: string[] = [];
  level = 0;
  title = '';
  objects = 0;
  #depth = 0;

  constructor(names: Names) {
    this.#names = names;
  }

  read(lines: readonly Line[]): Piece[] {
    const pieces = new Pieces();
    this.#depth++;
    for (let at = 0; at < lines.length; ) {
      at = lines[at]!.text === '' ? at + 1 : this.#take(lines, at, pieces);
    }
    this.#depth--;
    return pieces.all;
  }

  /** Reads what begins on a line. @returns the next line to read */
  #take(lines: readonly Line[], at: number, pieces: Pieces): number {
    const line = lines[at]!;
    if (this.#depth > maxDepth) return this.#paragraph(lines, at, pieces);
    const title = this.#depth === 1 ? this.#section(lines, at, pieces) : at;
    if (title > at) return title;
    if (line.text === '..' || line.text.startsWith('.. ')) return this.#explicit(lines, at, pieces);
    if (/^__\s/.test(line.text)) return at + 1;
    if (line.text.startsWith('>>>')) return this.#doctest(lines, at, pieces);
    const table = tableEnd(lines, at);
    if (table > at) return this.#table(lines.slice(at, table), table, pieces);
    const marker = listMarker(line.text);
    if (marker > 0) return this.#item(lines, at, marker, pieces);
    if (field.test(line.text)) return this.#field(lines, at, pieces);
    if (optionItem.test(line.text)) return this.#term(lines, at, pieces);
    if (lineBlock.test(line.text)) return this.#lineBlock(lines, at, pieces);
    if (this.#isOnly(lines, at) && adornment.test(line.text) && line.text.length > 3) return at + 1;
    const next = lines[at + 1];
    if (next !== undefined && next.text !== '' && next.indent > line.indent && !line.text.endsWith('::')) {
      return this.#term(lines, at, pieces);
    }
    return this.#paragraph(lines, at, pieces);
  }

  #isOnly(lines: readonly Line[], at: number): boolean {
    return (lines[at - 1]?.text ?? '') === '' && (lines[at + 1]?.text ?? '') === '';
  }

  /** A section's title: a line over a line of punctuation, or between two of them. */
  #section(lines: readonly Line[], at: number, pieces: Pieces): number {
    const [line, next, last] = [lines[at]!, lines[at + 1], lines[at + 2]];
    if (!next || next.text === '') return at;
    if (line.indent === 0 && adornment.test(line.text)) {
      if (last?.text !== line.text || adornment.test(next.text)) return at;
      this.#open(next, `${line.text[0]} over`, line.number, pieces);
      return at + 3;
    }
    if (line.indent > 0 || next.indent > 0 || !adornment.test(next.text)) return at;
    if (next.text.length < 4 && next.text.length < line.text.length) return at;
    this.#open(line, next.text[0]!, line.number, pieces);
    return at + 2;
  }

  #open({ text }: Line, style: string, line: number, pieces: Pieces): void {
    if (!this.#styles.includes(style)) this.#styles.push(style);
    const words = this.shown(text);
    const title = cleanTitle(words);
    if (title === '') return;
    this.level = this.#styles.indexOf(style) + 1;
    this.title = title;
    pieces.add({ kind: 'heading', text: words, line, level: this.level, title });
  }

  /** Comments, targets, notes and directives. */
  #explicit(lines: readonly Line[], at: number, pieces: Pieces): number {
    const line = lines[at]!;
    const end = indentedEnd(lines, at + 1, line.indent);
    const kind = explicitKind(line.text);
    if (kind === 'directive') {
      this.#directives.read(lines.slice(at, end), pieces);
      return end;
    }
    if (kind === 'note') {
      const [, label, rest] = /^\.\.\s+\[([^\]]+)\]\s*(.*)$/.exec(line.text)!;
      const content = this.read([
        { ...line, text: rest!, indent: 0 },
        ...lines.slice(at + 1, end).map(outdented),
      ]);
      pieces.addAll(headed(`[${label}]`, content, line.number, ' '));
      return end;
    }
    // A comment without words doesn't take what is below a blank line.
    if (line.text === '..' && (lines[at + 1]?.text ?? '') === '') return at + 1;
    return end;
  }

  #table(lines: readonly Line[], end: number, pieces: Pieces): number {
    const least = leastIndent(lines);
    const drawn = lines.map(({ text, indent }) => (text === '' ? '' : ' '.repeat(indent - least) + text));
    const rows = drawn[0]!.startsWith('+') ? gridRows(drawn) : simpleRows(drawn);
    pieces.addAll(tablePieces(rows, lines[0]!.number, (text) => this.shown(text)));
    return end;
  }

  #doctest(lines: readonly Line[], at: number, pieces: Pieces): number {
    let end = at;
    while (end < lines.length && lines[end]!.text !== '' && lines[end]!.indent >= lines[at]!.indent) end++;
    pieces.add({ kind: 'code', text: written(lines.slice(at, end)), line: lines[at]!.number });
    return end;
  }

  #item(lines: readonly Line[], at: number, marker: number, pieces: Pieces): number {
    const line = lines[at]!;
    const end = indentedEnd(lines, at + 1, line.indent);
    const rest = { ...line, text: line.text.slice(marker).trimStart(), indent: line.indent + marker };
    // The lines below decide how far the content is indented.
    const below = lines.slice(at + 1, end);
    const indent = below.some(({ text }) => text !== '') ? leastIndent(below) : rest.indent;
    const content = this.read([{ ...rest, indent }, ...below]);
    const sign = /^[*+•‣⁃]/.test(line.text) ? '-' : line.text.slice(0, marker).trim();
    if (areOne(content) && content.length > 0) {
      pieces.add({ kind: 'item', text: `${sign} ${joined(content, '  ')}`, line: line.number });
    } else {
      const [first, ...others] = headed(sign, content, line.number, ' ');
      pieces.addAll([{ ...first!, kind: first!.kind === 'paragraph' ? 'item' : first!.kind }, ...others]);
    }
    return end;
  }

  /** `:name: value`, shown as "name: value"; without a value it is a setting. */
  #field(lines: readonly Line[], at: number, pieces: Pieces): number {
    const line = lines[at]!;
    const end = indentedEnd(lines, at + 1, line.indent);
    const [, name, value] = field.exec(line.text)!;
    const below = lines.slice(at + 1, end);
    const content = this.read([{ ...line, text: value!, indent: leastIndent(below) }, ...below]);
    if (content.length === 0) return end;
    const head = `${this.shown(name!)}:`;
    if (areOne(content))
      pieces.add({ kind: 'item', text: `${head} ${joined(content, '  ')}`, line: line.number });
    else pieces.addAll(headed(head, content, line.number, ' '));
    return end;
  }

  /** A term, or an option of a command, and what it means: one block when short, else a section. */
  #term(lines: readonly Line[], at: number, pieces: Pieces): number {
    const line = lines[at]!;
    let first = at;
    // Several terms, or options, for one definition.
    while (
      lines[first + 1]?.indent === line.indent &&
      optionItem.test(lines[first + 1]!.text) &&
      !/\s{2}/.test(lines[first]!.text)
    )
      first++;
    const end = indentedEnd(lines, first + 1, line.indent);
    const term = lineByLine(
      lines
        .slice(at, first + 1)
        .map(({ text }) => this.shown(text))
        .join('\n'),
    );
    const content = this.read(lines.slice(first + 1, end));
    if (areOne(content)) {
      pieces.add({
        kind: 'paragraph',
        text: content.length === 0 ? term : `${term}\n${joined(content)}`,
        line: line.number,
      });
      return end;
    }
    const title = termTitle(term);
    const hasSections = content.some((piece) => piece.title !== undefined);
    if (hasSections || !/\p{L}/u.test(title)) {
      pieces.addAll(headed(term, content, line.number));
      return end;
    }
    const level = Math.max(this.level, 1) + this.objects + 1;
    pieces.add({ kind: 'heading', text: term, line: line.number, level, title });
    pieces.addAll(content);
    pieces.end(level);
    return end;
  }

  #lineBlock(lines: readonly Line[], at: number, pieces: Pieces): number {
    const words: string[] = [];
    let end = at;
    for (; end < lines.length && lines[end]!.text !== ''; end++) {
      words.push(this.shown(lines[end]!.text.replace(lineBlock, '')));
    }
    pieces.add({ kind: 'paragraph', text: words.join('\n').trim(), line: lines[at]!.number });
    return end;
  }

  #paragraph(lines: readonly Line[], at: number, pieces: Pieces): number {
    const line = lines[at]!;
    let end = at + 1;
    while (end < lines.length && lines[end]!.text !== '' && !lines[end]!.text.startsWith('.. ')) {
      if (lines[end]!.indent < line.indent) break;
      end++;
    }
    const text = lines
      .slice(at, end)
      .map((each) => each.text)
      .join('\n');
    const isLiteral = text.endsWith('::');
    // "Like this::" is shown as "Like this:".
    const words = isLiteral
      ? text.replace(/(?:^|\s+)::$|(?<=\S):(?=:$)/, '').replace(/(\S)::$/, '$1:')
      : text;
    pieces.add({ kind: 'paragraph', text: this.shown(words), line: line.number });
    return isLiteral ? this.#literal(lines, end, line.indent, pieces) : end;
  }

  /** The code that a paragraph announced: indented, or quoted line by line. */
  #literal(lines: readonly Line[], at: number, indent: number, pieces: Pieces): number {
    let from = at;
    while (from < lines.length && lines[from]!.text === '') from++;
    const first = lines[from];
    if (first === undefined || from === at) return at;
    let end = indentedEnd(lines, from, indent);
    const quote = first.text[0]!;
    if (end <= from && first.indent === indent && /[!-/:-@[-`{-~]/.test(quote)) {
      end = from;
      while (lines[end]?.text.startsWith(quote)) end++;
    }
    if (end <= from) return at;
    pieces.add({ kind: 'code', text: written(lines.slice(from, end)), line: first.number });
    return end;
  }

  shown(text: string): string {
    return shown(text, this.#names).trim();
  }
}

/** Lines under a note, whose first line has lost its mark. */
function outdented(line: Line): Line {
  return line.text === '' ? line : { ...line, indent: 0 };
}
