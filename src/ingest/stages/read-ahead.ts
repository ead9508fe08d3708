// Opens files before their turn: the reader's process works on the next files while the ones before are split and
// embedded here.
import { createHash } from 'node:crypto';
import type { DocumentReader } from '../../documents/reader/reader.js';
import type { Reading } from '../../documents/reading.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import { ForeignFileError, readForeign } from '../../files/foreign-file.js';
import type { FailureCode } from '../../types/failure.js';

export type FileEntry = Extract<WalkEntry, { kind: 'file' }> & { bytes?: Buffer };

/** Max files for the reader's process that are opened early, and max bytes of them. */
const maxFiles = 4;
const maxBytes = 32 * 1024 * 1024;
/** How many entries to look ahead. */
const maxLookAhead = 64;
/** Max bytes of one buffer on all systems. */
const maxBufferBytes = 2 ** 31 - 1;

export interface OpenedFile {
  bytes: Buffer;
  /** SHA-256, lower-case hex. */
  hash: string;
  /** The reading, if it was started early. */
  reading?: Promise<Reading>;
}

type IsKnown = (source: string, file: OpenedFile) => boolean;

export class Ahead {
  readonly #reader: DocumentReader;
  readonly #maxFileSize: number;
  readonly #opened = new Map<FileEntry, OpenedFile>();
  #group: readonly WalkEntry[] | undefined;
  /** Index of the first entry in the group that was not looked at. */
  #next = 0;

  constructor(reader: DocumentReader, maxFileSize: number) {
    this.#reader = reader;
    this.#maxFileSize = Math.min(maxFileSize, maxBufferBytes);
  }

  /** Starts reading entries after `from`. @param isKnown true for a file that is unchanged and needs no reading */
  look(group: readonly WalkEntry[], from: number, isKnown: IsKnown): void {
    if (group !== this.#group) this.#next = 0;
    this.#group = group;
    const end = Math.min(group.length, from + maxLookAhead);
    for (this.#next = Math.max(this.#next, from); this.#next < end; this.#next++) {
      const entry = group[this.#next]!;
      if (entry.kind !== 'file' || 'bytes' in entry) continue;
      if (!this.#reader.isApart(entry.source, entry.size)) continue;
      if (this.#opened.size >= maxFiles || this.#bytes + entry.size > maxBytes) return;
      this.#begin(entry, isKnown);
    }
  }

  /** Bytes of the open files. */
  get #bytes(): number {
    return [...this.#opened.keys()].reduce((sum, { size }) => sum + size, 0);
  }

  /** A file at its turn. @throws what {@link readForeign} throws */
  open(entry: FileEntry): OpenedFile {
    const opened = this.#opened.get(entry) ?? this.#read(entry);
    this.#opened.delete(entry);
    return opened;
  }

  #begin(entry: FileEntry, isKnown: IsKnown): void {
    try {
      const opened = this.#read(entry);
      this.#opened.set(entry, opened);
      if (isKnown(entry.source, opened)) return;
      opened.reading = this.#reader.read(opened.bytes, entry.source);
      // The error is reported at the file's turn, which may never come: without this, Node would end the process.
      opened.reading.catch(() => undefined);
    } catch {
      // `open` reports the error at the file's turn.
    }
  }

  #read(entry: FileEntry): OpenedFile {
    const bytes = entry.bytes ?? readForeign(entry.path, this.#maxFileSize);
    return { bytes, hash: createHash('sha256').update(bytes).digest('hex') };
  }
}

/** Why a listed file can't be opened: it may be gone, or replaced by something else. */
export function codeOf(error: unknown): FailureCode {
  if (error instanceof ForeignFileError) return error.code === 'ETOOLARGE' ? 'too-large' : 'vanished';
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'vanished' : 'unreadable';
}
