// One slide → blocks of the text: its title first, then its shapes in their order, its notes and its comments.
import { oneLine } from '../../../../text/one-line.js';
import { tableText } from '../../../blocks/table-text.js';
import type { BlockDetails, TextBuilder } from '../../../blocks/text-builder.js';
import { Bullets } from '../drawing/bullets.js';
import { chartPieces } from '../drawing/chart.js';
import {
  alternativeText,
  chosen,
  diagramPieces,
  drawnLine,
  drawnText,
  type Piece,
} from '../drawing/paragraphs.js';
import type { OfficePackage } from '../package.js';
import { attribute, descendants, elements, find, type XmlElement } from '../xml.js';
import { slideComments } from './comments.js';
import { PlaceholderStyles } from './placeholders.js';

/** Placeholders that most slides repeat. */
const runningPlaceholders = new Set(['dt', 'sldNum', 'hdr']);
const footerPlaceholder = 'ftr';
const titles = new Set(['title', 'ctrTitle']);

export class SlideReader {
  readonly #office: OfficePackage;
  readonly #builder: TextBuilder;
  readonly #styles: PlaceholderStyles;
  /** Each is kept where it first is. */
  readonly #footers = new Set<string>();
  #part = '';
  #number = 0;
  #hasTitle = false;

  constructor(office: OfficePackage, builder: TextBuilder) {
    this.#office = office;
    this.#builder = builder;
    this.#styles = new PlaceholderStyles(office);
  }

  read(part: string, number: number): void {
    const slide = this.#office.xml(part);
    if (slide === undefined) return;
    this.#part = part;
    this.#number = number;
    this.#hasTitle = false;
    const shapes = elements(find(slide, 'p:cSld', 'p:spTree') ?? slide);
    const title = [...shapesOf(shapes)].find(
      (shape) => isTitle(shape) && drawnLine(find(shape, 'p:txBody')) !== '',
    );
    if (title) {
      this.#hasTitle = true;
      this.#builder.heading(drawnLine(find(title, 'p:txBody')), 1, { page: number });
    }
    this.#shapes(shapes, title);
    for (const { target } of this.#office.related(part, 'notesSlide')) this.#notes(target);
    for (const text of slideComments(this.#office, part)) this.#add({ kind: 'paragraph', text });
  }

  #shapes(shapes: readonly XmlElement[], title: XmlElement | undefined): void {
    for (const shape of shapes) {
      if (shape === title) continue;
      if (shape.name === 'p:sp') this.#shape(shape);
      else if (shape.name === 'p:grpSp') this.#shapes(elements(shape), title);
      else if (shape.name === 'p:graphicFrame') this.#frame(shape);
      else if (shape.name === 'p:pic') this.#alternative(find(shape, 'p:nvPicPr', 'p:cNvPr'));
      else if (shape.name === 'mc:AlternateContent') {
        this.#shapes(elements(chosen(shape, hasText)), title);
      }
    }
  }

  #shape(shape: XmlElement): void {
    const type = placeholder(shape);
    if (type !== undefined && runningPlaceholders.has(type)) return;
    const body = find(shape, 'p:txBody');
    if (type === footerPlaceholder) {
      const text = drawnLine(body);
      if (this.#footers.has(text)) return;
      this.#footers.add(text);
    }
    const bullets = new Bullets(this.#styles.of(shape, this.#part));
    for (const paragraph of elements(body, 'a:p')) {
      const text = drawnText(paragraph).trim();
      // Blank lines have no number.
      if (text === '') continue;
      const sign = bullets.next(paragraph);
      if (sign === undefined) this.#add({ kind: 'paragraph', text });
      else this.#add({ kind: 'item', text: sign + text });
    }
  }

  #frame(frame: XmlElement): void {
    const data = find(frame, 'a:graphic', 'a:graphicData');
    const table = find(data, 'a:tbl');
    if (table) this.#add(tablePiece(table));
    for (const element of elements(data)) {
      const id = attribute(element, element.name === 'dgm:relIds' ? 'r:dm' : 'r:id');
      if (element.name === 'c:chart') for (const piece of chartPieces(this.#related(id))) this.#add(piece);
      if (element.name === 'dgm:relIds')
        for (const piece of diagramPieces(this.#related(id))) this.#add(piece);
    }
    this.#alternative(find(frame, 'p:nvGraphicFramePr', 'p:cNvPr'));
  }

  #related(id: string | undefined): XmlElement | undefined {
    return this.#office.xml(this.#office.target(this.#part, id));
  }

  #alternative(properties: XmlElement | undefined): void {
    this.#add({ kind: 'paragraph', text: alternativeText(properties) });
  }

  #notes(part: string): void {
    const notes = this.#office.xml(part);
    for (const shape of shapesOf(elements(find(notes, 'p:cSld', 'p:spTree')))) {
      if (placeholder(shape) !== 'body') continue;
      for (const paragraph of elements(find(shape, 'p:txBody'), 'a:p')) {
        this.#add({ kind: 'paragraph', text: drawnText(paragraph) });
      }
    }
  }

  /** A slide without a title is a section, too: otherwise it would belong to the one before it. */
  #add({ kind, text, context }: Piece): void {
    if (text.trim() === '') return;
    const details: BlockDetails = { page: this.#number };
    if (context !== undefined) details.context = context;
    if (!this.#hasTitle) {
      this.#hasTitle = true;
      details.level = 1;
      details.title = `Slide ${this.#number}`;
    }
    this.#builder.add(kind, text, details);
  }
}

function* shapesOf(shapes: readonly XmlElement[]): Generator<XmlElement> {
  for (const shape of shapes) {
    if (shape.name === 'p:sp') yield shape;
    else if (shape.name === 'p:grpSp') yield* shapesOf(elements(shape));
  }
}

/** Type of a shape that its layout foresees; undefined for any other shape. */
function placeholder(shape: XmlElement): string | undefined {
  const found = find(shape, 'p:nvSpPr', 'p:nvPr', 'p:ph');
  return found && (attribute(found, 'type') ?? 'obj');
}

function isTitle(shape: XmlElement): boolean {
  return titles.has(placeholder(shape) ?? '');
}

function hasText(element: XmlElement): boolean {
  return !descendants(element, 'a:t', 'm:t', 'c:chart', 'dgm:relIds').next().done;
}

function tablePiece(table: XmlElement): Piece {
  const rows = elements(table, 'a:tr').map((row) => elements(row, 'a:tc').map(cellText));
  const hasHeader = attribute(find(table, 'a:tblPr'), 'firstRow') === '1';
  return { kind: 'table', ...tableText(rows, hasHeader ? 1 : undefined) };
}

function cellText(cell: XmlElement): string {
  const isCovered = attribute(cell, 'hMerge') === '1' || attribute(cell, 'vMerge') === '1';
  return isCovered ? '' : oneLine(drawnLine(find(cell, 'a:txBody')));
}
