// Rows and cells of a table of OpenDocument, in which equal ones may stand there once for many.
import { attribute, elements, type XmlElement } from '../xml.js';

export interface OdfCell {
  /** Undefined for one that is covered by a merged cell, or blank. */
  element: XmlElement | undefined;
}

export interface OdfRow {
  cells: OdfCell[];
  isHeader: boolean;
}

/** Times that a row or cell of a text is repeated at most. */
const maxRepeated = 64;
const groups = new Set(['table:table-rows', 'table:table-row-group']);
const headers = 'table:table-header-rows';

export function odfRows(table: XmlElement, isHeader = false): OdfRow[] {
  const rows: OdfRow[] = [];
  for (const child of elements(table)) {
    if (child.name === headers || groups.has(child.name)) {
      for (const row of odfRows(child, isHeader || child.name === headers)) rows.push(row);
    } else if (child.name === 'table:table-row') {
      rows.push({ cells: cellsOf(child), isHeader });
    }
  }
  return rows;
}

export function repeated(element: XmlElement, what: 'columns' | 'rows'): number {
  const count = Number(attribute(element, `table:number-${what}-repeated`) ?? 1);
  return Number.isInteger(count) && count > 0 ? count : 1;
}

function cellsOf(row: XmlElement): OdfCell[] {
  return elements(row).flatMap((cell) => {
    if (!cell.name.endsWith('table-cell')) return [];
    const element = cell.name === 'table:table-cell' ? cell : undefined;
    const count = Math.min(maxRepeated, repeated(cell, 'columns'));
    return Array.from({ length: count }, () => ({ element }));
  });
}
