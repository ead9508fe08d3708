// Files within a file: attachments of a mail, the file in a `.gz`. They are read like any other, to a depth and a size that
// no file can exceed, however it is made.
import type { Document } from '../../types/document.js';

/** Files within each other: a mail in a mail, with a document in it. */
const maxDepth = 4;
/** Bytes of all files within one, at all depths together. */
const maxBytes = 256 * 1024 * 1024;
/** Documents of one file within another: each row of a table is one. */
const maxDocuments = 10_000;

/** Reads the bytes of a file of this name with a reader that it may use for what is within it. */
type Read = (bytes: Buffer, name: string, inner: InnerFiles) => Promise<Document[] | undefined>;

export class InnerFiles {
  readonly #read: Read;
  readonly #depth: number;
  readonly #left: { bytes: number };

  constructor(read: Read, depth = 0, left = { bytes: maxBytes }) {
    this.#read = read;
    this.#depth = depth;
    this.#left = left;
  }

  /** @returns its documents; undefined where no reader takes it, it can't be read, or it is too large or too deep */
  async read(bytes: Buffer, name: string): Promise<Document[] | undefined> {
    if (this.#depth >= maxDepth || this.#left.bytes < bytes.length) return undefined;
    this.#left.bytes -= bytes.length;
    try {
      const inner = new InnerFiles(this.#read, this.#depth + 1, this.#left);
      return (await this.#read(bytes, name, inner))?.slice(0, maxDocuments);
    } catch {
      // What is around it can be read all the same.
      return undefined;
    }
  }
}
