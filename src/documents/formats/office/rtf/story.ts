// A text of an RTF document (its body, a note, a header): paragraphs and rows of tables become blocks.
import { oneLine } from '../../../../text/one-line.js';
import { tableText } from '../../../blocks/table-text.js';
import type { TextBuilder } from '../../../blocks/text-builder.js';
import { cleanTitle } from '../../../blocks/titles.js';

/** Max characters of a heading; what is longer is a paragraph in the style of one. */
const maxHeading = 300;

/** A sign, or the letter that stands for a ring: a letter that counts has a dot or a bracket behind it. */
const bullet = /^(?:[^\p{L}\p{N}]|o)$/u;
const indent = '  ';

export class Story {
  readonly #builder: TextBuilder;
  readonly #label: string;
  #text = '';
  #marker = '';
  #cells: string[] = [];
  #rows: string[][] = [];
  #headers = 0;
  /** Texts of notes, which follow the paragraph or table that they belong to. */
  #notes: string[] = [];
  #tableNotes: string[] = [];
  level = 0;
  /** Depth of the list, from 0. */
  depth = 0;
  isInTable = false;
  /** Paragraphs of code that follow each other are one block. */
  isCode = false;
  #code: string[] = [];

  /** @param label stands before the first paragraph */
  constructor(builder: TextBuilder, label = '') {
    this.#builder = builder;
    this.#label = label;
  }

  /** What is said of a paragraph is that of the default. */
  reset(): void {
    this.level = 0;
    this.depth = 0;
    this.isInTable = false;
    this.isCode = false;
  }

  add(text: string): void {
    this.#text += text;
  }

  /** Adds the number or sign of a list's item; all signs become a dash. */
  mark(marker: string): void {
    this.#marker = marker.trim().replace(bullet, '-');
  }

  note(text: string): void {
    (this.isInTable ? this.#tableNotes : this.#notes).push(text);
  }

  endCell(): void {
    this.#endCode();
    const marker = this.#marker === '' ? '' : `${this.#marker} `;
    this.#cells.push(oneLine(marker + this.#text));
    this.#text = '';
    this.#marker = '';
  }

  endRow(isHeader: boolean): void {
    if (this.#text.trim() !== '') this.endCell();
    if (isHeader && this.#headers === this.#rows.length) this.#headers++;
    this.#rows.push(this.#cells);
    this.#cells = [];
  }

  endParagraph(): void {
    if (this.isInTable) {
      if (this.#text !== '') this.#text += '\n';
      return;
    }
    this.#endTable();
    if (this.isCode && this.#marker === '') {
      this.#code.push(this.#text.replaceAll('\u00a0', ' ').trimEnd());
      this.#text = '';
      return;
    }
    this.#endCode();
    const text = this.#text.replace(/[\t \u00a0]+(?=\n|$)/g, '').trim();
    const marker = this.#marker;
    this.#text = '';
    this.#marker = '';
    if (text === '') return;
    const isHeading = this.level > 0 && text.length <= maxHeading;
    const whole = marker === '' ? text : `${marker} ${text}`;
    const labelled = this.#label === '' ? whole : `${this.#label}: ${whole}`;
    if (isHeading) this.#builder.heading(whole, this.level, { title: cleanTitle(whole) });
    else if (marker === '') this.#builder.add('paragraph', labelled);
    else this.#builder.add('item', indent.repeat(this.depth) + labelled);
    this.#endNotes();
  }

  end(): void {
    this.isInTable = false;
    if (this.#cells.length > 0) this.endRow(false);
    this.endParagraph();
    this.#endTable();
    this.#endCode();
    this.#endNotes();
  }

  #endCode(): void {
    const code = this.#code.join('\n');
    this.#code = [];
    if (code.trim() !== '') this.#builder.add('code', code.replace(/^(?:[ \t]*\n)+/, ''));
  }

  #endTable(): void {
    if (this.#rows.length === 0) return;
    const { text, ...context } = tableText(this.#rows, this.#headers > 0 ? this.#headers : undefined);
    this.#builder.add('table', text, context);
    for (const note of this.#tableNotes) this.#builder.add('paragraph', note);
    this.#tableNotes = [];
    this.#rows = [];
    this.#headers = 0;
  }

  #endNotes(): void {
    for (const note of this.#notes) this.#builder.add('paragraph', note);
    this.#notes = [];
  }
}
