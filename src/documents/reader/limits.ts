// Limits for one document in the reader's process. Beyond them, the document fails and the process ends.

export interface ReaderLimits {
  /** Processor time in ms, for a document of any size. @default 60000 */
  baseMs: number;
  /** Processor time in ms for each million bytes of it. @default 2000 */
  msPerMegabyte: number;
  /** Memory of the process in bytes; larger documents get {@link memoryFor} them. @default 2 GiB */
  memory: number;
  /** Max time in ms without any work: then it waits for something that never comes. @default 60000 */
  idleMs: number;
}

export const readerLimits: ReaderLimits = {
  baseMs: 60_000,
  msPerMegabyte: 2000,
  memory: 2 * 1024 ** 3,
  idleMs: 60_000,
};

/** Files up to this size, in bytes, share a process. */
const usualLimits = 64 * 1024 * 1024;
/** Memory for each further byte: the user asked for it with a larger `--max-file-size`, or piped it in. */
const memoryPerByte = 8;

/** Memory of the reader's process while it reads a file of so many bytes, in bytes. */
export function memoryFor({ memory }: ReaderLimits, bytes: number): number {
  return memory + memoryPerByte * Math.max(0, bytes - usualLimits);
}

/**
 * Memory for a PDF. Nested streams unpack to any size, and its parser has no limit for that. 64 MB of real pages take a
 * few hundred megabytes.
 */
const maxForPdf = 1024 ** 3;

/** Memory of the process while it reads a file of this format, in bytes; of `memory`, which is for all formats. */
export function memoryOf(format: string | undefined, memory: number): number {
  return format === 'pdf' ? Math.min(memory, Math.max(maxForPdf, memory / 2)) : memory;
}

/** Max blocks of one file: they must fit into the memory of the main process. */
export const maxBlocks = 8_000_000;
