// Opens the files of others: documents, ignore files, configuration. What has their name may be a pipe that
// nobody writes to, a device without an end, or become one between two looks.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';

/** A name that leads to something else than a file of a sane size. */
export class ForeignFileError extends Error {
  /** As the system's own errors have it. */
  readonly syscall = 'open';

  constructor(
    readonly code: 'ESPECIAL' | 'ETOOLARGE' | 'ECHANGING',
    message: string,
  ) {
    super(message);
  }
}

// A pipe must not be waited for, and a terminal not become ours.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Times that a file is read which somebody writes meanwhile. */
const TRIES = 3;

/** Read beyond what the file system told of, to see the end. */
const STEP = 64 * 1024;

/** Bytes of one call; Node takes no more than 2 ** 31 - 1. */
const MOST_AT_ONCE = 2 ** 30;

/**
 * The bytes of a regular file; links are followed.
 * @param mostBytes larger files are refused, also when they grow while they are read
 * @throws {ForeignFileError} for what is no regular file (a folder included), too large, or written to each time
 * that it is read: half of a text must not pass for the whole
 * @throws the system's error when it can't be opened or read
 */
export function readForeign(path: Buffer | string, mostBytes: number): Buffer {
  // Opening alone does something with some devices, so they are looked at first, and again once open.
  refuseSpecial(statSync(path));
  const descriptor = openSync(path, FLAGS);
  try {
    let stats = fstatSync(descriptor);
    refuseSpecial(stats);
    for (let left = TRIES; left > 0; left--) {
      if (stats.size > mostBytes) throw tooLarge(mostBytes);
      const bytes = readAll(descriptor, stats.size, mostBytes);
      const before = stats;
      stats = fstatSync(descriptor);
      if (isUnchanged(before, stats)) return bytes;
    }
    throw new ForeignFileError('ECHANGING', 'it changes while it is read');
  } finally {
    closeSync(descriptor);
  }
}

/** Times are told here to a quarter of a microsecond, which no two writes share: the system's own clock is coarser. */
function isUnchanged(before: Stats, after: Stats): boolean {
  const { size, mtimeMs, ctimeMs } = before;
  return size === after.size && mtimeMs === after.mtimeMs && ctimeMs === after.ctimeMs;
}

/** From the start. Sizes are not believed: the files of /proc have none, others grow. */
function readAll(descriptor: number, size: number, mostBytes: number): Buffer {
  // One byte more, so that one call sees the end, too: nearly all files are what they were told to be.
  let bytes = Buffer.allocUnsafeSlow(size + 1);
  let length = read(descriptor, bytes, 0);
  if (length === size && size > 0) return bytes.subarray(0, length);
  for (;;) {
    if (length > mostBytes) throw tooLarge(mostBytes);
    if (length === bytes.length)
      bytes = Buffer.concat([bytes], Math.min(Math.max(length * 2, STEP), mostBytes + 1));
    const more = read(descriptor, bytes, length);
    if (more === 0) return bytes.subarray(0, length);
    length += more;
  }
}

/** What is behind `at`, into its place. @returns bytes read; 0 at the end */
function read(descriptor: number, bytes: Buffer, at: number): number {
  return readSync(descriptor, bytes, at, Math.min(bytes.length - at, MOST_AT_ONCE), at);
}

function refuseSpecial(stats: { isFile(): boolean }): void {
  if (!stats.isFile()) throw new ForeignFileError('ESPECIAL', 'it is no regular file');
}

function tooLarge(mostBytes: number): ForeignFileError {
  return new ForeignFileError('ETOOLARGE', `it is larger than ${mostBytes} bytes`);
}
