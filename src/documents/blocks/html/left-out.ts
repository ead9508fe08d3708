// What of a page isn't part of its text: navigation, what is hidden, line numbers, buttons that copy. An element that
// begins to be left out ends with its end tag, or where HTML lets it end without one.
import type { Attributes } from './attributes.js';
import { breakingTags, contentTags, endsParagraph, isHeading, skippedTags } from './tags.js';

/** Landmarks of a page, besides `nav` and the page's footer. */
const landmark = /(?:^|\s)(?:navigation|contentinfo|search)(?:\s|$)/i;
/** The tabs that aren't in front are hidden, but a click away. */
const tab = /(?:^|\s)tabpanel(?:\s|$)/i;
/** Classes that generators of documentation give to line numbers beside code, and to navigation without a landmark. */
const leftClass =
  /(?:^|\s)(?:linenos|lineno|linenodiv|linenumbers?|rouge-gutter|blob-num|hljs-ln-numbers|navheader|navfooter|navbar|navbox|sphinxsidebar|topnav|subnav|bottomnav|navpath|nav-panel|menu-bar|breadcrumbs?|pagination|pagination-nav|skip(?:-nav|-link|ToContent\w*)|md-skip|mw-jump-link|mw-editsection|vector-toc|vector-header-container|toc2|theme-doc-(?:toc-mobile|footer)|theme-edit-this-page|md-source-file|VPSkipLink|VPLocalNav|VPDocFooter)(?:\s|$)/;
/** Names that they give to one part of a page: its footer, its contents, a search box, where the page is. */
const leftId =
  /^(?:footer|toc|TOC|breadcrumb-section|breadcrumbs|catlinks|siteSub|titlearea|MSearch\w{1,40})$/;
/** Classes of the footer and the neighbours of a page, where no element around them is of the text. */
const leftAroundContent = /(?:^|\s)(?:footer|related)(?:\s|$)/;
/** The theme of Read the Docs puts all of a page into a section, its footer, too. */
const frame = /(?:^|\s)wy-nav-content-wrap(?:\s|$)/;
const shortestClass = 4;
/** Elements that hold all of a page: scripts show them later. */
const wholePage = new Set(['html', 'body', 'main']);
const copies = /copy|clip/i;

/** Whether the footer of an element is that of the text in it. */
export function isContent(tag: string, attributes: Attributes): boolean {
  return contentTags.has(tag) && !(tag === 'section' && frame.test(attributes.start('class')));
}

/** @param isInContent inside of an element whose footer belongs to the text */
export function isLeftOut(tag: string, attributes: Attributes, isInContent: boolean): boolean {
  if (skippedTags.has(tag)) return !(tag === 'script' && isFormula(attributes));
  if (tag === 'footer' && !isInContent) return true;
  if (tag === 'dialog' && !attributes.has('open')) return true;
  if (attributes.isEmpty || wholePage.has(tag)) return false;
  const role = attributes.start('role');
  if (role !== '' && landmark.test(role)) return true;
  if ((isHidden(attributes) || attributes.isInvisible) && !tab.test(role)) return true;
  if (attributes.get('aria-hidden') === 'true' && isDecoration(tag)) return true;
  if (tag === 'button' && isCopyButton(attributes)) return true;
  if (tag === 'div' && leftId.test(attributes.get('id') ?? '')) return true;
  const classes = attributes.start('class');
  if (classes.length < shortestClass) return false;
  if (leftClass.test(classes)) return true;
  return !isInContent && tag !== 'a' && leftAroundContent.test(classes);
}

/** A caption is hidden from readers of the screen where it repeats the text of the image, as pandoc writes it. */
function isDecoration(tag: string): boolean {
  return tag === 'figcaption' || (!breakingTags.has(tag) && !isHeading(tag));
}

function isHidden(attributes: Attributes): boolean {
  return attributes.has('hidden') && attributes.get('hidden') !== 'until-found';
}

/** MathJax 2 has formulas in scripts. */
function isFormula(attributes: Attributes): boolean {
  return attributes.get('type')?.startsWith('math/tex') === true;
}

function isCopyButton(attributes: Attributes): boolean {
  return (
    attributes.has('data-clipboard-text') ||
    copies.test(attributes.start('class')) ||
    copies.test(attributes.start('title'))
  );
}

/** Elements that end without an end tag where another one of them begins. */
const siblings: Readonly<Record<string, ReadonlySet<string>>> = {
  li: new Set(['li']),
  dt: new Set(['dt', 'dd']),
  dd: new Set(['dt', 'dd']),
  td: new Set(['td', 'th', 'tr', 'tbody', 'tfoot']),
  th: new Set(['td', 'th', 'tr', 'tbody', 'tfoot']),
  tr: new Set(['tr', 'tbody', 'tfoot']),
  p: endsParagraph,
};
const containers = new Set(['ul', 'ol', 'dl', 'table']);

/** The element around the current place that is left out, if any. */
export class LeftOut {
  #tag = '';
  /** How many elements of its name are open, and how many lists and tables in it. */
  #depth = 0;
  #containers = 0;

  get isOn(): boolean {
    return this.#tag !== '';
  }

  begin(tag: string): void {
    this.#tag = tag;
    this.#depth = 1;
    this.#containers = 0;
  }

  /** An element begins within. @returns false if it ended what is left out */
  opens(tag: string): boolean {
    const isEnd =
      (tag === 'main' && this.#tag !== 'main') ||
      tag === 'body' ||
      (this.#containers === 0 && siblings[this.#tag]?.has(tag) === true);
    if (isEnd) {
      this.#tag = '';
      return false;
    }
    if (tag === this.#tag) this.#depth++;
    else if (containers.has(tag)) this.#containers++;
    return true;
  }

  /** @returns false if an element around what is left out ended, which ended it, too */
  closes(tag: string): boolean {
    const mayEnd = siblings[this.#tag];
    if (tag === this.#tag) {
      if (mayEnd === undefined || this.#containers === 0) this.#depth--;
      if (this.#depth === 0) this.#tag = '';
      return true;
    }
    if (containers.has(tag) && this.#containers > 0) {
      this.#containers--;
      return true;
    }
    const isAround = tag === 'body' || (mayEnd !== undefined && endsAround(this.#tag, tag));
    if (!isAround) return true;
    this.#tag = '';
    return false;
  }
}

function endsAround(tag: string, end: string): boolean {
  if (containers.has(end)) return true;
  return tag === 'p' && end !== 'p' && breakingTags.has(end);
}
