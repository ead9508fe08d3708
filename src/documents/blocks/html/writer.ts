// Words and the ends of lines → the text of a page and its blocks.
import type { Block, BlockKind } from '../../../types/document.js';
import type { LineCursor } from '../lines.js';
import { cleanTitle } from '../titles.js';
import { isBoxLabel } from './boxes.js';
import { withoutMargins } from './content.js';
import { Definitions } from './definitions.js';
import { type Mark, OpenText } from './open-text.js';
import { HtmlTable } from './table.js';

/** A cell with a longer text of several lines is no cell: the table lays out the page. */
const longCell = 2000;
/** Deeper headings in cells name parts of them, not sections of the page. */
const deepestSection = 3;

export class PageWriter {
  readonly blocks: Block[] = [];
  readonly definitions = new Definitions(this.blocks);
  /** The block, or in a table the cell, that is being read. */
  readonly open = new OpenText();
  text = '';
  /** Level of the heading around this place; 0 outside. */
  heading = 0;
  /** Marker of the list item that begins here. */
  marker = '';
  readonly #lines: LineCursor;
  readonly #tables: HtmlTable[] = [];
  #preDepth = 0;
  /** What a box begins with, which waits for its text. */
  #label: { text: string; line: number } | undefined;
  /** How long the text was where the last box began. */
  #boxAt = -1;
  /** Where the open table started, and the sizes of the open cell. */
  #tableAt = -1;
  #columns = 1;
  #rows = 1;

  constructor(lines: LineCursor) {
    this.#lines = lines;
  }

  /** The table around this place, unless it only lays out the page. */
  get table(): HtmlTable | undefined {
    const table = this.#tables.at(-1);
    return table?.isLayout === false ? table : undefined;
  }

