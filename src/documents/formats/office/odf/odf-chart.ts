// Charts of OpenDocument: their titles, and the table that they are drawn from.
import { oneLine } from '../../../../text/one-line.js';
import { tableText } from '../../../blocks/table-text.js';
import type { Piece } from '../drawing/paragraphs.js';
import { descendants, elements, textOf, type XmlElement } from '../xml.js';
import { odfRows } from './odf-tables.js';

export function chartPiecesOdf(chart: XmlElement): Piece[] {
  const pieces: Piece[] = [];
  for (const title of descendants(chart, 'chart:title', 'chart:subtitle')) {
    pieces.push({ kind: 'paragraph', text: oneLine(textOf(title)) });
  }
  const table = descendants(chart, 'table:table').next().value;
  if (table) {
    const rows = odfRows(table).map(({ cells }) => cells.map(({ element }) => cellText(element)));
    pieces.push({ kind: 'table', ...tableText(rows, 1) });
  }
  return pieces.filter(({ text }) => text !== '');
}

/** Without the addresses of cells that stand beside the text. */
function cellText(cell: XmlElement | undefined): string {
  return oneLine(elements(cell, 'text:p').map(textOf).join(' '));
}
