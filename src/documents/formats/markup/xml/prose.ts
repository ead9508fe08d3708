// XML that is written to be read (DocBook, DITA, JATS, TEI): sections, paragraphs, lists, tables and code.
import { oneLine } from '../../../../text/one-line.js';
import { tableText } from '../../../blocks/table-text.js';
import { TextBuilder } from '../../../blocks/text-builder.js';
import { cleanTitle } from '../../../blocks/titles.js';
import type { XmlHandler } from './tokens.js';
import * as is from './vocabulary.js';

interface Table {
  rows: string[][];
  headers: number;
  line: number;
}

export class ProseReader implements XmlHandler {
  readonly #builder = new TextBuilder();
  readonly #parents: string[] = [];
  #depth = 0;
  #skipDepth = 0;
  #codeDepth = 0;
  #noteDepth = 0;
  /** Next numbers of the lists around this place; 0 without numbers. */
  readonly #lists: number[] = [];
  readonly #tables: Table[] = [];
  #isHeader = false;
  #inCell = 0;
  #inTerm = 0;
  #text = '';
  #line = 1;
  #lastLine = 1;
  #marker = '';
  #label = '';
  /** The heading that is being read: its level; 0 outside. */
  #heading = 0;

  finish(): ReturnType<TextBuilder['finish']> {
    this.#flush();
    return this.#builder.finish();
  }

