// The rows and cells of one table, each cell in its column, also where cells are merged.
import { type TableText, tableText } from '../table-text.js';

/** Merged cells and what lies under them count up to this column: a hostile page could ask for any number. */
const maxColumns = 60;
/** Blank cells that a table may have for each cell, and besides. */
const blanksPerCell = 4;
const fewBlanks = 100;

interface Row {
  cells: string[];
  /** It has cells, and all of them are headers. */
  isHeader: boolean;
}

export class HtmlTable {
  /** A table that holds other tables, headings or long texts only lays out the page. */
  isLayout = false;
  /** The place is in a cell, and that is a header. */
  isInCell = false;
  isHeaderCell = false;
  #rows: Row[] = [];
  #row: Row | undefined;
  /** Number of the current row, and the row up to which each column is taken by a cell further up. */
  #rowNumber = 0;
  #takenUntil: number[] = [];
  #blanks = fewBlanks;
  #caption: string[] = [];
  #isInHead = false;
  /** Rows of `thead`. */
  #headRows = 0;

  get hasRows(): boolean {
    return this.#rows.length > 0;
  }

  beginHead(): void {
    this.#isInHead = true;
  }

  endHead(): void {
    this.#isInHead = false;
  }

  beginCell(isHeader: boolean): void {
    this.isInCell = true;
    this.isHeaderCell = isHeader;
  }

  addCell(text: string, columns: number, rows: number): void {
    this.isInCell = false;
    this.#row ??= { cells: [], isHeader: true };
    const { cells } = this.#row;
    while ((this.#takenUntil[cells.length] ?? 0) > this.#rowNumber && this.#blank(cells));
    if (rows > 1) {
      for (let column = cells.length; column < Math.min(cells.length + columns, maxColumns); column++) {
        for (let before = this.#takenUntil.length; before < column; before++) this.#takenUntil.push(0);
        this.#takenUntil[column] = this.#rowNumber + rows;
      }
    }
    this.#blanks += blanksPerCell;
    cells.push(text);
    for (let i = 1; i < Math.min(columns, maxColumns) && this.#blank(cells); i++);
    if (!this.isHeaderCell && text !== '') this.#row.isHeader = false;
  }

  /** Text outside of all cells: the caption, or what has no place. */
  addLine(text: string): void {
    this.#caption.push(text);
  }

  endRow(): void {
    if (!this.#row) return;
    this.#rowNumber++;
    if (this.#isInHead) this.#headRows = this.#rows.length + 1;
    this.#rows.push(this.#row);
    this.#row = undefined;
  }

  /** The text of the rows since the last time, under the caption. */
  take(): TableText {
    this.endRow();
    const rows = this.#rows;
    const caption = this.#caption.join('\n');
    const headers = this.#headRows > 0 ? this.#headRows : markedRows(rows);
    const table = tableText(
      rows.map(({ cells }) => cells),
      headers,
    );
    this.#rows = [];
    this.#caption = [];
    this.#headRows = 0;
    if (caption === '') return table;
    return { ...table, text: table.text === '' ? caption : `${caption}\n${table.text}` };
  }

  #blank(cells: string[]): boolean {
    if (this.#blanks === 0) return false;
    this.#blanks--;
    cells.push('');
    return true;
  }
}

/** How many rows at the top are headers; undefined when no cell of the table's top is one. */
function markedRows(rows: readonly Row[]): number | undefined {
  let count = 0;
  while (count < rows.length && rows[count]!.isHeader) count++;
  return count === 0 ? undefined : count;
}
