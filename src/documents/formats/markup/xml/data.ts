// XML of records and settings: a line for each element with a value, `name: value`; lines of one parent stand together.
import { decodeHTML } from 'entities';
import { oneLine } from '../../../../text/one-line.js';
import { htmlContent } from '../../../blocks/html.js';
import { TextBuilder } from '../../../blocks/text-builder.js';
import type { XmlHandler } from './tokens.js';

interface Element {
  /** As it is written; in lists of properties, the key of a value. */
  name: string;
  /** Its own words. */
  text: string;
  details: string;
  hasChildren: boolean;
  /** Its name is the key of a list of properties. */
  isKeyed: boolean;
  /** Within the words of another element. */
  isInline: boolean;
  line: number;
}

/** Attributes that say nothing to a reader. */
const quietAttribute = /^(?:xmlns|xsi|xml):|^xmlns$|^(?:schemaLocation|style|class)$/;
const naming = ['name', 'key', 'id', 'title', 'label'];
/** Max characters of an attribute's value in front of an element's words. */
const maxValueLength = 4000;
/** Feeds pack HTML into values, entities and all. */
const feeds = new Set(['rss', 'feed', 'rdf']);
const tag = /<\/[a-z][\w-]{0,20}>|<(?:br|p|hr|img)\b[^<>]{0,500}\/?>/i;

export class DataReader implements XmlHandler {
  readonly #builder = new TextBuilder();
  readonly #open: Element[] = [];
  /** The outermost element, in lower case. */
  #root = '';
  /** The last `<key>` of a list of properties, which names the value behind it. */
  #key = '';
  #lines: string[] = [];
  #line = 1;
  #lastLine = 1;

  finish(): ReturnType<TextBuilder['finish']> {
    this.#flush();
    return this.#builder.finish();
  }

  opens(name: string, attributes: readonly string[], line: number, written: string): void {
    if (this.#open.length === 0) this.#root = name;
    const parent = this.#open.at(-1);
    const isInline = parent !== undefined && (parent.isInline || parent.text.trim() !== '');
    if (parent && !isInline && !parent.hasChildren) {
      parent.hasChildren = true;
      // What stands in a parent's tag is said before what is in it.
      this.#flush();
      if (parent.details !== '') this.#add(`${parent.name} ${parent.details}`, parent.line);
      else if (parent.isKeyed) this.#add(parent.name, parent.line);
    }
    const isFlag = this.#key !== '' && (name === 'true' || name === 'false');
    this.#open.push({
      name: this.#key || written,
      text: isFlag ? name : '',
      details: detailsOf(attributes),
      hasChildren: false,
      isKeyed: this.#key !== '',
      isInline,
      line,
    });
    this.#key = '';
  }

  text(text: string): void {
    const element = this.#open.at(-1);
    if (element) element.text += text;
  }

  closes(): void {
    const element = this.#open.pop()!;
    const parent = this.#open.at(-1);
    if (element.isInline && parent) {
      parent.text += element.text;
      return;
    }
    const words = this.#shown(element.text);
    if (this.#root === 'plist' && element.name === 'key' && !element.hasChildren) {
      this.#key = words;
    } else if (element.hasChildren) {
      if (words !== '') this.#add(words, element.line);
      this.#flush();
    } else if (words !== '' || element.details !== '') {
      const name = [element.name, element.details].filter(Boolean).join(' ');
      this.#add(words === '' ? name : `${name}: ${words}`, element.line);
    }
  }

  /** Words of an element; HTML that is packed into it is read. */
  #shown(text: string): string {
    const isHtml = text.includes('<') && tag.test(text);
    const isFeed = !isHtml && feeds.has(this.#root) && text.includes('&');
    const words = isHtml ? htmlContent(text).text : isFeed ? decodeHTML(text) : text;
    return words.replace(/[ \t]*\r?\n\s*/g, '\n').trim();
  }

  #add(text: string, line: number): void {
    if (this.#lines.length === 0) this.#line = line;
    this.#lines.push(text);
  }

  #flush(): void {
    // Words at the end of an element come after what is in it.
    this.#lastLine = Math.max(this.#lastLine, this.#line);
    this.#builder.add('record', this.#lines.join('\n'), { line: this.#lastLine });
    this.#lines = [];
  }
}

/** Values of attributes: `pump 1`, `pump id=1 colour=red`. */
function detailsOf(attributes: readonly string[]): string {
  const pairs: [string, string][] = [];
  for (let i = 0; i < attributes.length; i += 2) {
    const value = oneLine(attributes[i + 1] ?? '');
    if (value === '' || quietAttribute.test(attributes[i]!)) continue;
    pairs.push([attributes[i]!, value.slice(0, maxValueLength)]);
  }
  const [only] = pairs;
  if (pairs.length === 1 && naming.includes(only![0])) return only![1];
  return pairs.map(([name, value]) => `${name}=${value}`).join(' ');
}
