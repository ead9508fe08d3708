// The paragraphs, lists, tables and shapes of an OpenDocument file → blocks.
import { lineByLine } from '../../../../text/one-line.js';
import { mathMlText } from '../../../blocks/mathml.js';
import { tableText } from '../../../blocks/table-text.js';
import { commentText, describedText } from '../drawing/paragraphs.js';
import { CodeSink, type Sink, TextSink } from '../sink.js';
import { attribute, descendants, elements, find, textOf, type XmlElement } from '../xml.js';
import { chartPiecesOdf } from './odf-chart.js';
import { annotationOf, odfParagraph } from './odf-inline.js';
import { OdfCounter } from './odf-lists.js';
import type { OdfPackage } from './odf-package.js';
import type { OdfStyles } from './odf-styles.js';
import { odfRows } from './odf-tables.js';

/** A list around this place. */
interface List {
  style: XmlElement | undefined;
  level: number;
  counter: OdfCounter;
}

const indent = '  ';
/** Deeper lists are shown at this depth. */
const maxDepth = 8;
const skipped = new Set([
  'text:tracked-changes',
  'office:forms',
  'text:sequence-decls',
  'text:variable-decls',
  'text:user-field-decls',
  'text:table-of-content-source',
  'text:alphabetical-index-source',
  'text:bibliography-source',
  'text:illustration-index-source',
  'text:table-index-source',
  'text:object-index-source',
  'text:user-index-source',
  'presentation:notes',
  'office:event-listeners',
  'draw:glue-point',
]);

export class OdfStory {
  readonly #office: OdfPackage;
  readonly #styles: OdfStyles;
  readonly #sink: CodeSink;
  readonly #kind: 'text' | 'running' | 'note';
  /** Numbers of headings. */
  readonly #outline = new OdfCounter();
  /** Lists that go on later, by their ids, and the last one of each style. */
  readonly #counters = new Map<string, OdfCounter>();
  #lists: List[] = [];
  /** What stands in front of the next paragraph of an item. */
  #sign: string | undefined;
  /** Notes and comments, for the end of their section. */
  #notes: XmlElement[] = [];

  /** @param kind of a header or footer, page numbers are left out; of a note, notes to it */
  constructor(office: OdfPackage, styles: OdfStyles, sink: Sink, kind: 'text' | 'running' | 'note' = 'text') {
    this.#office = office;
    this.#styles = styles;
    this.#sink = new CodeSink(sink);
    this.#kind = kind;
  }

  /** All that is in an element, and the notes to its last section. */
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
    if (skipped.has(name)) return;
    switch (name) {
      case 'text:h':
      case 'text:p':
        this.#paragraph(element);
        break;
      case 'text:list':
        this.#list(element);
        break;
      case 'table:table':
        this.#table(element);
        break;
      case 'text:section':
        if (attribute(element, 'text:display') !== 'none') this.#blocks(element);
        break;
      case 'text:note':
      case 'office:annotation':
        if (this.#kind !== 'note') this.#notes.push(element);
        break;
      case 'draw:object':
        this.#object(element);
        break;
      case 'svg:title':
      case 'svg:desc':
        this.#sink.add('paragraph', describedText(textOf(element)));
        break;
      default:
        // Frames, boxes, groups and shapes.
        this.#blocks(element);
    }
  }

  #paragraph(element: XmlElement): void {
    const style = attribute(element, 'text:style-name');
    const look = this.#styles.look('paragraph', style);
    const isHidden =
      look.isHidden || attribute(find(element, 'text:hidden-paragraph'), 'text:is-hidden') === 'true';
    const read = isHidden
      ? { text: '', isCode: false, anchored: [] }
      : odfParagraph(element, {
          styles: this.#styles,
          isCode: look.isCode ?? false,
          isRunning: this.#kind === 'running',
          formula: (frame) => this.#formula(frame),
        });
    const level =
      element.name === 'text:h' ? Number(attribute(element, 'text:outline-level') ?? 1) || 1 : look.level;
    const isBlank = read.text.trim() === '';
    if (level !== undefined && !isBlank) this.#heading(element, read.text, level);
    else if (this.#lists.length > 0) this.#item(read.text);
    else if (read.isCode && !isBlank) this.#sink.code(read.text.trimEnd());
    else if (!isBlank) this.#sink.add('paragraph', lineByLine(read.text));
    else this.#sink.blank();
    for (const child of read.anchored) this.#block(child);
  }

