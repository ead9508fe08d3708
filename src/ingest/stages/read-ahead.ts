// Files opened before their turn: the reader's process works on the next ones while their forerunners are
// split and embedded here.
import { createHash } from 'node:crypto';
import type { DocumentReader } from '../../documents/reader/reader.js';
import type { Reading } from '../../documents/reading.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import { readForeign } from '../../files/foreign-file.js';

export type FileEntry = Extract<WalkEntry, { kind: 'file' }> & { bytes?: Buffer };

/** Files read apart that are opened early, and their bytes, at most. */
const MOST_FILES = 4;
const MOST_BYTES = 32 * 1024 * 1024;
/** Entries looked at. */
const FAR = 64;
/** One buffer can't hold more on every system. */
const LARGEST = 2 ** 31 - 1;

export interface OpenedFile {
  bytes: Buffer;
  /** SHA-256, lower-case hex. */
  hash: string;
  /** Under way, where it was begun early. */
  reading?: Promise<Reading>;
}

export class Ahead {
  readonly #reader: DocumentReader;
  readonly #maxFileSize: number;
  readonly #opened = new Map<FileEntry, OpenedFile>();
  #group: readonly WalkEntry[] | undefined;
  /** Place of the first entry in the group that was not looked at. */
  #next = 0;

  constructor(reader: DocumentReader, maxFileSize: number) {
    this.#reader = reader;
    this.#maxFileSize = Math.min(maxFileSize, LARGEST);
  }

  /** Begins with what follows `from`. @param isKnown whether a file with this hash needs no reading */
  look(group: readonly WalkEntry[], from: number, isKnown: (source: string, hash: string) => boolean): void {
    if (group !== this.#group) this.#next = 0;
    this.#group = group;
    const end = Math.min(group.length, from + FAR);
    for (this.#next = Math.max(this.#next, from); this.#next < end; this.#next++) {
      const entry = group[this.#next]!;
      if (entry.kind !== 'file' || 'bytes' in entry) continue;
      if (!this.#reader.isApart(entry.source, entry.size)) continue;
      if (this.#opened.size >= MOST_FILES || this.#bytes + entry.size > MOST_BYTES) return;
      this.#begin(entry, isKnown);
    }
  }

  /** Of the files that are open. */
  get #bytes(): number {
    return [...this.#opened.keys()].reduce((sum, { size }) => sum + size, 0);
  }

  /** A file at its turn. @throws what {@link readForeign} throws */
  open(entry: FileEntry): OpenedFile {
    const opened = this.#opened.get(entry) ?? this.#read(entry);
    this.#opened.delete(entry);
    return opened;
  }

  #begin(entry: FileEntry, isKnown: (source: string, hash: string) => boolean): void {
    try {
      const opened = this.#read(entry);
      this.#opened.set(entry, opened);
      if (isKnown(entry.source, opened.hash)) return;
      opened.reading = this.#reader.read(opened.bytes, entry.source);
      // Whoever has its turn hears of it; nobody may come to that.
      opened.reading.catch(() => undefined);
    } catch {
      // Said at its turn.
    }
  }

  #read(entry: FileEntry): OpenedFile {
    const bytes = entry.bytes ?? readForeign(entry.path, this.#maxFileSize);
    return { bytes, hash: createHash('sha256').update(bytes).digest('hex') };
  }
}
