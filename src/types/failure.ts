// Why a document has no vectors, as the output names it.

/** Why a document or one of its chunks has no vector. Stable; no raw messages. */
export interface Failure {
  /** The document, as the output names it. */
  source: string;
  /** Why, in one word. */
  code: FailureCode;
  /** The chunk's place in its document, where one chunk failed and the rest didn't. */
  chunk?: number;
}

/**
 * What a failure depends on, when it depends on the document alone: while this stays the same, the document isn't tried
 * again.
 */
export interface Lasting {
  /** The file, when the failure is one of its records. */
  file?: string;
  /** SHA-256 of the file's bytes, lower-case hex; its size, for a file that was too large to be read. */
  hash: string;
  /** Name and version of the reader, and the limits that it met. */
  reader: string;
  /** The days (UTC, `2026-01-31`) on which it was met, up to three; only for what depends on the machine, too. */
  days?: readonly string[];
}

/** A failure as the output keeps it. */
export interface KeptFailure extends Failure {
  /** Absent for a failure that may be gone the next time. */
  lasting?: Lasting;
}

/**
 * Why a document, or one of its chunks, can't be read or embedded:
 * - `unreadable`: the system doesn't let it be opened or read
 * - `unreadable-folder`: a folder, or an ignore file in it, can't be read
 * - `vanished`: it went away, became no file, or was written to each time that it was read
 * - `no-reader`: no format reads it, and it isn't text; only for a file that was named itself
 * - `undecodable`: named like text, but holds binary data, or text in no known encoding
 * - `too-large`: it takes more memory than it may, unpacks to too much, or has too many parts
 * - `too-slow`: reading it takes more time than it may
 * - `malformed`: not what its format asks for, or it crashes its reader
 * - `encrypted`: protected with a password
 * - `no-text`: it shows something, but holds no text: a scan
 * - `duplicate-source`: another file, or a record of one, has the same name; the first one counts
 * - `too-long`: the model takes no piece of it
 * - `unknown-script`: the model doesn't know its script
 * - `rejected`: the embedder fails on this text alone
 */
export type FailureCode =
  | 'unreadable'
  | 'unreadable-folder'
  | 'vanished'
  | 'no-reader'
  | 'undecodable'
  | 'too-large'
  | 'too-slow'
  | 'malformed'
  | 'encrypted'
  | 'no-text'
  | 'duplicate-source'
  | 'too-long'
  | 'unknown-script'
  | 'rejected';