  words(data: string, at: number): void {
    if (this.#preDepth > 0) this.open.exactly(data, at);
    else this.open.words(data, at);
  }

  /** Words that stand apart from those beside them. */
  apart(data: string, at: number): void {
    if (data.trim() === '') return;
    this.space();
    this.words(data, at);
    this.space();
  }

  /** Words after this are apart from those before. */
  space(): void {
    if (this.#preDepth === 0) this.open.space();
  }

  /** A line break within a block. */
  break(): void {
    if (this.heading > 0) this.open.space();
    else if (this.#preDepth > 0) this.open.append('\n');
    else this.open.newLine();
  }

  /** The end of a line. It also ends the block, unless that is a heading, a cell or code. */
  endLine(): void {
    if (this.#preDepth > 0) {
      this.open.newLine();
    } else if (this.heading > 0) {
      this.open.space();
    } else if (this.table) {
      this.open.newLine();
      if (this.open.length > longCell) this.#layOut();
    } else {
      this.flush();
    }
  }

  /** The end of a block; in a cell, of a line. */
  endBlock(): void {
    if (this.table) this.endLine();
    else this.flush();
  }

  /** A box beside the text begins: a heading at its start is a label. */
  beginBox(): void {
    if (this.table) return;
    this.flush();
    this.#boxAt = this.text.length;
  }

  beginHeading(level: number): void {
    const { table } = this;
    if (table && (table.isHeaderCell || level > deepestSection)) {
      this.endLine();
      return;
    }
    if (table) this.#layOut();
    this.flush();
    this.heading = level;
  }

  endHeading(): void {
    if (this.heading > 0) this.flush();
    else this.endLine();
    this.heading = 0;
  }

  beginPre(): void {
    this.endBlock();
    this.#preDepth++;
  }

  /** @param before what was written before the code */
  endPre(before: Mark | undefined): void {
    const { table } = this;
    if (!table) this.flush();
    else if (before && this.#preDepth === 1 && !table.hasRows) this.#endPreInFirstRow(before);
    if (this.#preDepth > 0) this.#preDepth--;
    if (table) this.endLine();
  }

  /** Code of several lines in a table's first row stands beside something: its lines matter more than the columns. */
  #endPreInFirstRow(before: Mark): void {
    const { text, startedAt, length } = this.open;
    if (length <= before.text.length) return;
    const code = text.slice(before.text.length);
    if (!code.trim().includes('\n')) return;
    this.#preDepth--;
    this.open.backTo(before);
    this.#layOut();
    this.#preDepth++;
    this.open.exactly(code, startedAt);
    this.flush();
  }

  /** The item of a list begins; in a cell it goes on in the line. */
  beginItem(marker: string, at: number): void {
    if (this.table) {
      this.apart(marker, at);
      return;
    }
    this.flush();
    this.marker = marker;
  }

  beginTable(): void {
    this.#layOut();
    this.flush();
    this.#tables.push(new HtmlTable());
  }

  endTable(): void {
    this.flush();
    this.#tables.pop();
  }

  beginCell(isHeader: boolean, columns: number, rows: number): void {
    const { table } = this;
    if (!table) {
      this.flush();
      return;
    }
    this.#endCell(table);
    table.beginCell(isHeader);
    this.#columns = columns;
    this.#rows = rows;
  }

  endRow(): void {
    const { table } = this;
    if (!table) {
      this.flush();
      return;
    }
    this.#endCell(table);
    table.endRow();
  }

  /** The cell around this place ends, or the text outside of cells. */
  #endCell(table: HtmlTable): void {
    const lines = this.open.text.split('\n').map((line) => line.trim());
    const text = lines.filter((line) => line !== '').join(' ');
    if (text !== '' && this.#tableAt < 0) this.#tableAt = this.open.startedAt;
    if (table.isInCell) table.addCell(text, this.#columns, this.#rows);
    else if (text !== '') table.addLine(text);
    this.open.clear();
  }

  /** The table around this place turns out to lay out the page: its rows so far are a table, the rest is text. */
  #layOut(): void {
    const { table } = this;
    if (!table) return;
    const { text, startedAt } = this.open;
    this.open.clear();
    this.#flushTable(table);
    table.isLayout = true;
    for (const line of text.split('\n')) {
      this.open.words(line, startedAt);
      this.flush();
    }
  }

  #flushTable(table: HtmlTable): void {
    const { text, context } = table.take();
    const at = this.#tableAt;
    this.#tableAt = -1;
    if (text !== '' && at >= 0) this.#push('table', text, at, context === undefined ? {} : { context });
  }

  /** Ends the open block. */
  flush(): void {
    const { table } = this;
    if (table) {
      this.#endCell(table);
      this.#flushTable(table);
      return;
    }
    const { startedAt: at, text: open } = this.open;
    this.open.clear();
    if (at < 0) return;
    const isCode = this.#preDepth > 0;
    const text = isCode ? withoutMargins(open) : open.trim();
    if (text === '') return;
    const isBox = this.#boxAt === this.text.length;
    this.#boxAt = -1;
    if (!isCode && this.marker === '' && (this.heading > 0 ? isBox : isBoxLabel(text))) {
      this.#pushLabel();
      this.#label = { text, line: this.#lines.at(at) };
    } else if (this.heading > 0) {
      this.#push('heading', text, at, { level: this.heading, title: cleanTitle(text) });
    } else if (isCode) {
      this.#push('code', text, at);
    } else if (
      this.definitions.isInTerm &&
      this.definitions.takesTerm(this.marker + text, this.#lines.at(at))
    ) {
      this.marker = '';
    } else {
      this.#push('paragraph', text, at);
    }
  }

  /** The end of the page. */
  end(): void {
    while (this.#tables.length > 0) this.endTable();
    this.flushTerm();
    this.definitions.end();
  }

  /** Writes a term that has no definition. */
  flushTerm(): void {
    this.flush();
    this.#pushTerm();
  }

  #pushTerm(): void {
    if (this.definitions.hasTerm) this.#push('paragraph', '', -1);
    this.#pushLabel();
  }

  /** A label without a text. */
  #pushLabel(): void {
    if (this.#label) this.#push('paragraph', '', -1);
  }

  #push(kind: BlockKind, content: string, startedAt: number, details: Partial<Block> = {}): void {
    if (kind === 'heading') this.#pushTerm();
    const startLine = startedAt < 0 ? 0 : this.#lines.at(startedAt);
    const term = this.definitions.takeTerm(this.#label?.line ?? startLine);
    const marker = kind === 'heading' || kind === 'table' || content === '' ? '' : this.marker;
    if (marker !== '') this.marker = '';
    const words = marker + content;
    const label = this.#label;
    this.#label = undefined;
    const text = [term?.text ?? '', label?.text ?? '', words].filter((part) => part !== '').join('\n');
    const isItem = marker !== '' && kind === 'paragraph';
    if (this.text !== '') {
      this.text += isItem && this.blocks.at(-1)?.kind === 'item' ? '\n' : '\n\n';
    }
    const start = this.text.length;
    this.text += text;
    const line = term?.line ?? label?.line ?? startLine;
    const ended = kind === 'heading' ? 0 : this.definitions.takeEnded();
    const section = ended > 0 ? { ...details, level: ended } : details;
    if (details.level !== undefined) this.definitions.heading(details.level);
    this.blocks.push({ kind: isItem ? 'item' : kind, start, end: this.text.length, line, ...section });
  }
}
