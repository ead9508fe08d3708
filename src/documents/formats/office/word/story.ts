// The paragraphs and tables of one part of a Word document (its text, a header, a note) → blocks.
import { lineByLine } from '../../../../text/one-line.js';
import { htmlContent } from '../../../blocks/html.js';
import { decode } from '../../../encodings/detect-encoding.js';
import { chartPieces } from '../drawing/chart.js';
import { chosen, commentText, diagramPieces } from '../drawing/paragraphs.js';
import { mathText } from '../math.js';
import { CodeSink, type Sink, TextSink } from '../sink.js';
import { attribute, elements, find, type XmlElement } from '../xml.js';
import { describedText, isPlaceholder, type ParagraphText, RunReader } from './runs.js';
import type { Look } from './styles.js';
import { isLayout, rowsOf, tablePiece } from './tables.js';
import type { Note, WordDocument } from './word-document.js';

const skipped = new Set(['w:del', 'w:moveFrom', 'w:sectPr']);
const indent = '  ';
/** Margin that each level of a list has more, where a list doesn't say it; in twentieths of a point. */
const usualIndent = 360;
/** Deeper lists are shown at this depth. */
const maxDepth = 8;
const dropCaps = new Set(['drop', 'margin']);

export class Story {
  readonly #word: WordDocument;
  readonly #part: string;
  readonly #sink: CodeSink;
  readonly #runs: RunReader;
  /** Text of a paragraph that goes on in the next one. */
  #carried = '';
  /** Margins of the lists around this place. */
  readonly #margins: number[] = [];
  #notes: Note[] = [];

