// ODS (Calc): each sheet a section, its cells as tables, as they are shown.
import type { BlockKind } from '../../../types/document.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { commentText } from './drawing/paragraphs.js';
import { annotationOf, odfParagraph } from './odf/odf-inline.js';
import { OdfPackage } from './odf/odf-package.js';
import { OdfStory } from './odf/odf-story.js';
import { OdfStyles } from './odf/odf-styles.js';
import { repeated } from './odf/odf-tables.js';
import { type SheetCell, SheetText } from './sheets/sheet-text.js';
import { attribute, elements, find, type XmlElement } from './xml.js';

/** Bytes of XML. */
const maxUnpackedBytes = 256 * 1024 * 1024;
const headerRows = 'table:table-header-rows';
/** Characters that equal cells and rows may add, which stand there once for many. */
const maxCopied = 10_000_000;
const spaces = /\s+/g;

interface Row {
  number: number;
  cells: SheetCell[];
}

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const office = new OdfPackage(bytes, source, 'a spreadsheet of the kind .ods', maxUnpackedBytes);
  const builder = new TextBuilder();
  const noStyles = new OdfStyles();
  let rows: Row[] = [];
  let headers = new Set<number>();
  /** What is in cells beside their text. */
  let comments: string[] = [];
  let shapes: XmlElement[] = [];
  let next = 1;
  let left = maxCopied;

  const takeRow = (row: XmlElement, parent: string): void => {
    const cells: SheetCell[] = [];
    let column = 0;
    let length = 0;
    for (const cell of elements(row)) {
      const count = repeated(cell, 'columns');
      const text = cell.name === 'table:table-cell' ? cellText(cell, noStyles) : '';
      for (let i = 0; text !== '' && i < count && (i === 0 || left > 0); i++) {
        cells.push([column + i, text]);
        length += text.length + 1;
        if (i > 0) left -= text.length + 1;
      }
      column += count;
      for (const child of elements(cell)) {
        if (child.name === 'office:annotation') {
          const { author, text } = annotationOf(child);
          comments.push(commentText(author, text));
        } else if (child.name.startsWith('draw:')) {
          shapes.push(child);
        }
      }
    }
    const count = repeated(row, 'rows');
    for (let i = 0; cells.length > 0 && i < count && (i === 0 || left > 0); i++) {
      rows.push({ number: next + i, cells });
      if (parent === headerRows) headers.add(next + i);
      if (i > 0) left -= length;
    }
    next += count;
  };
  const takeTable = (table: XmlElement): void => {
    const sheet = new SheetText(builder, attribute(table, 'table:name') ?? '', headers);
    for (const { number, cells } of rows) sheet.row(number, cells);
    const sink = {
      add: (kind: BlockKind, text: string, { context }: { context?: string } = {}) =>
        sheet.add(kind === 'table' || kind === 'item' ? kind : 'paragraph', text, context),
      heading: (text: string) => sheet.add('paragraph', text),
    };
    const children = [...elements(find(table, 'table:shapes')), ...shapes];
    new OdfStory(office, noStyles, sink).read({ name: '', attributes: [], children });
    for (const comment of comments) sheet.add('paragraph', comment);
    sheet.end();
    rows = [];
    headers = new Set();
    comments = [];
    shapes = [];
    next = 1;
  };
  office.content({ 'table:table-row': takeRow, 'table:table': takeTable });
  return one({ source, format: 'ods', ...builder.finish() });
}

function cellText(cell: XmlElement, styles: OdfStyles): string {
  const paragraphs = elements(cell, 'text:p');
  const text = paragraphs.map((paragraph) => odfParagraph(paragraph, { styles }).text).join(' ');
  if (text.trim() !== '') return text.replace(spaces, ' ').trim();
  // A program that doesn't say how a value is shown.
  const truth = attribute(cell, 'office:boolean-value');
  if (truth !== undefined) return truth === 'true' ? 'TRUE' : 'FALSE';
  const names = ['office:string-value', 'office:date-value', 'office:time-value', 'office:value'];
  for (const name of names) {
    const value = attribute(cell, name);
    if (value !== undefined) return value.replace(spaces, ' ').trim();
  }
  return '';
}
