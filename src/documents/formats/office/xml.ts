// XML of office documents → elements. Only the entities that XML has by itself are decoded; nothing outside of the text is
// ever read. It refuses what nests too deeply, so that who reads the elements may call itself for each level.
import { Tokenizer } from 'htmlparser2';
import { DocumentError } from '../../../errors.js';
import { decode } from '../../encodings/detect-encoding.js';
import { prefixFor } from './namespaces.js';

export interface XmlElement {
  /** With the prefix of our code (`namespaces.ts`), whatever the file calls it. */
  readonly name: string;
  /** Names and values in turn. */
  readonly attributes: readonly string[];
  readonly children: (XmlElement | string)[];
}

/** Takes an element as soon as it is read: it is not kept for the tree. `parent` is the name of the one around it. */
export type TakeElement = (element: XmlElement, parent: string) => void;

/** Elements within each other; real documents stay below a hundred. */
const maxDepth = 500;
const noAttributes: readonly string[] = [];

/**
 * @param take what to do with elements of these names; all others are in the tree
 * @returns the outermost element
 * @throws {DocumentError} `malformed` when it isn't well-formed, nests too deeply, or declares entities
 */
export function parseXml(
  bytes: Uint8Array,
  source: string,
  take: Readonly<Record<string, TakeElement>> = {},
): XmlElement {
  const xml = decode(bytes);
  const reader = new XmlReader(xml, source, new Map(Object.entries(take)));
  const tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: true }, reader);
  tokenizer.write(xml);
  tokenizer.end();
  return reader.root();
}

export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  const { attributes = noAttributes } = element ?? {};
  for (let i = 0; i < attributes.length; i += 2) if (attributes[i] === name) return attributes[i + 1];
  return undefined;
}

export function elements(element: XmlElement | undefined, name?: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (const child of element?.children ?? []) {
    if (typeof child !== 'string' && (name === undefined || child.name === name)) found.push(child);
  }
  return found;
}

/** The element at the end of a path of names. */
export function find(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  let at = element;
  for (const name of path) {
    at = at?.children.find((child): child is XmlElement => typeof child !== 'string' && child.name === name);
  }
  return at;
}

/** All elements of these names, at any depth, in order; not those within another one of them. */
export function* descendants(element: XmlElement, ...names: string[]): Generator<XmlElement> {
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    if (names.includes(child.name)) yield child;
    else yield* descendants(child, ...names);
  }
}

/** All text within. */
export function textOf(element: XmlElement | undefined): string {
  let text = '';
  for (const child of element?.children ?? []) text += typeof child === 'string' ? child : textOf(child);
  return text;
}

class XmlReader {
  readonly #xml: string;
  readonly #source: string;
  readonly #take: ReadonlyMap<string, TakeElement>;
  /** The elements around this place, below what is around the document. */
  readonly #open: XmlElement[] = [{ name: '', attributes: noAttributes, children: [] }];
  /** For each of them, the prefixes that it declared, with what they meant before. */
  readonly #declared: [prefix: string, before: string | undefined][][] = [[]];
  readonly #prefixes = new Map<string, string>();
  /** Names as they stand in the file → ours; while no prefix changes. */
  readonly #names = new Map<string, string>();
  #text = '';
  #tag = '';
  #attributes: string[] = [];
  #value = '';

  constructor(xml: string, source: string, take: ReadonlyMap<string, TakeElement>) {
    this.#xml = xml;
    this.#source = source;
    this.#take = take;
  }

  root(): XmlElement {
    const root = this.#open[0]!.children.find((child) => typeof child !== 'string');
    if (root === undefined || this.#open.length > 1) throw this.#broken('is cut off');
    return root as XmlElement;
  }

  ontext(start: number, end: number): void {
    this.#text += this.#xml.slice(start, end);
  }

  ontextentity(codepoint: number): void {
    this.#text += String.fromCodePoint(codepoint);
  }

  oncdata(start: number, end: number, endOffset: number): void {
    this.#text += this.#xml.slice(start, end - endOffset);
  }

  onopentagname(start: number, end: number): void {
    this.#endText();
    this.#tag = this.#xml.slice(start, end);
    this.#attributes = [];
  }

  onattribname(start: number, end: number): void {
    this.#attributes.push(this.#xml.slice(start, end));
    this.#value = '';
  }

  onattribdata(start: number, end: number): void {
    this.#value += this.#xml.slice(start, end);
  }

  onattribentity(codepoint: number): void {
    this.#value += String.fromCodePoint(codepoint);
  }

  onattribend(): void {
    this.#attributes.push(this.#value);
  }

  onopentagend(): void {
    if (this.#open.length > maxDepth) throw this.#broken('nests too deeply');
    this.#declared.push(this.#declarePrefixes());
    const attributes = this.#attributes.length > 0 ? this.#attributes : noAttributes;
    // An attribute without a prefix is in no namespace.
    for (let i = 0; i < attributes.length; i += 2) {
      if (attributes[i]!.includes(':')) this.#attributes[i] = this.#name(attributes[i]!);
    }
    this.#open.push({ name: this.#name(this.#tag), attributes, children: [] });
  }

  onselfclosingtag(): void {
    this.onopentagend();
    this.#close();
  }

  onclosetag(start: number, end: number): void {
    this.#endText();
    const isOpen =
      this.#open.length > 1 && this.#open.at(-1)!.name === this.#name(this.#xml.slice(start, end));
    if (!isOpen) throw this.#broken('is not well-formed');
    this.#close();
  }

  ondeclaration(start: number, end: number): void {
    if (this.#xml.slice(start, end).includes('[')) throw this.#broken('declares entities');
  }

  onend(): void {}
  oncomment(): void {}
  onprocessinginstruction(): void {}

  #endText(): void {
    if (this.#text === '') return;
    if (this.#open.length > 1) this.#open.at(-1)!.children.push(this.#text);
    this.#text = '';
  }

  #close(): void {
    const element = this.#open.pop()!;
    for (const [prefix, before] of this.#declared.pop()!) this.#setPrefix(prefix, before);
    const take = this.#take.get(element.name);
    if (take) take(element, this.#open.at(-1)!.name);
    // Only the first one is the document.
    else if (this.#open.length > 1 || this.#open[0]!.children.length === 0)
      this.#open.at(-1)!.children.push(element);
  }

  #declarePrefixes(): [string, string | undefined][] {
    const declared: [string, string | undefined][] = [];
    for (let i = 0; i < this.#attributes.length; i += 2) {
      const name = this.#attributes[i]!;
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
      const prefix = name.slice('xmlns:'.length);
      declared.unshift([prefix, this.#prefixes.get(prefix)]);
      this.#setPrefix(prefix, prefixFor(this.#attributes[i + 1]!) ?? prefix);
    }
    return declared;
  }

  #setPrefix(prefix: string, ours: string | undefined): void {
    if (this.#prefixes.get(prefix) === ours) return;
    if (ours === undefined) this.#prefixes.delete(prefix);
    else this.#prefixes.set(prefix, ours);
    this.#names.clear();
  }

  #name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const colon = name.indexOf(':');
    const prefix = colon < 0 ? '' : name.slice(0, colon);
    const ours = this.#prefixes.get(prefix) ?? prefix;
    const local = name.slice(colon + 1);
    const full = ours === '' ? local : `${ours}:${local}`;
    this.#names.set(name, full);
    return full;
  }

  #broken(why: string): DocumentError {
    return new DocumentError('malformed', `${this.#source} holds XML that ${why}.`);
  }
}
