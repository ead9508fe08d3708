// Tables of Word: their rows and cells, and whether they hold data or only lay out the page.
import { tableText } from '../../../blocks/table-text.js';
import type { Piece } from '../drawing/paragraphs.js';
import { attribute, descendants, elements, find, textOf, type XmlElement } from '../xml.js';
import { isOn, type Styles } from './styles.js';

export interface Cell {
  element: XmlElement;
  /** It goes on from the cell above or beside it. */
  isCovered: boolean;
  /** Columns that it takes. */
  width: number;
}

export interface Row {
  cells: Cell[];
  /** Columns in front of the first cell. */
  before: number;
  isHeader: boolean;
  element: XmlElement;
}

/** Columns that Word allows. */
const maxColumns = 63;

/** The rows of a table that are there at the end. */
export function rowsOf(table: XmlElement): Row[] {
  return within(table, 'w:tr').flatMap((row) => {
    const properties = find(row, 'w:trPr');
    if (find(properties, 'w:del')) return [];
    const header = find(properties, 'w:tblHeader');
    const isHeader = header !== undefined && isOn(attribute(header, 'w:val'));
    const before = columns(find(properties, 'w:gridBefore'), 0);
    return [{ cells: within(row, 'w:tc').map(cellOf), before, isHeader, element: row }];
  });
}

export function tablePiece(table: XmlElement, cellText: (cell: XmlElement) => string): Piece {
  const rows = rowsOf(table);
  const texts = rows.map(({ cells, before }) => [
    ...blanks(before),
    ...cells.flatMap(({ element, isCovered, width }) => [
      isCovered ? '' : cellText(element),
      ...blanks(width - 1),
    ]),
  ]);
  const marked = rows.findIndex(({ isHeader }) => !isHeader);
  const isMarked = rows[0]?.isHeader === true;
  return { kind: 'table', ...tableText(texts, isMarked ? marked : isBoldAbove(rows) ? 1 : undefined) };
}

/** A table of one column, or one that is mostly other tables or has headings, only lays out the page. */
export function isLayout(table: XmlElement, styles: Styles): boolean {
  const rows = rowsOf(table);
  if (rows.every(({ cells }) => cells.length < 2)) return true;
  const contents = rows.flatMap(({ cells }) => cells.flatMap(({ element }) => elements(element)));
  if (contents.some((block) => block.name === 'w:p' && styles.paragraph(find(block, 'w:pPr')).level))
    return true;
  const inner = contents
    .filter(({ name }) => name === 'w:tbl')
    .reduce((sum, block) => sum + textOf(block).length, 0);
  return inner > 0 && inner * 2 > textOf(table).length;
}

/** Elements of a name, also where something is around them: a control, a change. */
function within(element: XmlElement, name: string): XmlElement[] {
  return elements(element).flatMap((child) => {
    if (child.name === name) return [child];
    const isWrapper = ['w:sdt', 'w:sdtContent', 'w:customXml', 'w:ins', 'w:moveTo'].includes(child.name);
    return isWrapper ? within(child, name) : [];
  });
}

function cellOf(element: XmlElement): Cell {
  const properties = find(element, 'w:tcPr');
  const goesOn = (name: string) => {
    const merged = find(properties, name);
    return merged !== undefined && attribute(merged, 'w:val') !== 'restart';
  };
  const isCovered = goesOn('w:vMerge') || goesOn('w:hMerge') || find(properties, 'w:cellDel') !== undefined;
  return { element, isCovered, width: columns(find(properties, 'w:gridSpan'), 1) };
}

function columns(element: XmlElement | undefined, usual: number): number {
  const value = Number(attribute(element, 'w:val') ?? usual);
  return Number.isInteger(value) ? Math.min(maxColumns, Math.max(usual, value)) : usual;
}

function blanks(count: number): string[] {
  return new Array<string>(count).fill('');
}

/** Names of columns are often written in bold letters. */
function isBoldAbove(rows: readonly Row[]): boolean {
  return rows.length > 1 && isBold(rows[0]!.element) && !isBold(rows[1]!.element);
}

function isBold(row: XmlElement): boolean {
  let isAny = false;
  for (const run of descendants(row, 'w:r')) {
    if (textOf(find(run, 'w:t')).trim() === '') continue;
    const bold = find(run, 'w:rPr', 'w:b');
    if (bold === undefined || !isOn(attribute(bold, 'w:val'))) return false;
    isAny = true;
  }
  return isAny;
}