  #heading(element: XmlElement, text: string, level: number): void {
    let sign = this.#sign ?? '';
    this.#sign = undefined;
    const isNumbered = element.name === 'text:h' && attribute(element, 'text:is-list-header') !== 'true';
    if (isNumbered && this.#lists.length === 0 && this.#styles.outline) {
      const start = Number(attribute(element, 'text:start-value') || Number.NaN);
      sign = this.#outline.next(this.#styles.outline, level, Number.isNaN(start) ? undefined : start);
    }
    if (sign === '- ') sign = '';
    this.#endNotes();
    this.#sink.heading(`${sign}${lineByLine(text)}`, level);
  }

  #item(text: string): void {
    if (text.trim() === '') return;
    const sign = this.#sign ?? '';
    this.#sign = undefined;
    const depth = Math.min(maxDepth, this.#lists.length - 1);
    const shown = `${indent.repeat(depth)}${sign}${lineByLine(text)}`;
    this.#sink.add(sign === '' ? 'paragraph' : 'item', shown);
  }

  #list(element: XmlElement): void {
    const outer = this.#lists.at(-1);
    const name = attribute(element, 'text:style-name');
    const style = this.#styles.list(name) ?? outer?.style ?? this.#listOfItems(element);
    const counter = outer?.counter ?? this.#counter(element, name ?? '');
    const list = { style, counter, level: (outer?.level ?? 0) + 1 };
    this.#lists.push(list);
    for (const item of elements(element)) {
      const start = Number(attribute(item, 'text:start-value') || Number.NaN);
      // An item that only holds another list has no number of its own.
      const holdsText = elements(item).some((child) => child.name !== 'text:list');
      if (item.name === 'text:list-item' && holdsText) {
        const own = textOf(find(item, 'text:number'));
        const counted = counter.next(style, list.level, Number.isNaN(start) ? undefined : start);
        this.#sign = own === '' ? counted : `${own} `;
      }
      for (const child of elements(item)) if (child.name !== 'text:number') this.#block(child);
      this.#sign = undefined;
    }
    this.#lists.pop();
  }

  /** The style that the paragraphs of a list bring with them. */
  #listOfItems(element: XmlElement): XmlElement | undefined {
    const paragraph = find(element, 'text:list-item', 'text:p');
    return this.#styles.list(this.#styles.listOf(attribute(paragraph, 'text:style-name')));
  }

  #counter(element: XmlElement, style: string): OdfCounter {
    const id = attribute(element, 'xml:id') ?? attribute(element, 'text:id');
    const continued = attribute(element, 'text:continue-list');
    const goesOn = attribute(element, 'text:continue-numbering') === 'true';
    const before =
      continued === undefined
        ? goesOn && this.#counters.get(`style ${style}`)
        : this.#counters.get(`id ${continued}`);
    const counter = before || new OdfCounter();
    if (id !== undefined) this.#counters.set(`id ${id}`, counter);
    this.#counters.set(`style ${style}`, counter);
    return counter;
  }

  #table(element: XmlElement): void {
    const rows = odfRows(element);
    if (rows.every(({ cells }) => cells.length < 2)) {
      for (const { cells } of rows) for (const cell of cells) this.#inside(cell.element);
      return;
    }
    const texts = rows.map(({ cells }) => cells.map((cell) => this.#cell(cell.element)));
    const marked = rows.findIndex(({ isHeader }) => !isHeader);
    this.#sink.piece({ kind: 'table', ...tableText(texts, marked > 0 ? marked : undefined) });
  }

  /** Blocks of a cell are in no list, though the table may be. */
  #inside(element: XmlElement | undefined): void {
    const lists = this.#lists;
    this.#lists = [];
    this.#blocks(element);
    this.#lists = lists;
  }

  /** A cell in one line. */
  #cell(element: XmlElement | undefined): string {
    if (element === undefined) return '';
    const sink = new TextSink();
    const story = new OdfStory(this.#office, this.#styles, sink);
    story.#blocks(element);
    story.#sink.end();
    for (const note of story.#notes) this.#notes.push(note);
    return sink.line();
  }

  #formula(frame: XmlElement): string | undefined {
    const object = find(frame, 'draw:object');
    const content = object && this.#office.object(object, attribute(object, 'xlink:href'));
    return content?.name === 'math:math' ? mathMlText(content) : undefined;
  }

  #object(element: XmlElement): void {
    const content = this.#office.object(element, attribute(element, 'xlink:href'));
    if (content === undefined) return;
    if (content.name === 'math:math') {
      this.#sink.add('paragraph', mathMlText(content));
      return;
    }
    const chart = descendants(content, 'chart:chart').next().value;
    if (chart) for (const piece of chartPiecesOdf(chart)) this.#sink.piece(piece);
    else this.#inside(find(content, 'office:body'));
  }

  /** Notes stand at the end of the section that they belong to. */
  #endNotes(): void {
    const notes = this.#notes;
    this.#notes = [];
    for (const note of notes) {
      if (note.name === 'office:annotation') {
        const { author, text } = annotationOf(note);
        this.#sink.add('paragraph', commentText(author, text));
        continue;
      }
      const sink = new TextSink();
      new OdfStory(this.#office, this.#styles, sink, 'note').read(find(note, 'text:note-body'));
      const mark = textOf(find(note, 'text:note-citation')).trim();
      const text = sink.line();
      if (text !== '') this.#sink.add('paragraph', mark === '' ? text : `[${mark}] ${text}`);
    }
  }
}
