// What an EPUB says of itself: its chapters in order, and its table of contents.
import { posix } from 'node:path';
import { DocumentError } from '../../../../errors.js';
import { cleanTitle } from '../../../blocks/titles.js';
import { encrypted, partName } from '../package.js';
import { attribute, descendants, elements, find, parseXml, textOf, type XmlElement } from '../xml.js';
import type { Zip } from '../zip.js';

/** Where a file first is in the table of contents. */
export interface BookEntry {
  title: string;
  /** 1 for the outermost. */
  depth: number;
}

interface Item {
  /** Name in the archive. */
  name: string;
  type: string;
  properties: string;
}

/** Fonts are often disguised; that is no password. */
const fontEncryption = /idpf\.org\/2008\/embedding|adobe\.com\/pdf\/enc/;
const page = /xhtml|html|dtbook|^$/;

export class Book {
  /** Names of the files of text, in order. */
  readonly chapters: string[] = [];
  /** Entries of the table of contents by the names of their files. */
  readonly entries = new Map<string, BookEntry>();
  readonly #zip: Zip;
  readonly #source: string;

  /** @throws {DocumentError} `encrypted` or `malformed` */
  constructor(zip: Zip, source: string) {
    this.#zip = zip;
    this.#source = source;
    const container = this.#xml('META-INF/container.xml');
    const root = container && descendants(container, 'rootfile').next().value;
    const main =
      attribute(root || undefined, 'full-path') ?? zip.names().find((name) => name.endsWith('.opf'));
    const book = main === undefined ? undefined : this.#xml(main);
    if (main === undefined || book === undefined) {
      throw new DocumentError('malformed', `${source} is not a readable book of the kind .epub.`);
    }
    const folder = posix.dirname(main);
    const items = new Map<string, Item>();
    for (const item of elements(find(book, 'manifest'), 'item')) {
      items.set(attribute(item, 'id') ?? '', {
        name: partName(folder, attribute(item, 'href') ?? ''),
        type: attribute(item, 'media-type') ?? '',
        properties: attribute(item, 'properties') ?? '',
      });
    }
    const contents = [...items.values()].find(({ properties }) => properties.split(/\s+/).includes('nav'));
    const spine = find(book, 'spine');
    for (const reference of elements(spine, 'itemref')) {
      const item = items.get(attribute(reference, 'idref') ?? '');
      if (item && item !== contents && page.test(item.type)) this.chapters.push(item.name);
    }
    this.#refuseEncrypted();
    const old =
      items.get(attribute(spine, 'toc') ?? '') ?? [...items.values()].find(({ type }) => /ncx/.test(type));
    this.#readContents(contents?.name, old?.name);
  }

  #refuseEncrypted(): void {
    const list = this.#xml('META-INF/encryption.xml');
    if (list === undefined) return;
    const chapters = new Set(this.chapters);
    for (const data of elements(list)) {
      const inside = [...descendants(data, 'enc:EncryptionMethod', 'EncryptionMethod')][0];
      if (fontEncryption.test(attribute(inside, 'Algorithm') ?? '')) continue;
      for (const reference of descendants(data, 'enc:CipherReference', 'CipherReference')) {
        if (chapters.has(partName('', attribute(reference, 'URI') ?? ''))) throw encrypted(this.#source);
      }
    }
  }

  /** The table of contents helps; a book is readable without it. */
  #readContents(page: string | undefined, old: string | undefined): void {
    try {
      const nav = page === undefined ? undefined : this.#xml(page);
      for (const element of nav ? descendants(nav, 'nav') : []) {
        if ((attribute(element, 'epub:type') ?? 'toc') === 'toc') this.#listed(find(element, 'ol'), page!, 1);
      }
      const ncx = old === undefined || this.entries.size > 0 ? undefined : this.#xml(old);
      this.#points(find(ncx, 'navMap'), old ?? '', 1);
    } catch (error) {
      if (!(error instanceof DocumentError) || error.failure !== 'malformed') throw error;
    }
  }

  #listed(list: XmlElement | undefined, file: string, depth: number): void {
    for (const item of elements(list, 'li')) {
      const link = find(item, 'a');
      if (link) this.#enter(attribute(link, 'href') ?? '', textOf(link), file, depth);
      this.#listed(find(item, 'ol'), file, depth + 1);
    }
  }

  #points(parent: XmlElement | undefined, file: string, depth: number): void {
    for (const point of elements(parent, 'navPoint')) {
      const address = attribute(find(point, 'content'), 'src') ?? '';
      this.#enter(address, textOf(find(point, 'navLabel')), file, depth);
      this.#points(point, file, depth + 1);
    }
  }

  #enter(address: string, title: string, file: string, depth: number): void {
    const name = partName(posix.dirname(file), address);
    const shown = cleanTitle(title);
    if (shown !== '' && !this.entries.has(name)) this.entries.set(name, { title: shown, depth });
  }

  #xml(name: string): XmlElement | undefined {
    return this.#zip.has(name) ? parseXml(this.#zip.read(name), this.#source) : undefined;
  }
}
