// Opens the files of others: documents, ignore files, configuration. What has their name may be a pipe that
// nobody writes to, a device without an end, or become one between two looks.
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** A name that leads to something else than a file of a sane size. */
export class ForeignFileError extends Error {
  /** As the system's own errors have it. */
  readonly syscall = 'open';

  constructor(
    readonly code: 'ESPECIAL' | 'ETOOLARGE',
    message: string,
  ) {
    super(message);
  }
}

// A pipe must not be waited for, and a terminal not become ours.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Read beyond what the file system told of, to see the end. */
const STEP = 64 * 1024;

/**
 * The bytes of a regular file; links are followed.
 * @param mostBytes larger files are refused, also when they grow while they are read
 * @throws {ForeignFileError} for what is no regular file (a folder included), or too large
 * @throws the system's error when it can't be opened or read
 */
export function readForeign(path: Buffer | string, mostBytes: number): Buffer {
  // Opening alone does something with some devices, so they are looked at first, and again once open.
  refuseSpecial(statSync(path));
  const descriptor = openSync(path, FLAGS);
  try {
    const stats = fstatSync(descriptor);
    refuseSpecial(stats);
    if (stats.size > mostBytes) throw tooLarge(mostBytes);
    return readAll(descriptor, stats.size, mostBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Sizes are not believed: the files of /proc have none, others grow. */
function readAll(descriptor: number, size: number, mostBytes: number): Buffer {
  let bytes = Buffer.allocUnsafeSlow(size);
  let length = 0;
  for (;;) {
    if (length === bytes.length) {
      const more = Buffer.allocUnsafe(1);
      if (readSync(descriptor, more, 0, 1, null) === 0) return bytes;
      if (length >= mostBytes) throw tooLarge(mostBytes);
      bytes = Buffer.concat([bytes, more], Math.min(Math.max(length * 2, STEP), mostBytes));
      length++;
    } else {
      const read = readSync(descriptor, bytes, length, bytes.length - length, null);
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
