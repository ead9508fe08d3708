// The words that were read of a LaTeX document: what is open, and the blocks that came before it.
import { oneLine } from '../../../../text/one-line.js';
import type { BlockKind } from '../../../../types/document.js';
import { LineCursor } from '../../../blocks/lines.js';
import { tableText } from '../../../blocks/table-text.js';
import { TextBuilder } from '../../../blocks/text-builder.js';
import { cleanTitle } from '../../../blocks/titles.js';

/** Places are those in the LaTeX. */
export class LatexWriter {
  readonly #lines: LineCursor;
  readonly #builder = new TextBuilder();
  #open = '';
  #openedAt = -1;
  #marker = '';
  #rows: string[][] | undefined;
  #tableAt = 0;
  /** Rows of the table's head, when a command ended it. */
  #headRows = 0;

  constructor(latex: string) {
    this.#lines = new LineCursor(latex);
  }

  get isInTable(): boolean {
    return this.#rows !== undefined;
  }

  finish(): ReturnType<TextBuilder['finish']> {
    this.endTable();
    this.flush();
    return this.#builder.finish();
  }

  put(text: string, at: number): void {
    if (this.#openedAt < 0 && text.trim() !== '') this.#openedAt = at;
    this.#open += text;
  }

  /** Ends the paragraph or the item. */
  flush(): void {
    const text = this.#open
      .replace(/\s+/g, ' ')
      .replace(/ (?=[.,;:!?)](?:\s|$))/g, '')
      .trim();
    this.#open = '';
    const at = this.#openedAt;
    this.#openedAt = -1;
    if (text === '') return;
    const kind = this.#marker === '' ? 'paragraph' : 'item';
    this.add(kind, this.#marker + text, Math.max(0, at));
    this.#marker = '';
  }

  /** Begins an item. */
  item(marker: string, at: number): void {
    this.#marker = marker;
    this.#openedAt = at;
  }

  endList(): void {
    this.#marker = '';
  }

  /** @param linesAfter lines between the place and the text */
  add(kind: BlockKind, text: string, at: number, linesAfter = 0): void {
    this.#builder.add(kind, text, { line: this.#lines.at(at) + linesAfter });
  }

  heading(title: string, level: number, at: number): void {
    this.#builder.heading(title, level, { line: this.#lines.at(at), title: cleanTitle(title) });
  }

  beginTable(at: number): void {
    this.flush();
    this.#rows = [[]];
    this.#headRows = 0;
    this.#tableAt = at;
  }

  endCell(): void {
    this.#rows!.at(-1)!.push(oneLine(this.#open));
    this.#open = '';
  }

  endRow(): void {
    this.endCell();
    this.#rows!.push([]);
  }

  /** A part of a long table ends, that is shown again at the top or the foot of pages: one head is enough. */
  endPart(command: string): boolean {
    if (!this.#rows) return false;
    const isFirst = command === 'endfirsthead';
    if (!isFirst && !/^end(?:head|foot|lastfoot)$/.test(command)) return false;
    if (this.#open.trim() !== '' || this.#rows.at(-1)!.length > 0) this.endRow();
    if (command === 'endfoot' || command === 'endlastfoot' || this.#headRows > 0)
      this.#rows.length = this.#headRows;
    else this.#headRows = this.#rows.length - 1;
    this.#rows.length = Math.max(this.#headRows, 0);
    this.#rows.push([]);
    return true;
  }

  endTable(): void {
    if (!this.#rows) return;
    this.endCell();
    const { text, ...context } = tableText(this.#rows);
    this.#builder.add('table', text, { line: this.#lines.at(this.#tableAt), ...context });
    this.#rows = undefined;
    this.#openedAt = -1;
  }
}
