// HTML → text and blocks. It reads tokens, not a tree: an element only matters when it ends a line, opens a section or
// holds no text. So pages with a hundred thousand nested elements stay fast.
import { Tokenizer } from 'htmlparser2';
import type { Block, BlockKind } from '../../types/document.js';
import {
  type HtmlContent,
  underTitle,
  withoutAnchor,
  withoutEmptyRows,
  withoutMargins,
} from './html-content.js';
import { breakingTags, contentTags, endsHeading, isHeading, skippedTags } from './html-tags.js';
import { isWhite, LineCursor } from './lines.js';
import { cleanTitle } from './titles.js';

/** @param html lines of the blocks are lines of this */
export function htmlContent(html: string): HtmlContent {
  const reader = new HtmlReader(html);
  const tokenizer = new Tokenizer({ xmlMode: html.startsWith('<?xml'), decodeEntities: true }, reader);
  tokenizer.write(html);
  tokenizer.end();
  return reader.content();
}

/** Gets the tokens; `start` and `end` are offsets into the HTML. */
class HtmlReader {
  readonly #html: string;
  readonly #lines: LineCursor;
  readonly #blocks: Block[] = [];
  #text = '';
  #title = '';
  #titleLine = 1;
  #tag = '';
  /** Whether an element came before. */
  #started = false;

  /** The block that is being read, its last piece, and where in the HTML it started (-1: not yet). */
  #open = '';
  #last = '';
  #openedAt = -1;
  /** White space that counts only when words come after it. */
  #space = false;

  /** The skipped element around the current place, and how many of its name are open. */
  #skipped = '';
  #skippedDepth = 0;
  #inTitle = false;
  /** Level of the heading around this place; 0 outside. */
  #heading = 0;
  #preDepth = 0;
  #contentDepth = 0;
  /** Next numbers of the lists around this place; 0 for lists without numbers. */
  readonly #lists: number[] = [];
  #marker = '';
  /** For each table around the current place: true when it only lays out the page, as it holds other tables. */
  readonly #layouts: boolean[] = [];
  #cells = 0;

  constructor(html: string) {
    this.#html = html;
    this.#lines = new LineCursor(html);
  }

