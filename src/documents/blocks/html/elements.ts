// What the elements of a page do to its text: end lines, open sections, lists and tables, or have words of their own.
import type { Attributes } from './attributes.js';
import { isBox } from './boxes.js';
import { Lists } from './lists.js';
import type { Mark } from './open-text.js';
import { breakingTags, endsHeading, isHeading, preTags } from './tags.js';
import type { PageWriter } from './writer.js';

/** Signs of a link to the heading itself, which documentation puts beside it, and of one from a note back to the text. */
const anchors = new Set([
  '',
  '¶',
  '#',
  '§',
  '◆',
  '\u{1f517}',
  '\u200b',
  '\uf0c1',
  '↩',
  '↩\ufe0e',
  '↩\ufe0f',
  '^',
  '↑',
]);
/** Texts of links over what stands in front of the text, for who hears the page. Styles hide them from who sees it. */
const skips =
  /^(?:skip|jump) (?:directly )?to (?:the )?(?:main |page |article |primary )?(?:content|text|navigation|search|menu|footer|sidebar)s?$|^skip (?:navigation|menu|links)$/i;
/** A longer text of a link is none of them. */
const longestAnchor = 40;
/** Types of fields that hold no words, or words that nobody sees. */
const wordlessFields = new Set(
  'hidden password checkbox radio file color range date time month week datetime-local'.split(' '),
);
/** Elements whose words are apart from those beside them, though on one line. */
const apartTags = new Set(['button', 'label', 'output']);
const imageFile = /^\S{1,200}\.(?:png|jpe?g|gif|svg|webp|bmp|avif)$/i;
const decoration = /^\s*(?:presentation|none)\s*$/i;
const noteNumber = /^\d{1,4}$/;
const signedDigit = /^[-+−–]?\d/;

export class Elements {
  readonly #page: PageWriter;
  readonly #lists: Lists;
  /** The link to a place that is open, with the start of its text. */
  #link: { before: Mark; text: string } | undefined;
  /** What stood before the code that is open. */
  #beforePre: Mark | undefined;
  /** Behind digits, digits that are raised would be part of the number. */
  #isRaised = false;
  /** How many raised parts are open: the number of a note is a link in one, or around one. */
  #raised = 0;

  constructor(page: PageWriter, html: string) {
    this.#page = page;
    this.#lists = new Lists(html);
  }