  /** @param kind of a header or footer, page numbers are left out; of a note, notes to it */
  constructor(word: WordDocument, part: string, sink: Sink, kind: 'text' | 'running' | 'note' = 'text') {
    this.#word = word;
    this.#part = part;
    this.#sink = new CodeSink(sink);
    this.#runs = new RunReader(word.styles, kind === 'running', (note) => {
      if (kind === 'note') return '';
      const mark = word.mark(note);
      const known = word.note(note, mark);
      if (known) this.#notes.push(known);
      return mark;
    });
  }

  /** All of a part, and the notes to its last section. */
  read(element: XmlElement | undefined): void {
    this.#blocks(element);
    this.#sink.end();
    this.#endNotes();
  }

  #blocks(element: XmlElement | undefined): void {
    for (const child of elements(element)) this.#block(child);
  }

  #block(element: XmlElement): void {
    const { name } = element;
    if (skipped.has(name) || name.endsWith('Pr')) return;
    if (name === 'w:p') this.#paragraph(element);
    else if (name === 'w:tbl') this.#table(element);
    else if (name === 'w:altChunk') this.#imported(element);
    else if (name === 'm:oMathPara' || name === 'm:oMath')
      this.#sink.piece({ kind: 'paragraph', text: mathText(element) });
    else if (name === 'mc:AlternateContent')
      this.#blocks(chosen(element, (choice) => elements(choice).length > 0));
    else if (name !== 'w:sdt' || !isPlaceholder(element)) this.#blocks(element);
  }

  #paragraph(element: XmlElement): void {
    const properties = find(element, 'w:pPr');
    const look = this.#word.styles.paragraph(properties);
    const read = this.#runs.read(element, look);
    const marks = find(properties, 'w:rPr');
    const goesOn =
      find(marks, 'w:del') !== undefined ||
      find(marks, 'w:moveFrom') !== undefined ||
      dropCaps.has(attribute(find(properties, 'w:framePr'), 'w:dropCap') ?? '');
    if (goesOn) {
      this.#carried += read.text;
    } else {
      const text = this.#carried + read.text;
      this.#carried = '';
      this.#text(text, look, read.isMonospaced, attribute(find(properties, 'w:pStyle'), 'w:val'));
    }
    this.#anchored(read);
  }

  #text(text: string, look: Look, isMonospaced: boolean, style: string | undefined): void {
    const isBlank = text.trim() === '';
    const list = look.list === undefined || look.list === '0' ? undefined : look.list;
    const item = list === undefined ? undefined : this.#word.numbering.next(list, look.listLevel, style);
    const isCode = look.isCode || (isMonospaced && !this.#word.styles.isMonospaced);
    if (isCode && item === undefined && !look.level) {
      this.#sink.code(text);
      return;
    }
    if (isBlank) {
      this.#sink.blank();
      return;
    }
    const lines = lineByLine(text);
    if (look.level) {
      this.#endNotes();
      this.#margins.length = 0;
      this.#sink.heading(`${item?.sign ?? ''}${lines}`, look.level);
    } else if (item && item.sign !== '') {
      const depth = this.#depth(look.indent ?? item.indent ?? (look.listLevel ?? 0) * usualIndent);
      this.#sink.add('item', `${indent.repeat(depth)}${item.sign}${lines}`);
    } else {
      this.#sink.add('paragraph', lines);
    }
  }

  /** Depth of an item by the margins of those before it. */
  #depth(margin: number): number {
    while (this.#margins.length > 0 && this.#margins.at(-1)! > margin) this.#margins.pop();
    if (this.#margins.at(-1) !== margin) this.#margins.push(margin);
    return Math.min(maxDepth, this.#margins.length - 1);
  }

  #anchored({ anchored }: ParagraphText): void {
    for (const element of anchored) {
      if (element.name === 'w:txbxContent') {
        this.#blocks(element);
      } else if (element.name === 'c:chart' || element.name === 'dgm:relIds') {
        const isChart = element.name === 'c:chart';
        const id = attribute(element, isChart ? 'r:id' : 'r:dm');
        const part = this.#word.office.xml(this.#word.office.target(this.#part, id));
        for (const piece of isChart ? chartPieces(part) : diagramPieces(part)) this.#sink.piece(piece);
      } else {
        this.#sink.piece({ kind: 'paragraph', text: describedText(element) });
      }
    }
  }

  #table(table: XmlElement): void {
    if (isLayout(table, this.#word.styles)) {
      for (const row of rowsOf(table)) for (const cell of row.cells) this.#blocks(cell.element);
      return;
    }
    this.#sink.piece(tablePiece(table, (cell) => this.#cell(cell)));
  }

  /** A cell in one line. */
  #cell(cell: XmlElement): string {
    const sink = new TextSink();
    const story = new Story(this.#word, this.#part, sink);
    story.#blocks(cell);
    story.#sink.end();
    for (const note of story.#notes) this.#notes.push(note);
    return sink.line();
  }

  /** A text of another program that Word would take in when it opens the document. */
  #imported(element: XmlElement): void {
    const name = this.#word.office.target(this.#part, attribute(element, 'r:id'));
    if (name === undefined || !this.#word.office.has(name)) return;
    const isHtml = /\.x?html?$/i.test(name);
    if (!isHtml && !/\.txt$/i.test(name)) return;
    const text = decode(this.#word.office.read(name));
    this.#sink.end();
    if (!isHtml) {
      this.#sink.add('paragraph', text);
      return;
    }
    const page = htmlContent(text);
    for (const { kind, start, end, level } of page.blocks) {
      const piece = page.text.slice(start, end);
      if (level === undefined) this.#sink.add(kind, piece);
      else this.#sink.heading(piece, level);
    }
  }

  /** Notes stand at the end of the section that they belong to. */
  #endNotes(): void {
    const notes = this.#notes;
    this.#notes = [];
    for (const { mark, content, part, isComment } of notes) {
      const sink = new TextSink();
      new Story(this.#word, part, sink, 'note').read(content);
      const text = sink.line();
      if (isComment) this.#sink.add('paragraph', commentText(attribute(content, 'w:author'), text));
      else if (text !== '') this.#sink.add('paragraph', mark === '' ? text : `${mark} ${text}`);
    }
  }
}