  content(): HtmlContent {
    const page = { text: this.#text, blocks: this.#blocks, title: cleanTitle(this.#title) };
    return underTitle(page, this.#titleLine);
  }

  ontext(start: number, end: number): void {
    this.#words(this.#html.slice(start, end), start);
  }

  ontextentity(codepoint: number, end: number): void {
    this.#words(String.fromCodePoint(codepoint), end - 1);
  }

  oncdata(start: number, end: number, endOffset: number): void {
    this.#words(this.#html.slice(start, end - endOffset), start);
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.#html.slice(start, end).toLowerCase();
    this.#opens(this.#tag, start);
  }

  onselfclosingtag(): void {
    if (this.#skipped === this.#tag) this.#unskip(this.#tag);
  }

  onclosetag(start: number, end: number): void {
    this.#closes(this.#html.slice(start, end).toLowerCase());
  }

  onend(): void {
    this.#flush();
  }

  // Other tokens have no text.
  onattribdata(): void {}
  onattribentity(): void {}
  onattribend(): void {}
  onattribname(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onopentagend(): void {}
  onprocessinginstruction(): void {}

  #opens(tag: string, at: number): void {
    if (this.#skipped) {
      if (tag === this.#skipped) this.#skippedDepth++;
      // The end tag is missing.
      else if (tag === 'main' || tag === 'body') this.#skipped = '';
      if (this.#skipped) return;
    }
    // A file that is a drawing has labels to read; a drawing in a page is decoration.
    const isWhole = tag === 'svg' && !this.#started;
    this.#started = true;
    if ((skippedTags.has(tag) && !isWhole) || (tag === 'footer' && this.#contentDepth === 0)) {
      this.#skipped = tag;
      this.#skippedDepth = 1;
      return;
    }
    if (tag === 'title') {
      this.#flush();
      // After text, it isn't the title of the page.
      this.#inTitle = this.#title === '' && this.#blocks.length === 0;
      if (this.#inTitle) this.#titleLine = this.#lines.at(at);
      return;
    }
    if (contentTags.has(tag)) this.#contentDepth++;
    if (this.#heading > 0 && endsHeading.has(tag)) this.#endHeading();
    if (isHeading(tag)) {
      this.#flush();
      this.#heading = Number(tag[1]);
    } else if (tag === 'pre') {
      this.#flush();
      this.#preDepth++;
    } else if (tag === 'ul' || tag === 'ol') {
      this.#flush();
      this.#lists.push(tag === 'ol' ? 1 : 0);
    } else if (tag === 'li') {
      this.#flush();
      this.#marker = this.#nextMarker();
    } else if (tag === 'table') {
      this.#flush();
      if (this.#layouts.length > 0) this.#layouts[this.#layouts.length - 1] = true;
      this.#layouts.push(false);
    } else if (tag === 'br') {
      this.#break();
    } else if (breakingTags.has(tag)) {
      this.#ends(tag);
      if (this.#inTable() && (tag === 'td' || tag === 'th') && this.#cells++ > 0) this.#append(' | ');
    }
  }

  #closes(tag: string): void {
    if (this.#skipped) {
      if (tag === 'body') this.#skipped = '';
      else this.#unskip(tag);
      return;
    }
    if (tag === 'title') {
      this.#inTitle = false;
      return;
    }
    if (contentTags.has(tag) && this.#contentDepth > 0) this.#contentDepth--;
    if (isHeading(tag)) {
      this.#endHeading();
    } else if (tag === 'pre') {
      this.#flush();
      if (this.#preDepth > 0) this.#preDepth--;
    } else if (tag === 'ul' || tag === 'ol') {
      this.#flush();
      this.#lists.pop();
      this.#marker = '';
    } else if (tag === 'table') {
      this.#flush();
      this.#layouts.pop();
    } else if (breakingTags.has(tag) && tag !== 'td' && tag !== 'th') {
      this.#ends(tag);
    }
  }

  #unskip(tag: string): void {
    if (tag === this.#skipped && --this.#skippedDepth === 0) this.#skipped = '';
  }

  #endHeading(): void {
    this.#flush();
    this.#heading = 0;
  }

  #inTable(): boolean {
    return this.#layouts.at(-1) === false;
  }

  #nextMarker(): string {
    const number = this.#lists.at(-1) ?? 0;
    if (number === 0) return '- ';
    this.#lists[this.#lists.length - 1] = number + 1;
    return `${number}. `;
  }

  /** The end of a line. It also ends the block, unless that is a heading, a table or code. */
  #ends(tag: string): void {
    if (this.#preDepth > 0 || (this.#inTable() && (tag === 'tr' || tag === 'caption'))) {
      this.#cells = 0;
      if (this.#last !== '' && !this.#last.endsWith('\n')) this.#append('\n');
      this.#space = false;
    } else if (this.#heading > 0 || this.#inTable()) {
      this.#space = true;
    } else {
      this.#flush();
    }
  }

  #break(): void {
    if (this.#preDepth > 0) {
      this.#append('\n');
    } else if (this.#heading > 0 || this.#inTable()) {
      this.#space = true;
    } else if (this.#last !== '') {
      this.#append('\n');
      this.#space = false;
    }
  }

  #words(data: string, at: number): void {
    if (this.#skipped) return;
    if (this.#inTitle) {
      this.#title += data;
      return;
    }
    let first = 0;
    while (first < data.length && isWhite(data.charCodeAt(first))) first++;
    if (first < data.length && this.#openedAt < 0) this.#openedAt = at + first;
    if (this.#preDepth > 0) {
      this.#append(data);
      return;
    }
    if (first > 0) this.#space = true;
    if (first === data.length) return;
    if (this.#space && this.#last !== '' && !isWhite(this.#last.charCodeAt(this.#last.length - 1))) {
      this.#append(' ');
    }
    const end = data.trimEnd().length;
    this.#append(data.slice(first, end).replace(/[ \t\r\n\f]+/g, ' '));
    this.#space = end < data.length;
  }

  /** Looks only at the last piece: reading the whole string would join (copy) its pieces each time. */
  #append(piece: string): void {
    if (piece === '') return;
    this.#open += piece;
    this.#last = piece;
  }

  /** Ends the open block. */
  #flush(): void {
    const startedAt = this.#openedAt;
    let text = this.#open;
    this.#open = '';
    this.#last = '';
    this.#openedAt = -1;
    this.#space = false;
    this.#cells = 0;
    if (startedAt < 0) return;
    let kind: BlockKind = 'paragraph';
    if (this.#preDepth > 0) {
      kind = 'code';
      text = withoutMargins(text);
    } else if (this.#heading > 0) {
      kind = 'heading';
      text = withoutAnchor(text.trim());
    } else if (this.#inTable()) {
      kind = 'table';
      text = withoutEmptyRows(text);
    } else {
      text = withoutAnchor(text.trim());
    }
    if (text === '') return;
    if (this.#marker && kind !== 'heading' && kind !== 'table') {
      if (kind === 'paragraph') kind = 'item';
      text = this.#marker + text;
      this.#marker = '';
    }
    if (this.#text !== '') {
      const isList = kind === 'item' && this.#blocks.at(-1)?.kind === 'item';
      this.#text += isList ? '\n' : '\n\n';
    }
    const start = this.#text.length;
    this.#text += text;
    const block: Block = { kind, start, end: this.#text.length, line: this.#lines.at(startedAt) };
    if (kind === 'heading') {
      block.level = this.#heading;
      block.title = cleanTitle(text);
    }
    this.#blocks.push(block);
  }
}