  words(data: string, at: number): void {
    if (this.#link && this.#link.text.length <= longestAnchor) this.#link.text += data.slice(0, 99);
    let words = data;
    if (this.#raised > 0 && this.#link && this.#page.open.isAfterWord && noteNumber.test(data)) {
      // Else it would be part of the word before it.
      words = `[${data}]`;
      this.#isRaised = false;
    } else if (this.#isRaised) {
      if (signedDigit.test(data)) words = `^${data}`;
      this.#isRaised = false;
    }
    this.#page.words(words, at);
  }

  opens(tag: string, attributes: Attributes, at: number): void {
    const page = this.#page;
    if (page.definitions.isInTerm && attributes.isAddress) page.definitions.address();
    if (page.heading > 0 && endsHeading.has(tag)) page.endHeading();
    if (isHeading(tag)) page.beginHeading(Number(tag[1]));
    else if (preTags.has(tag)) this.#opensPre();
    else if (this.#opensList(tag, attributes, at) || this.#opensTable(tag, attributes)) return;
    else if (breakingTags.has(tag)) this.#opensBlock(attributes);
    else this.#opensInline(tag, attributes, at);
  }

  closes(tag: string): void {
    const page = this.#page;
    if (isHeading(tag)) {
      page.endHeading();
    } else if (preTags.has(tag)) {
      page.endPre(this.#beforePre);
      this.#beforePre = undefined;
    } else if (this.#closesList(tag) || this.#closesTable(tag)) {
      return;
    } else if (breakingTags.has(tag)) {
      page.endLine();
    } else if (tag === 'a') {
      if (this.#link && isNoText(this.#link.text)) page.open.backTo(this.#link.before);
      this.#link = undefined;
    } else if (tag === 'sup') {
      this.#isRaised = false;
      if (this.#raised > 0) this.#raised--;
    } else if (apartTags.has(tag)) {
      page.space();
    }
  }

  #opensBlock(attributes: Attributes): void {
    this.#page.endLine();
    if (isBox(attributes)) this.#page.beginBox();
  }

  #opensPre(): void {
    this.#page.beginPre();
    this.#beforePre = this.#page.open.mark();
  }

  #opensList(tag: string, attributes: Attributes, at: number): boolean {
    const page = this.#page;
    const { definitions } = page;
    switch (tag) {
      case 'ul':
      case 'ol':
        page.endBlock();
        this.#lists.open(tag, attributes, at);
        return true;
      case 'li':
        page.beginItem(this.#lists.marker(attributes), at);
        return true;
      case 'dl':
        page.endBlock();
        definitions.beginList();
        return true;
      case 'dt':
        page.endBlock();
        if (definitions.isDefined) page.flushTerm();
        if (!page.table) definitions.beginTerm(attributes.isAddress);
        return true;
      case 'dd':
        page.endBlock();
        definitions.beginDefinition();
        return true;
      default:
        return false;
    }
  }

  #closesList(tag: string): boolean {
    const page = this.#page;
    switch (tag) {
      case 'ul':
      case 'ol':
        page.endBlock();
        this.#lists.close();
        page.marker = '';
        return true;
      case 'dl':
        page.endBlock();
        if (!page.table) page.flushTerm();
        page.definitions.endList();
        return true;
      case 'dt':
        page.endBlock();
        page.definitions.endTerm();
        return true;
      default:
        return false;
    }
  }

  #opensTable(tag: string, attributes: Attributes): boolean {
    const page = this.#page;
    switch (tag) {
      case 'table':
        page.beginTable();
        return true;
      case 'thead':
        page.endRow();
        page.table?.beginHead();
        return true;
      case 'tbody':
      case 'tfoot':
        page.endRow();
        page.table?.endHead();
        return true;
      case 'tr':
      case 'caption':
        page.endRow();
        return true;
      case 'td':
      case 'th':
        page.beginCell(tag === 'th', attributes.number('colspan') ?? 1, attributes.number('rowspan') ?? 1);
        return true;
      default:
        return false;
    }
  }

  #closesTable(tag: string): boolean {
    const page = this.#page;
    switch (tag) {
      case 'table':
        page.endTable();
        return true;
      case 'thead':
        page.endRow();
        page.table?.endHead();
        return true;
      case 'tbody':
      case 'tfoot':
      case 'tr':
      case 'caption':
        page.endRow();
        return true;
      default:
        return tag === 'td' || tag === 'th';
    }
  }

  #opensInline(tag: string, attributes: Attributes, at: number): void {
    const page = this.#page;
    if (tag === 'br') {
      page.break();
    } else if (tag === 'a') {
      this.#isRaised = false;
      const isPlace = attributes.get('href')?.includes('#') === true;
      this.#link = isPlace ? { before: page.open.mark(), text: '' } : undefined;
    } else if (tag === 'sup') {
      this.#isRaised = page.open.isAfterDigit;
      this.#raised++;
    } else if (tag === 'img' || tag === 'area') {
      this.#image(attributes, at);
    } else if (tag === 'input') {
      const type = attributes.get('type')?.toLowerCase() ?? 'text';
      if (type === 'image') this.#image(attributes, at);
      else if (!wordlessFields.has(type)) page.apart(attributes.get('value') ?? '', at);
    } else if (apartTags.has(tag)) {
      page.space();
    }
  }

  /** What stands for an image where it can't be seen. */
  #image(attributes: Attributes, at: number): void {
    const text = attributes.get('alt')?.trim() ?? '';
    if (text === '' || decoration.test(attributes.start('role')) || imageFile.test(text)) return;
    this.#link = undefined;
    this.#page.apart(text, at);
  }
}

function isNoText(link: string): boolean {
  const text = link.trim();
  return anchors.has(text) || skips.test(text);
}
