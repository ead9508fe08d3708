// The container of DOCX, PPTX and XLSX: an archive of parts, and of the relations between them.
import { posix } from 'node:path';
import { DocumentError } from '../../../errors.js';
import { attribute, elements, parseXml, type TakeElement, type XmlElement } from './xml.js';
import { Zip } from './zip.js';

const zipMagic = 'PK';
/** Start of the older container, in which encrypted documents are kept, too. */
const compoundFile = 'd0cf11e0';

/** A relation of a part to another one. */
export interface Relation {
  id: string;
  /** The last part of its address: `styles`, `slide`, `image`. */
  type: string;
  /** Name of the part that it leads to. */
  target: string;
}

export class OfficePackage {
  readonly #zip: Zip;
  readonly #source: string;
  readonly #relations = new Map<string, Relation[]>();

  /**
   * @param kind what it should be, e.g. `a Word document (.docx)`
   * @throws {DocumentError} `encrypted` or `malformed`
   */
  constructor(bytes: Buffer, source: string, kind: string, maxBytes: number) {
    this.#source = source;
    this.#zip = openArchive(bytes, source, kind, maxBytes);
  }

  has(name: string): boolean {
    return this.#zip.has(name);
  }

  names(): string[] {
    return this.#zip.names();
  }

  read(name: string): Buffer {
    return this.#zip.read(name);
  }

  /** The outermost element of a part; undefined when the part isn't there. */
  xml(name: string | undefined, take?: Readonly<Record<string, TakeElement>>): XmlElement | undefined {
    return name !== undefined && this.has(name) ? parseXml(this.read(name), this.#source, take) : undefined;
  }

  /** The part that holds the document. */
  main(usual: string): string {
    return this.related('', 'officeDocument')[0]?.target ?? usual;
  }

  /** The relations of a part ('' for the whole), all or of one type. */
  related(part: string, type?: string): Relation[] {
    let relations = this.#relations.get(part);
    if (relations === undefined) {
      const folder = posix.dirname(part);
      const root = this.xml(posix.join(folder, '_rels', `${posix.basename(part)}.rels`));
      relations = elements(root, 'Relationship')
        .filter((element) => attribute(element, 'TargetMode') !== 'External')
        .map((element) => ({
          id: attribute(element, 'Id') ?? '',
          type: (attribute(element, 'Type') ?? '').replace(/^.*\//s, ''),
          target: partName(folder, attribute(element, 'Target') ?? ''),
        }));
      this.#relations.set(part, relations);
    }
    return type === undefined ? relations : relations.filter((relation) => relation.type === type);
  }

  /** Name of the part that an id leads to. */
  target(part: string, id: string | undefined): string | undefined {
    return this.related(part).find((relation) => relation.id === id)?.target;
  }
}

/**
 * Opens the archive of an office document.
 * @throws {DocumentError} `encrypted` or `malformed`
 */
export function openArchive(bytes: Buffer, source: string, kind: string, maxBytes: number): Zip {
  if (bytes.toString('latin1', 0, 2) === zipMagic) return new Zip(bytes, source, maxBytes);
  const isEncrypted =
    bytes.toString('hex', 0, 4) === compoundFile &&
    bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'));
  throw isEncrypted ? encrypted(source) : new DocumentError('malformed', `${source} is not ${kind}.`);
}

export function encrypted(source: string): DocumentError {
  return new DocumentError('encrypted', `${source} is protected with a password: save a copy without one.`);
}

/** Name of a part by an address that stands in a part of this folder. */
export function partName(folder: string, address: string): string {
  const path = safeDecode(address.replace(/[#?].*$/s, '').replaceAll('\\', '/'));
  return posix.join('/', path.startsWith('/') ? '' : folder, path).slice(1);
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
