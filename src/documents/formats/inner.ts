// Files within a file: attachments of a mail, the file in a `.gz`. They are read like any other, to a depth and a size that
// no file can exceed, however it is made.
import { DocumentError } from '../../errors.js';
import type { Document } from '../../types/document.js';
import type { Extraction, InnerReader } from './format.js';

/** Files within each other: a mail in a mail, with a document in it. */
const maxDepth = 4;
/** Bytes of all files within one, at all depths together. */
const maxBytes = 256 * 1024 * 1024;
/** Documents of one file within another: each row of a table is one. */
const maxDocuments = 10_000;

/** Reads the bytes of a file of this name with a reader that it may use for what is within it. */
type Read = (bytes: Buffer, name: string, inner: InnerFiles) => Promise<Extraction>;
type IsKnown = (name: string, bytes: Buffer) => boolean;

export class InnerFiles implements InnerReader {
  readonly #read: Read;
  readonly #isKnown: IsKnown;
  readonly #depth: number;
  readonly #left: { bytes: number };

  /** @param isKnown whether there is a reader for a file: text of any kind may be a key or a signature */
  constructor(read: Read, isKnown: IsKnown, depth = 0, left = { bytes: maxBytes }) {
    this.#read = read;
    this.#isKnown = isKnown;
    this.#depth = depth;
    this.#left = left;
  }

  async read(bytes: Buffer, name: string): Promise<Document[] | undefined> {
    if (!this.#isKnown(name, bytes)) return undefined;
    try {
      return (await this.extract(bytes, name)).documents.slice(0, maxDocuments);
    } catch {
      // What is around it can be read all the same.
      return undefined;
    }
  }

  async extract(bytes: Buffer, name: string): Promise<Extraction> {
    if (this.#depth >= maxDepth || this.#left.bytes < bytes.length) {
      throw new DocumentError('too-large', `${name} is too large, or too deep in other files.`);
    }
    this.#left.bytes -= bytes.length;
    return this.#read(bytes, name, new InnerFiles(this.#read, this.#isKnown, this.#depth + 1, this.#left));
  }
}