  opens(name: string, attributes: readonly string[], line: number): void {
    const parent = this.#parents.at(-1) ?? '';
    this.#parents.push(name);
    if (this.#skipDepth > 0 || is.skipped.has(name)) {
      this.#skipDepth++;
      return;
    }
    if (is.sections.has(name)) {
      this.#flush();
      this.#depth++;
    }
    if (is.headings.has(name)) this.#opensHeading(parent);
    else if (is.notes.has(name)) {
      this.#noteDepth++;
      this.#text += ' (';
    } else if (this.#inCell > 0 || this.#noteDepth > 0)
      this.#text += is.blocks.has(name) && !this.#text.endsWith('(') ? ' ' : '';
    else if (is.cells.has(name) && this.#tables.length > 0) {
      this.#inCell++;
      this.#text = '';
    } else if (is.rows.has(name)) this.#opensRow(line);
    else if (name === 'manvolnum') this.#text = `${this.#text.trimEnd()}(`;
    else if (is.terms.has(name)) this.#begin('- ', line);
    else if (is.definitions.has(name) && this.#isTerm()) this.#text = `${this.#text.trimEnd()}\n`;
    else if (is.items.has(name) || (name === 'choice' && parent === 'choices')) {
      if (this.#inTerm === 0 || this.#lists.length > 0) this.#begin(this.#nextMarker(), line);
    } else if (is.code.has(name)) {
      this.#flush();
      this.#codeDepth++;
    } else if (is.blocks.has(name)) this.#opensBlock(name, line);
    if (is.lists.has(name)) {
      this.#flush();
      this.#lists.push(is.numbered.has(name) || isNumbered(attributes) ? 1 : 0);
    }
    if (is.terms.has(name)) this.#inTerm++;
    if (is.tables.has(name) && name !== 'tgroup') this.#tables.push({ rows: [], headers: 0, line });
    if (name === 'thead' || name === 'sthead') this.#isHeader = true;
  }

  text(text: string, line: number): void {
    if (this.#skipDepth > 0) return;
    if (this.#text.trim() === '' && text.trim() !== '') {
      const blank = text.length - text.trimStart().length;
      this.#line = line + (text.slice(0, blank).split('\n').length - 1);
    }
    if (this.#codeDepth > 0) this.#text += text;
    else this.#text += text.replace(/\s+/g, ' ');
  }

  closes(name: string): void {
    this.#parents.pop();
    if (this.#skipDepth > 0) {
      this.#skipDepth--;
      return;
    }
    if (is.headings.has(name)) {
      this.#flush();
      this.#heading = 0;
    } else if (is.notes.has(name)) {
      this.#noteDepth--;
      this.#text = `${this.#text.trimEnd()})`;
    } else if (name === 'manvolnum') this.#text += ')';
    else if (is.readings.has(this.#parents.at(-1) ?? '')) this.#text += ' ';
    else if (is.readings.has(name) && this.#parents.at(-1) !== 'choices') this.#text = this.#text.trimEnd();
    else if (is.spaced.has(name)) this.#text += ' ';
    else if (is.cells.has(name) && this.#inCell > 0) this.#closesCell();
    else if (this.#inCell > 0 || this.#noteDepth > 0) this.#text += is.blocks.has(name) ? ' ' : '';
    else if (is.rows.has(name)) this.#closesRow();
    else if (is.code.has(name) || is.blocks.has(name) || is.items.has(name) || name === 'choice')
      this.#flush();
    if (is.code.has(name) && this.#codeDepth > 0) this.#codeDepth--;
    if (is.terms.has(name)) {
      this.#flush();
      this.#inTerm--;
    }
    if (is.lists.has(name)) {
      this.#flush();
      this.#lists.pop();
      this.#marker = '';
    }
    if (is.tables.has(name) && name !== 'tgroup') this.#closesTable();
    if (name === 'thead' || name === 'sthead') this.#isHeader = false;
    if (is.sections.has(name)) {
      this.#flush();
      this.#depth--;
    }
  }

  #opensHeading(parent: string): void {
    this.#flush();
    const isCaption = is.captioned.has(parent) || this.#depth === 0;
    this.#heading = isCaption || this.#inCell > 0 ? 0 : this.#depth;
  }

  #opensBlock(name: string, line: number): void {
    const label = is.labels.get(name);
    // What is said of a term begins right after it.
    if (this.#text.trim() !== '' && !/\n\s*$/.test(this.#text)) this.#flush();
    if (label !== undefined) this.#label = label;
    this.#line = line;
  }

  /** Whether the open text is a term. */
  #isTerm(): boolean {
    return this.#inTerm > 0 && this.#marker !== '' && is.terms.has(this.#parents.at(-2) ?? '');
  }

  #begin(marker: string, line: number): void {
    this.#flush();
    this.#marker = marker;
    this.#line = line;
  }

  #nextMarker(): string {
    const number = this.#lists.at(-1) ?? 0;
    const indent = '  '.repeat(Math.min(10, Math.max(0, this.#lists.length - 1)));
    if (number === 0) return `${indent}- `;
    this.#lists[this.#lists.length - 1] = number + 1;
    return `${indent}${number}. `;
  }

  #opensRow(line: number): void {
    const table = this.#tables.at(-1);
    // A table begins with its first row: its caption comes before.
    if (table?.rows.length === 0) table.line = line;
    table?.rows.push([]);
  }

  #closesCell(): void {
    if (--this.#inCell > 0) return;
    this.#tables.at(-1)?.rows.at(-1)?.push(oneLine(this.#text));
    this.#text = '';
  }

  #closesRow(): void {
    const table = this.#tables.at(-1);
    if (table && this.#isHeader && table.headers === table.rows.length - 1) table.headers++;
    this.#text = '';
  }

  #closesTable(): void {
    this.#flush();
    const table = this.#tables.pop();
    if (!table) return;
    const { text, ...context } = tableText(table.rows, table.headers > 0 ? table.headers : undefined);
    this.#builder.add('table', text, { line: this.#notBefore(table.line), ...context });
  }

  /** Lines never go back, also where words stand between the rows of a table. */
  #notBefore(line: number): number {
    this.#lastLine = Math.max(this.#lastLine, line);
    return this.#lastLine;
  }

  #flush(): void {
    if (this.#inCell > 0) return;
    const text =
      this.#codeDepth > 0
        ? this.#text
        : this.#text
            .replace(/[^\S\n]+/g, ' ')
            .replace(/ ?\n ?/g, '\n')
            .trim();
    this.#text = '';
    if (text.trim() === '') return;
    if (this.#heading > 0) {
      const title = cleanTitle(text);
      this.#builder.heading(title, this.#heading, { line: this.#notBefore(this.#line), title });
      return;
    }
    const before = this.#label + this.#marker;
    this.#label = '';
    const details = { line: this.#notBefore(this.#line) };
    if (this.#codeDepth > 0) this.#builder.add('code', text, details);
    else this.#builder.add(this.#marker === '' ? 'paragraph' : 'item', before + text, details);
    this.#marker = '';
  }
}

function isNumbered(attributes: readonly string[]): boolean {
  for (let i = 0; i < attributes.length; i += 2) {
    const isType = attributes[i] === 'list-type' || attributes[i] === 'type';
    if (isType && /^(?:order|ordered|number|arabic)/.test(attributes[i + 1] ?? '')) return true;
  }
  return false;
}
