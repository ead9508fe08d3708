// What a format is: a name, the file names that it reads, and a function from bytes to documents.
import type { Document, Failure } from '../types.js';

export interface FormatInput {
  bytes: Buffer;
  /** Address of the file; becomes `source` of its document, or the part before `#` of its records. */
  source: string;
}

/** What was read, and which records of the file could not be. */
export interface Extraction {
  documents: Document[];
  failures: Failure[];
}

/**
 * Reads one file.
 * @throws {DocumentError} `malformed`, `encrypted` or `undecodable`, when nothing of the file can be read
 */
export type Extractor = (input: FormatInput) => Extraction | Promise<Extraction>;

/** One line of the list of formats: what is known of it before its code is loaded. */
export interface Format {
  readonly name: string;
  /** In plain words, for the help. */
  readonly title: string;
  /** Lower case, with the dot; the longest that fits a file's name wins. */
  readonly extensions: readonly string[];
  /** Whole file names, lower case, e.g. `dockerfile`. */
  readonly names?: readonly string[];
  load(): Promise<Extractor>;
}

/** An extraction of one document. */
export function one(document: Document): Extraction {
  return { documents: [document], failures: [] };
}

/** An extraction of many records, some of which failed. */
export function gather(items: Iterable<Document | Failure>): Extraction {
  const extraction: Extraction = { documents: [], failures: [] };
  for (const item of items) {
    if ('code' in item) extraction.failures.push(item);
    else extraction.documents.push(item);
  }
  return extraction;
}
