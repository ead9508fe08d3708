// A page of a manual as it grows: paragraphs of filled lines, terms with what is said of them, and lines as they are.
import { TextBuilder } from '../../../blocks/text-builder.js';
import { cleanTitle } from '../../../blocks/titles.js';

export class ManualPage {
  readonly builder = new TextBuilder();
  #words: string[] = [];
  #line = 1;
  #kind: 'paragraph' | 'item' | 'code' = 'paragraph';
  /** The term of an item that is still to be said what it is. */
  #term = '';
  /** The next piece joins the last one without a space. */
  #isJoined = false;
  isFilled = true;

  heading(text: string, level: number, line: number): void {
    this.end();
    this.isFilled = true;
    this.builder.heading(text, level, { line, title: cleanTitle(text) });
  }

  /** Adds a line of text. */
  add(text: string, line: number): void {
    if (text.trim() === '' && this.isFilled) return;
    if (this.#words.length === 0 && this.#term === '') this.#line = line;
    if (this.#isJoined && this.#words.length > 0) this.#words.push(this.#words.pop()! + text);
    else this.#words.push(this.isFilled ? text.trim() : text);
    this.#isJoined = false;
  }

  join(isJoined = true): void {
    this.#isJoined = isJoined;
  }

  /** Ends the line, not the paragraph. */
  break(): void {
    if (this.isFilled && this.#words.length > 0) this.#words.push('\n');
  }

  /** Begins an item: a term, or a sign. */
  item(term: string, line: number): void {
    this.end();
    // Without a term, it goes on with what was said before.
    this.#kind = term.trim() === '' ? this.#kind : 'item';
    this.#term = term.trim();
    this.#line = line;
  }

  /** A further term of the same item. */
  alsoTerm(term: string): void {
    if (this.#kind !== 'item') return;
    this.#term = `${this.#term}\n${term.trim()}`;
  }

  get isWaiting(): boolean {
    return this.#kind === 'item' && this.#words.length === 0;
  }

  fill(isFilled: boolean): void {
    if (isFilled === this.isFilled) return;
    // The lines of code that a term begins with stay with it.
    if (!this.isWaiting) this.end();
    this.isFilled = isFilled;
    if (this.#kind !== 'item') this.#kind = isFilled ? 'paragraph' : 'code';
  }

  end(): void {
    const body = this.#kind === 'code' || !this.isFilled ? this.#words.join('\n') : filled(this.#words);
    const isSign = /^(?:[-•*+o·]|\d{1,3}[.)])$/.test(this.#term);
    const between = this.#term === '' || body === '' ? '' : isSign ? ' ' : '\n';
    this.builder.add(
      this.#kind,
      `${isSign && /^[•o·*+]$/.test(this.#term) ? '-' : this.#term}${between}${body}`,
      {
        line: this.#line,
      },
    );
    this.#words = [];
    this.#term = '';
    this.#isJoined = false;
    this.#kind = this.isFilled ? 'paragraph' : 'code';
  }
}

function filled(words: readonly string[]): string {
  return words
    .join(' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
}
