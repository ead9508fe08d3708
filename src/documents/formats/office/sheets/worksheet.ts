// One sheet of a workbook: its cells, and what lies above them: text boxes, charts, comments.
import { oneLine } from '../../../../text/one-line.js';
import type { TextBuilder } from '../../../blocks/text-builder.js';
import { chartPieces } from '../drawing/chart.js';
import { alternativeText, commentText, diagramPieces, drawnText, unescaped } from '../drawing/paragraphs.js';
import type { OfficePackage } from '../package.js';
import { attribute, descendants, elements, find, textOf, type XmlElement } from '../xml.js';
import type { NumberFormats } from './number-format.js';
import { type SheetCell, SheetText } from './sheet-text.js';

export interface Workbook {
  office: OfficePackage;
  strings: readonly string[];
  formats: NumberFormats;
  /** Names of people by their ids, for comments. */
  people: ReadonlyMap<string, string>;
}

const maxColumn = 16_383;
const address = /^([A-Z]{1,3})(\d*)$/;
/** In front of a comment for programs that don't know its new kind. */
const oldHint = /^\[Threaded comment\]/;

/**
 * Adds the text of a sheet.
 * @param headers numbers of rows that the workbook repeats on each page, or filters by
 */
export function addSheet(
  { office, strings, formats, people }: Workbook,
  part: string,
  name: string,
  headers: ReadonlySet<number>,
  builder: TextBuilder,
): void {
  const sheet = new SheetText(builder, name, new Set([...headers, ...tableHeaders(office, part)]));
  let rows = 0;
  office.xml(part, {
    row: (element) => {
      rows = Number(attribute(element, 'r')) || rows + 1;
      sheet.row(rows, [...cellsOf(element, strings, formats)]);
    },
  });
  for (const { target } of office.related(part, 'drawing')) addDrawing(office, target, sheet);
  const threads = office.related(part, 'threadedComment');
  for (const { target } of threads) {
    for (const comment of elements(office.xml(target), 'threaded:threadedComment')) {
      const author = people.get(attribute(comment, 'personId') ?? '');
      sheet.add('paragraph', commentText(author, textOf(find(comment, 'threaded:text'))));
    }
  }
  for (const { target } of office.related(part, 'comments')) addComments(office.xml(target), sheet);
  sheet.end();
}

/** Text of a string that cells share, or hold; without how it is spoken. */
export function stringText(element: XmlElement | undefined): string {
  let text = '';
  for (const child of elements(element)) {
    if (child.name === 't') text += textOf(child);
    else if (child.name === 'r') text += textOf(find(child, 't'));
  }
  return unescaped(text);
}

function* cellsOf(row: XmlElement, strings: readonly string[], formats: NumberFormats): Generator<SheetCell> {
  let column = -1;
  for (const cell of elements(row, 'c')) {
    const at = columnOf(attribute(cell, 'r')) ?? column + 1;
    // Out of order, it would have no place.
    if (at <= column || at > maxColumn) continue;
    column = at;
    const text = oneLine(cellText(cell, strings, formats));
    if (text !== '') yield [column, text];
  }
}

function cellText(cell: XmlElement, strings: readonly string[], formats: NumberFormats): string {
  const value = textOf(find(cell, 'v'));
  switch (attribute(cell, 't')) {
    case 's':
      return strings[Number(value)] ?? '';
    case 'inlineStr':
      return stringText(find(cell, 'is'));
    case 'b':
      return value === '1' || value === 'true' ? 'TRUE' : 'FALSE';
    case 'str':
    case 'e':
    case 'd':
      return unescaped(value);
  }
  const formula = textOf(find(cell, 'f'));
  // A program that doesn't calculate leaves formulas without a result.
  if (value === '' && formula !== '') return `=${formula}`;
  return formats.shown(value, Number(attribute(cell, 's') ?? 0));
}

function columnOf(reference: string | undefined): number | undefined {
  const letters = address.exec(reference ?? '')?.[1];
  if (letters === undefined) return undefined;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

/** Rows that a table of the sheet names as its header. */
function tableHeaders(office: OfficePackage, part: string): number[] {
  return office.related(part, 'table').flatMap(({ target }) => {
    const table = office.xml(target);
    if (table === undefined || attribute(table, 'headerRowCount') === '0') return [];
    const row = address.exec((attribute(table, 'ref') ?? '').split(':')[0]!)?.[2];
    return row ? [Number(row)] : [];
  });
}

function addDrawing(office: OfficePackage, part: string, sheet: SheetText): void {
  const drawing = office.xml(part);
  if (drawing === undefined) return;
  for (const element of descendants(drawing, 'xdr:txBody', 'c:chart', 'dgm:relIds', 'xdr:cNvPr')) {
    if (element.name === 'xdr:txBody') {
      for (const paragraph of elements(element, 'a:p')) sheet.add('paragraph', drawnText(paragraph).trim());
    } else if (element.name === 'xdr:cNvPr') {
      sheet.add('paragraph', alternativeText(element));
    } else {
      const isChart = element.name === 'c:chart';
      const related = office.xml(office.target(part, attribute(element, isChart ? 'r:id' : 'r:dm')));
      for (const { kind, text, context } of isChart ? chartPieces(related) : diagramPieces(related)) {
        sheet.add(kind as 'paragraph' | 'table' | 'item', text, context);
      }
    }
  }
}

function addComments(comments: XmlElement | undefined, sheet: SheetText): void {
  const authors = elements(find(comments, 'authors'), 'author').map(textOf);
  for (const comment of elements(find(comments, 'commentList'), 'comment')) {
    const author = authors[Number(attribute(comment, 'authorId'))] ?? '';
    const text = stringText(find(comment, 'text'));
    // Excel writes the name in front of the text, too.
    const own = text.startsWith(`${author}:`) ? text.slice(author.length + 1) : text;
    if (!oldHint.test(text)) sheet.add('paragraph', commentText(author, own));
  }
}
