// The rows of a sheet → tables of the text. A blank row ends a table; a row of one cell above a table is its title.
import { tableText } from '../../../blocks/table-text.js';
import type { TextBuilder } from '../../../blocks/text-builder.js';

/** A cell that isn't blank; columns count from 0. */
export type SheetCell = readonly [column: number, text: string];

interface SheetRow {
  number: number;
  cells: readonly SheetCell[];
}

/** When fewer of the cells are full, their columns tell nothing, and blanks between them would be most of the text. */
const minShare = 1 / 8;

export class SheetText {
  readonly #builder: TextBuilder;
  readonly #name: string;
  /** Rows of which the file says that they hold the names of the columns. */
  readonly #headers: ReadonlySet<number>;
  #rows: SheetRow[] = [];
  #hasHeading = false;
  /** The last header, and its columns: a table may go on after a blank row. */
  #context = '';
  #columns = '';

  constructor(builder: TextBuilder, name: string, headers: ReadonlySet<number> = new Set()) {
    this.#builder = builder;
    this.#name = name;
    this.#headers = headers;
  }

  /** @param number of the row; those left out are blank */
  row(number: number, cells: readonly SheetCell[]): void {
    const last = this.#rows.at(-1);
    if (last && (cells.length === 0 || number > last.number + 1)) this.#endTable();
    if (cells.length > 0) this.#rows.push({ number, cells });
  }

  /** What isn't in a cell: a text box, a comment. */
  add(kind: 'paragraph' | 'table' | 'item', text: string, context?: string): void {
    this.#endTable();
    if (text.trim() === '') return;
    this.#head();
    this.#builder.add(kind, text, context === undefined ? {} : { context });
  }

  end(): void {
    this.#endTable();
  }

  #endTable(): void {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    this.#head();
    const isWide = rows.some(({ cells }) => cells.length > 1);
    let first = 0;
    while (isWide && rows[first]!.cells.length === 1 && first < rows.length - 1) {
      this.#builder.add('paragraph', rows[first]!.cells[0]![1]);
      first++;
    }
    if (isWide) this.#table(rows.slice(first));
    else this.#builder.add('paragraph', rows.map(({ cells }) => cells[0]![1]).join('\n'));
  }

  #table(rows: readonly SheetRow[]): void {
    const columnsUsed = new Set<number>();
    for (const { cells } of rows) for (const [column] of cells) columnsUsed.add(column);
    const used = [...columnsUsed].sort((a, b) => a - b);
    const places = new Map(used.map((column, place) => [column, place]));
    const full = rows.reduce((sum, { cells }) => sum + cells.length, 0);
    const isAligned = full >= rows.length * used.length * minShare;
    const lines = rows.map(({ cells }) => {
      if (!isAligned) return cells.map(([, text]) => text);
      const line = new Array<string>(places.get(cells.at(-1)![0])! + 1).fill('');
      for (const [column, text] of cells) line[places.get(column)!] = text;
      return line;
    });
    const marked = rows.findIndex(({ number }) => !this.#headers.has(number));
    const { text, context } = tableText(lines, marked > 0 ? marked : undefined);
    const columns = used.join();
    if (context !== undefined) {
      this.#context = context;
      this.#columns = columns;
    }
    const goesOn = this.#context !== '' && this.#columns === columns;
    this.#builder.add('table', text, goesOn ? { context: this.#context } : {});
  }

  #head(): void {
    if (this.#hasHeading) return;
    this.#hasHeading = true;
    this.#builder.heading(this.#name, 1);
  }
}
