// The interface of a format: a name, the file names that it reads, and a function from bytes to documents.
import { DocumentError } from '../../errors.js';
import type { Document } from '../../types/document.js';
import type { Failure } from '../../types/failure.js';

/** Reads the files within a file. */
export interface InnerReader {
  /** @returns its documents; undefined where no reader takes it, it can't be read, or it is too large or too deep */
  read(bytes: Buffer, name: string): Promise<Document[] | undefined>;
  /**
   * What the file holds; text of an unknown kind, too.
   * @throws {DocumentError} as for any file, and `too-large` where it is too large or too deep
   */
  extract(bytes: Buffer, name: string): Promise<Extraction>;
}

export interface FormatInput {
  bytes: Buffer;
  /** Address of the file; becomes `source` of its document, or the part before `#` of its records. */
  source: string;
  /** Reads files within it. */
  inner?: InnerReader;
}

/** The documents that were read, and the records that could not be read. */
export interface Extraction {
  documents: Document[];
  failures: Failure[];
}

/**
 * Reads one file.
 * @throws {DocumentError} `malformed`, `encrypted` or `undecodable`, when nothing of the file can be read
 */
export type Extractor = (input: FormatInput) => Extraction | Promise<Extraction>;

/** An entry of the list of formats: what is known before its code is loaded. */
export interface Format {
  readonly name: string;
  /** In plain words, for the help. */
  readonly title: string;
  /** File endings in lower case, with the dot; the longest that matches wins. */
  readonly extensions: readonly string[];
  /** Whole file names, lower case, e.g. `dockerfile`. */
  readonly names?: readonly string[];
  /** Version of the reader. When it rises, files of this format are read again, also unchanged ones. */
  readonly version: number;
  /** What of a file is kept, in plain words. */
  readonly keeps: string;
  /** Its files aren't text, so that they may hold any bytes. */
  readonly isBinary?: true;
  /** Its files hold files of other formats: they are read again when any reader is newer. */
  readonly holdsFiles?: true;
  /** Its files may hold records, each of which is a document. */
  readonly holdsRecords?: true;
  /** It takes long, or a foreign parser reads it: it is always read in the reader's process. */
  readonly isApart?: true;
  load(): Promise<Extractor>;
}

/** An extraction of one document. */
export function one(document: Document): Extraction {
  return { documents: [document], failures: [] };
}

/** Max records of one file: they must fit into memory. */
export const maxRecords = 2_000_000;

/**
 * An extraction of many records, some of which failed.
 * @throws {DocumentError} `too-large` when there are more than {@link maxRecords}
 */
export function gather(items: Iterable<Document | Failure>): Extraction {
  const extraction: Extraction = { documents: [], failures: [] };
  let count = 0;
  for (const item of items) {
    if (++count > maxRecords) throw tooManyRecords();
    if ('code' in item) extraction.failures.push(item);
    else extraction.documents.push(item);
  }
  return extraction;
}

export function tooManyRecords(): DocumentError {
  return new DocumentError('too-large', `The file holds more than ${maxRecords} records; split it.`);
}
