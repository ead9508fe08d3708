// src/files: opens files of other programs: documents, ignore files, configuration. Such a file may be a pipe without a
// writer or a device without an end, or may become one between two checks. home.ts knows the home folder, make-folder.ts
// makes folders.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';

/** The name isn't that of a regular file of an allowed size. */
export class ForeignFileError extends Error {
  /** As in errors of the system. */
  readonly syscall = 'open';

  constructor(
    readonly code: 'ESPECIAL' | 'ETOOLARGE' | 'ECHANGING',
    message: string,
  ) {
    super(message);
  }
}

// Never wait for a pipe, and never become the owner of a terminal.
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Max reads of a file that changes meanwhile. */
const maxTries = 3;

/** Bytes to read beyond the stated size, to see the end. */
const stepBytes = 64 * 1024;

/** Bytes of one call; Node takes no more than 2 ** 31 - 1. */
const maxAtOnce = 2 ** 30;

/**
 * The bytes of a regular file; links are followed.
 * @param mostBytes larger files are refused, also when they grow while they are read
 * @param shared memory into which a file is read that fits; its bytes are then valid until that is used again. @default none
 * @throws {ForeignFileError} when it is not a regular file (such as a folder), is too large, or changes each time that it is
 * read: half of a text must not count as the whole
 * @throws the system's error when it can't be opened or read
 */
export function readForeign(path: Buffer | string, mostBytes: number, shared?: Buffer): Buffer {
  // Opening some devices already has an effect, so the type is checked before, and again when it is open.
  refuseSpecial(statSync(path));
  const descriptor = openSync(path, openFlags);
  try {
    let stats = fstatSync(descriptor);
    refuseSpecial(stats);
    for (let left = maxTries; left > 0; left--) {
      if (stats.size > mostBytes) throw tooLarge(mostBytes);
      const bytes = readAll(descriptor, stats.size, mostBytes, shared);
      const before = stats;
      stats = fstatSync(descriptor);
      if (isUnchanged(before, stats)) return bytes;
    }
    throw new ForeignFileError('ECHANGING', 'it changes while it is read');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The first bytes of a regular file, at most `bytes`; links are followed.
 * @throws {ForeignFileError} when it is not a regular file
 * @throws the system's error when it can't be opened or read
 */
export function readForeignStart(path: Buffer | string, bytes: number): Buffer {
  refuseSpecial(statSync(path));
  const descriptor = openSync(path, openFlags);
  try {
    refuseSpecial(fstatSync(descriptor));
    const start = Buffer.alloc(bytes);
    return start.subarray(0, read(descriptor, start, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** Times here are exact to a quarter of a microsecond, so no two writes have the same: the system's clock is coarser. */
function isUnchanged(before: Stats, after: Stats): boolean {
  const { size, mtimeMs, ctimeMs } = before;
  return size === after.size && mtimeMs === after.mtimeMs && ctimeMs === after.ctimeMs;
}

/** Reads from the start. It doesn't trust sizes: files of /proc have none, and others grow. */
function readAll(descriptor: number, size: number, mostBytes: number, shared?: Buffer): Buffer {
  // One byte more, so that one call also sees the end: nearly all files have their stated size.
  const fits = shared !== undefined && size < shared.length;
  let bytes = fits ? shared.subarray(0, size + 1) : Buffer.allocUnsafeSlow(size + 1);
  let length = read(descriptor, bytes, 0);
  if (length === size && size > 0) return bytes.subarray(0, length);
  for (;;) {
    if (length > mostBytes) throw tooLarge(mostBytes);
    if (length === bytes.length)
      bytes = Buffer.concat([bytes], Math.min(Math.max(length * 2, stepBytes), mostBytes + 1));
    const more = read(descriptor, bytes, length);
    if (more === 0) return bytes.subarray(0, length);
    length += more;
  }
}

/** Reads the bytes after `at` into the buffer. @returns bytes read; 0 at the end */
function read(descriptor: number, bytes: Buffer, at: number): number {
  return readSync(descriptor, bytes, at, Math.min(bytes.length - at, maxAtOnce), at);
}

function refuseSpecial(stats: { isFile(): boolean }): void {
  if (!stats.isFile()) throw new ForeignFileError('ESPECIAL', 'it is no regular file');
}

function tooLarge(mostBytes: number): ForeignFileError {
  return new ForeignFileError('ETOOLARGE', `it is larger than ${mostBytes} bytes`);
}
