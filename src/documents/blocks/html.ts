// HTML → text and blocks. It reads tokens, not a tree: an element only matters when it ends a line, opens a section or
// holds no text. So pages with a hundred thousand nested elements stay fast. XHTML is read the same way, as all its elements
// may be closed in themselves.
//
// html/writer.ts makes blocks of the words; left-out.ts says what isn't part of the text; tags.ts what elements mean.
import { Tokenizer } from 'htmlparser2';
import { Attributes } from './html/attributes.js';
import { type HtmlContent, pageUnderTitle } from './html/content.js';
import { Elements } from './html/elements.js';
import { Formula } from './html/formula.js';
import { isContent, isLeftOut, LeftOut } from './html/left-out.js';
import { contentTags, endsFormula, tagName, voidTags } from './html/tags.js';
import { PageWriter } from './html/writer.js';
import { LineCursor } from './lines.js';
import { cleanTitle } from './titles.js';

export type { HtmlContent } from './html/content.js';

/** @param html lines of the blocks are lines of this */
export function htmlContent(html: string): HtmlContent {
  const reader = new HtmlReader(html);
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader);
  tokenizer.write(html);
  tokenizer.end();
  return reader.content();
}

/** Gets the tokens; `start` and `end` are offsets into the HTML. */
class HtmlReader {
  readonly #html: string;
  readonly #lines: LineCursor;
  readonly #page: PageWriter;
  readonly #elements: Elements;
  readonly #attributes = new Attributes();
  readonly #leftOut = new LeftOut();
  #title = '';
  #titleLine = 1;
  #inTitle = false;
  #tag = '';
  #tagAt = 0;
  /** Whether an element came before. */
  #started = false;
  #contentDepth = 0;
  /** How many drawings are around this place, and whether the file is one: its labels are text. */
  #svgDepth = 0;
  #isSvg = false;
  #formula: Formula | undefined;
  #formulaAt = 0;

  constructor(html: string) {
    this.#html = html;
    this.#lines = new LineCursor(html);
    this.#page = new PageWriter(this.#lines);
    this.#elements = new Elements(this.#page, html);
  }

  content(): HtmlContent {
    const { text, blocks } = this.#page;
    return pageUnderTitle({ text, blocks, title: cleanTitle(this.#title) }, this.#titleLine);
  }

  ontext(start: number, end: number): void {
    this.#words(this.#html.slice(start, end), start);
  }

  ontextentity(codepoint: number, end: number): void {
    // A soft hyphen is no part of the word.
    if (codepoint !== 0xad) this.#words(String.fromCodePoint(codepoint), end - 1);
  }

  oncdata(start: number, end: number, endOffset: number): void {
    this.#words(this.#html.slice(start, end - endOffset), start);
  }

  onopentagname(start: number, end: number): void {
    this.#tag = tagName(this.#html.slice(start, end));
    this.#tagAt = start;
    const hasAddress = this.#tag === 'dt' || this.#tag === 'div' || this.#page.definitions.isInTerm;
    this.#attributes.clear(hasAddress);
  }

  onattribname(start: number, end: number): void {
    this.#attributes.begin(this.#html, start, end);
  }

  onattribdata(start: number, end: number): void {
    if (this.#attributes.isKept) this.#attributes.add(this.#html.slice(start, end));
  }

  onattribentity(codepoint: number): void {
    if (this.#attributes.isKept) this.#attributes.add(String.fromCodePoint(codepoint));
  }

  onattribend(): void {
    this.#attributes.end();
  }

  onopentagend(): void {
    this.#opens(this.#tag, this.#tagAt);
  }

  onselfclosingtag(): void {
    this.#opens(this.#tag, this.#tagAt);
    if (!voidTags.has(this.#tag)) this.#closes(this.#tag);
  }

  onclosetag(start: number, end: number): void {
    this.#closes(tagName(this.#html.slice(start, end)));
  }

  onend(): void {
    this.#endFormula();
    this.#page.end();
  }

  // Other tokens have no text.
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}

  #words(data: string, at: number): void {
    if (this.#leftOut.isOn) return;
    if (this.#inTitle) this.#title += data;
    else if (this.#formula) this.#formula.words(data);
    else this.#elements.words(data, at);
  }

  #opens(tag: string, at: number): void {
    if (this.#leftOut.isOn && this.#leftOut.opens(tag)) return;
    if (this.#formula && !endsFormula(tag)) {
      this.#formula.opens(tag, this.#attributes);
      return;
    }
    this.#endFormula();
    const isFirst = !this.#started;
    this.#started = true;
    if (isLeftOut(tag, this.#attributes, this.#contentDepth > 0)) {
      if (!voidTags.has(tag)) this.#leftOut.begin(tag);
    } else if (tag === 'svg') {
      if (this.#svgDepth++ === 0) this.#isSvg = isFirst;
    } else if (tag === 'title' || (tag === 'desc' && this.#svgDepth > 0)) {
      this.#opensTitle(tag, at);
    } else if (tag === 'math') {
      this.#formula = new Formula();
      this.#formulaAt = at;
    } else if ((tag === 'text' || tag === 'tspan') && this.#svgDepth > 0) {
      this.#label(tag);
    } else {
      if (isContent(tag, this.#attributes)) this.#contentDepth++;
      this.#elements.opens(tag, this.#attributes, at);
    }
  }

  #closes(tag: string): void {
    if (this.#leftOut.isOn && this.#leftOut.closes(tag)) return;
    if (this.#formula && tag !== 'math' && !endsFormula(tag)) {
      this.#formula.closes(tag);
      return;
    }
    this.#endFormula();
    if (tag === 'svg') {
      if (this.#svgDepth > 0) this.#svgDepth--;
    } else if (tag === 'title') {
      this.#inTitle = false;
    } else if ((tag === 'text' || tag === 'tspan' || tag === 'desc') && this.#svgDepth > 0) {
      this.#label(tag);
    } else {
      if (contentTags.has(tag) && this.#contentDepth > 0) this.#contentDepth--;
      this.#elements.closes(tag);
    }
  }

  /** In drawings, titles and descriptions name the parts: they aren't shown. */
  #opensTitle(tag: string, at: number): void {
    const isShown = this.#svgDepth === 0 || (this.#isSvg && (tag === 'desc' || this.#title === ''));
    if (!isShown) {
      this.#leftOut.begin(tag);
      return;
    }
    this.#page.flush();
    if (tag === 'desc') return;
    // After text, it isn't the title of the page.
    this.#inTitle = this.#title === '' && this.#page.blocks.length === 0;
    if (this.#inTitle) this.#titleLine = this.#lines.at(at);
  }

  /** A label of a drawing: a line in a file that is one; in a page, words apart from the others. */
  #label(tag: string): void {
    if (this.#isSvg && tag !== 'tspan') this.#page.endLine();
    else this.#page.space();
  }

  #endFormula(): void {
    const formula = this.#formula;
    if (!formula) return;
    this.#formula = undefined;
    this.#elements.words(formula.text(), this.#formulaAt);
  }
}
