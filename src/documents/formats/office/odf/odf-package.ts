// An OpenDocument file: an archive of XML files, or all of it in one XML file (`.fodt`).
import { posix } from 'node:path';
import { DocumentError } from '../../../../errors.js';
import { encrypted, openArchive } from '../package.js';
import { descendants, find, parseXml, type TakeElement, type XmlElement } from '../xml.js';
import type { Zip } from '../zip.js';

export class OdfPackage {
  readonly source: string;
  readonly #zip: Zip | undefined;
  readonly #bytes: Buffer;
  readonly #objects = new Map<string, XmlElement | undefined>();

  /**
   * @param kind what it should be, e.g. `a text of the kind .odt`
   * @throws {DocumentError} `encrypted` or `malformed`
   */
  constructor(bytes: Buffer, source: string, kind: string, maxBytes: number) {
    this.source = source;
    this.#bytes = bytes;
    if (isXml(bytes)) return;
    this.#zip = openArchive(bytes, source, kind, maxBytes);
    const manifest = this.#file('META-INF/manifest.xml');
    if (manifest && !descendants(manifest, 'manifest:encryption-data').next().done) throw encrypted(source);
    if (!this.#zip.has('content.xml')) throw new DocumentError('malformed', `${source} is not ${kind}.`);
  }

  /** What holds `office:body` and the styles that only it uses. */
  content(take?: Readonly<Record<string, TakeElement>>): XmlElement {
    return this.#zip ? this.#file('content.xml', take)! : parseXml(this.#bytes, this.source, take);
  }

  /** What holds the styles that have names, and the headers of pages. */
  styles(): XmlElement | undefined {
    return this.#zip ? this.#file('styles.xml') : parseXml(this.#bytes, this.source);
  }

  /** The content of a formula or chart that is embedded. */
  object(element: XmlElement, address: string | undefined): XmlElement | undefined {
    const inside = find(element, 'math:math') ?? find(element, 'office:document');
    if (inside !== undefined || address === undefined || !this.#zip) return inside;
    const folder = posix.join('/', address).slice(1).replace(/\/$/, '');
    if (!this.#objects.has(folder)) this.#objects.set(folder, this.#file(`${folder}/content.xml`));
    return this.#objects.get(folder);
  }

  #file(name: string, take?: Readonly<Record<string, TakeElement>>): XmlElement | undefined {
    return this.#zip?.has(name) ? parseXml(this.#zip.read(name), this.source, take) : undefined;
  }
}

function isXml(bytes: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*</.test(bytes.toString('latin1', 0, 64));
}
