// Opens the files of others: documents, ignore files, configuration. What has their name may be a pipe that
// nobody writes to, a device without an end, or become one between two looks.
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

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
    let stats = fstatSync(descriptor, { bigint: true });
    refuseSpecial(stats);
    for (let left = TRIES; left > 0; left--) {
      if (stats.size > mostBytes) throw tooLarge(mostBytes);
      const bytes = readAll(descriptor, Number(stats.size), mostBytes);
      const before = stats;
      stats = fstatSync(descriptor, { bigint: true });
      if (isUnchanged(before, stats)) return bytes;
    }
    throw new ForeignFileError('ECHANGING', 'it changes while it is read');
  } finally {
    closeSync(descriptor);
  }
}

function isUnchanged(before: BigIntStats, after: BigIntStats): boolean {
  const { size, mtimeNs, ctimeNs } = before;
  return size === after.size && mtimeNs === after.mtimeNs && ctimeNs === after.ctimeNs;
}

/** From the start. Sizes are not believed: the files of /proc have none, others grow. */
function readAll(descriptor: number, size: number, mostBytes: number): Buffer {
  let bytes = Buffer.allocUnsafeSlow(size);
  let length = 0;
  for (;;) {
    if (length === bytes.length) {
      const more = Buffer.allocUnsafe(1);
      if (readSync(descriptor, more, 0, 1, length) === 0) return bytes;
      if (length >= mostBytes) throw tooLarge(mostBytes);
      bytes = Buffer.concat([bytes, more], Math.min(Math.max(length * 2, STEP), mostBytes));
      length++;
    } else {
      const read = readSync(descriptor, bytes, length, bytes.length - length, length);
      if (read === 0) return bytes.subarray(0, length);
      length += read;
    }
  }
}

function refuseSpecial(stats: { isFile(): boolean }): void {
  if (!stats.isFile()) throw new ForeignFileError('ESPECIAL', 'it is no regular file');
}

function tooLarge(mostBytes: number): ForeignFileError {
  return new ForeignFileError('ETOOLARGE', `it is larger than ${mostBytes} bytes`);
}
