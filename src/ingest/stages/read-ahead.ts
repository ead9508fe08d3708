// Opens files before their turn: the reader's process and the documents worker work on the next files while the ones before
// are embedded here.
import type { DocumentReader } from '../../documents/reader/reader.js';
import type { LazyDocument } from '../../documents/reading.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import { DocumentError, EmbedError } from '../../errors.js';
import { ForeignFileError, readForeign } from '../../files/foreign-file.js';
import { hexHash } from '../../text/sha256.js';
import type { Document } from '../../types/document.js';
import type { Failure, FailureCode } from '../../types/failure.js';
import type { DocumentsWorker } from '../documents-worker/documents-worker.js';
import { unpack } from '../documents-worker/messages.js';
import type { SplitDocument } from './document-steps.js';

export type FileEntry = Extract<WalkEntry, { kind: 'file' }> & { bytes?: Buffer };

/** Max files that are opened early, and max bytes of them: for the reader's process, and for the documents worker. */
const bounds = {
  process: { files: 4, bytes: 32 * 1024 * 1024 },
  worker: { files: 64, bytes: 4 * 1024 * 1024 },
};
/** How many entries to look ahead. */
const maxLookAhead = 64;
/** Files of fewer bytes are read into the same memory one after the other: most of them are unchanged, and are only hashed. */
const sharedBytes = 256 * 1024;
/** Max bytes of one buffer on all systems. */
const maxBufferBytes = 2 ** 31 - 1;

export interface OpenedFile {
  bytes: Buffer;
  /** SHA-256, lower-case hex. */
  hash: string;
  /** The reading, if it was started early. */
  reading?: Promise<EarlyReading>;
}

/** What was read, and of which documents maybe split. */
export interface EarlyReading {
  documents: (Omit<LazyDocument, 'open'> & { open(): Document | SplitDocument })[];
  failures: Failure[];
}

/** Takes no file. */
const nobody = { takes: () => false, prepare: async () => undefined };

type IsKnown = (source: string, file: OpenedFile) => boolean;

export class Ahead {
  readonly #reader: DocumentReader;
  readonly #maxFileSize: number;
  readonly #worker: Pick<DocumentsWorker, 'takes' | 'prepare'>;
  readonly #shared = Buffer.allocUnsafeSlow(sharedBytes);
  readonly #opened = new Map<FileEntry, { file: OpenedFile; reader: keyof typeof bounds }>();
  readonly #open = { process: { files: 0, bytes: 0 }, worker: { files: 0, bytes: 0 } };
  #group: readonly WalkEntry[] | undefined;
  /** Index of the first entry in the group that was not looked at. */
  #next = 0;

  constructor(
    reader: DocumentReader,
    worker: Pick<DocumentsWorker, 'takes' | 'prepare'> | undefined,
    maxFileSize: number,
  ) {
    this.#reader = reader;
    this.#worker = worker ?? nobody;
    this.#maxFileSize = Math.min(maxFileSize, maxBufferBytes);
  }

  /** Starts reading entries after `from`. @param isKnown true for a file that is unchanged and needs no reading */
  look(group: readonly WalkEntry[], from: number, isKnown: IsKnown): void {
    if (group !== this.#group) this.#next = 0;
    this.#group = group;
    const before = group[from - 1];
    if (before?.kind === 'file') this.#drop(before);
    const end = Math.min(group.length, from + maxLookAhead);
    for (this.#next = Math.max(this.#next, from); this.#next < end; this.#next++) {
      const entry = group[this.#next]!;
      if (entry.kind !== 'file' || 'bytes' in entry) continue;
      const reader = this.#readerOf(entry.source, entry.size);
      if (reader === undefined) continue;
      const { files, bytes } = this.#open[reader];
      if (files >= bounds[reader].files || bytes + entry.size > bounds[reader].bytes) return;
      this.#begin(entry, reader, isKnown);
    }
  }

  #readerOf(source: string, bytes: number): keyof typeof bounds | undefined {
    if (this.#worker.takes(source, bytes)) return 'worker';
    return this.#reader.isApart(source, bytes) ? 'process' : undefined;
  }

  /** A file at its turn. Its bytes are valid until the next call, or {@link own}. @throws what {@link readForeign} throws */
  open(entry: FileEntry): OpenedFile {
    return this.#drop(entry) ?? this.#read(entry, this.#shared);
  }

  /** The same file with memory of its own, for reading it. */
  own(file: OpenedFile): OpenedFile {
    if (file.bytes.buffer !== this.#shared.buffer) return file;
    const bytes = Buffer.allocUnsafeSlow(file.bytes.length);
    file.bytes.copy(bytes);
    return { ...file, bytes };
  }

  /** Forgets a file: at its turn, or when that is over. @returns it, if it was opened early */
  #drop(entry: FileEntry): OpenedFile | undefined {
    const early = this.#opened.get(entry);
    if (early === undefined) return undefined;
    this.#opened.delete(entry);
    this.#open[early.reader].files--;
    this.#open[early.reader].bytes -= entry.size;
    return early.file;
  }

  #begin(entry: FileEntry, reader: keyof typeof bounds, isKnown: IsKnown): void {
    try {
      const opened = this.#read(entry);
      this.#opened.set(entry, { file: opened, reader });
      this.#open[reader].files++;
      this.#open[reader].bytes += entry.size;
      if (isKnown(entry.source, opened)) return;
      opened.reading =
        reader === 'worker'
          ? this.#prepare(entry.source, opened)
          : this.#reader.read(opened.bytes, entry.source);
      // The error is reported at the file's turn, which may never come: without this, Node would end the process.
      opened.reading.catch(() => undefined);
    } catch {
      // `open` reports the error at the file's turn.
    }
  }

  async #prepare(source: string, { bytes, hash }: OpenedFile): Promise<EarlyReading> {
    const prepared = await this.#worker.prepare(source, bytes);
    if (prepared === undefined) return await this.#reader.read(bytes, source);
    const { text, isBlank } = prepared;
    const open = () => ({ text, isBlank, chunks: unpack(prepared, source) });
    return { documents: [{ source, hash: () => hash, open }], failures: [] };
  }

  #read(entry: FileEntry, shared?: Buffer): OpenedFile {
    const bytes = entry.bytes ?? readForeign(entry.path, this.#maxFileSize, shared);
    return { bytes, hash: hexHash('sha256', bytes) };
  }
}

/** Why a listed file can't be opened: it may be gone, or replaced by something else. */
export function codeOf(error: unknown): FailureCode {
  if (error instanceof ForeignFileError) return error.code === 'ETOOLARGE' ? 'too-large' : 'vanished';
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'vanished' : 'unreadable';
}

/**
 * Why a file can't be read. A parser that fails in its own way fails for this document only; its message may quote the document.
 * @throws the error, when it isn't the document's
 */
export function readingFault(error: unknown): { code: FailureCode; why: string } {
  if (error instanceof DocumentError) return { code: error.failure, why: error.message };
  if (error instanceof EmbedError) throw error;
  return { code: 'malformed', why: (error as Error).name };
}
