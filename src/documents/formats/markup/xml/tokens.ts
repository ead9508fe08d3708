// XML → elements and text, in order. Entities that the file itself declares are short words; nothing outside of the file is
// ever read. What isn't well-formed is read as far as it makes sense.
import { decodeHTML } from 'entities';
import { Tokenizer } from 'htmlparser2';
import { DocumentError } from '../../../../errors.js';
import { LineCursor } from '../../../blocks/lines.js';

export interface XmlHandler {
  /**
   * @param name without its prefix, in lower case @param attributes names and values, in turn
   * @param written the name as it is written, without its prefix
   */
  opens(name: string, attributes: readonly string[], line: number, written: string): void;
  text(text: string, line: number): void;
  closes(name: string): void;
}

/** Elements within each other. */
const maxDepth = 100_000;
/** Characters at the start of a file in which its outermost element is looked for. */
const headLength = 65_536;
const entity = /<!ENTITY\s+([\w.:-]{1,100})\s+(?:"([^"<%]{0,200})"|'([^'<%]{0,200})')\s*>/g;
const reference = /&(#?[\w.:-]{1,100});/g;

/** @throws {DocumentError} `malformed` when it nests too deeply */
export function readXml(text: string, source: string, handler: XmlHandler): void {
  const { xml, entities } = withoutDeclarations(text);
  const reader = new TokenReader(xml, source, handler, entities);
  const tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: false }, reader);
  tokenizer.write(xml);
  tokenizer.end();
  reader.end();
}

/** The name of the outermost element, in lower case. */
export function rootName(text: string): string {
  const head = withoutComments(withoutDeclarations(text).xml.slice(0, headLength));
  return /<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,100})[\s/>]/.exec(head)?.[1]?.toLowerCase() ?? '';
}

function withoutComments(text: string): string {
  let rest = '';
  let at = 0;
  for (let start = text.indexOf('<!--'); start >= 0; start = text.indexOf('<!--', at)) {
    const end = text.indexOf('-->', start);
    rest += text.slice(at, start);
    if (end < 0) return rest;
    at = end + 3;
  }
  return rest + text.slice(at);
}

/** The text without what its document type declares, and the entities that it declares. */
function withoutDeclarations(text: string): { xml: string; entities: Map<string, string> } {
  const entities = new Map<string, string>();
  const start = text.slice(0, headLength).search(/<!DOCTYPE/i);
  const open = start < 0 ? -1 : text.indexOf('[', start);
  const isType =
    open >= 0 && !text.slice(start, open).includes('>') && !/<[A-Za-z_]/.test(text.slice(0, start));
  const end = isType ? endOfDeclarations(text, open) : -1;
  if (end < 0) return { xml: text, entities };
  for (const [, name, double, single] of text.slice(open, end).matchAll(entity)) {
    if (entities.size < 1000) entities.set(name!, decodeHTML(double ?? single ?? ''));
  }
  // Lines stay where they are.
  return { xml: text.slice(0, end).replace(/[^\n]/g, ' ') + text.slice(end), entities };
}

function endOfDeclarations(text: string, from: number): number {
  const close = /\]\s{0,100}>/g;
  close.lastIndex = from;
  return close.test(text) ? close.lastIndex : -1;
}

class TokenReader {
  readonly #xml: string;
  readonly #source: string;
  readonly #handler: XmlHandler;
  readonly #entities: ReadonlyMap<string, string>;
  readonly #lines: LineCursor;
  readonly #open: string[] = [];
  /** How many elements of a name are open. */
  readonly #counts = new Map<string, number>();
  /** Characters by which entities may let the text grow. */
  #left = 1_000_000;
  #tag = '';
  #written = '';
  #tagAt = 0;
  #attributes: string[] = [];
  #value = '';

  constructor(xml: string, source: string, handler: XmlHandler, entities: ReadonlyMap<string, string>) {
    this.#xml = xml;
    this.#source = source;
    this.#handler = handler;
    this.#entities = entities;
    this.#lines = new LineCursor(xml);
  }

  end(): void {
    while (this.#open.length > 0) this.#close();
  }

  ontext(start: number, end: number): void {
    this.#handler.text(this.#decoded(this.#xml.slice(start, end)), this.#lines.at(start));
  }

  oncdata(start: number, end: number, endOffset: number): void {
    this.#handler.text(this.#xml.slice(start, end - endOffset), this.#lines.at(start));
  }

  onopentagname(start: number, end: number): void {
    this.#written = local(this.#xml.slice(start, end));
    this.#tag = this.#written.toLowerCase();
    this.#tagAt = start;
    this.#attributes = [];
  }

  onattribname(start: number, end: number): void {
    this.#attributes.push(this.#xml.slice(start, end));
    this.#value = '';
  }

  onattribdata(start: number, end: number): void {
    this.#value += this.#xml.slice(start, end);
  }

  onattribend(): void {
    this.#attributes.push(this.#decoded(this.#value));
  }

  onopentagend(): void {
    if (this.#open.length >= maxDepth) {
      throw new DocumentError('malformed', `${this.#source} nests elements too deeply.`);
    }
    this.#open.push(this.#tag);
    this.#counts.set(this.#tag, (this.#counts.get(this.#tag) ?? 0) + 1);
    this.#handler.opens(this.#tag, this.#attributes, this.#lines.at(this.#tagAt), this.#written);
  }

  onselfclosingtag(): void {
    this.onopentagend();
    this.#close();
  }

  onclosetag(start: number, end: number): void {
    const name = local(this.#xml.slice(start, end)).toLowerCase();
    if (!this.#counts.get(name)) return;
    while (this.#open.at(-1) !== name) this.#close();
    this.#close();
  }

  // Other tokens have no text.
  onattribentity(): void {}
  ontextentity(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #close(): void {
    const name = this.#open.pop()!;
    this.#counts.set(name, this.#counts.get(name)! - 1);
    this.#handler.closes(name);
  }

  #decoded(text: string): string {
    if (!text.includes('&')) return text;
    return text.replace(reference, (whole, name: string) => {
      const own = this.#entities.get(name);
      if (own === undefined) return decodeHTML(whole);
      this.#left -= own.length;
      return this.#left < 0 ? whole : own;
    });
  }
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
