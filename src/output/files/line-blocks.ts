// Reads our files of lines, a megabyte at a time. Memory is bounded by one block or the longest line, for
// a file of any size.
import type { FileHandle } from 'node:fs/promises';

export const blockBytes = 1024 * 1024;

/** The file holds bytes that embed never writes; the message says what. */
export class UnwrittenError extends Error {}

/**
 * Yields blocks of whole lines. The next block overwrites the memory of this one. After a long line, its block holds
 * less than one more block of other lines.
 * @param mostBytes max bytes of one line
 * @param range bytes of the file; all of it by default
 * @throws {UnwrittenError} for a longer line, and for zero bytes: a sparse file could hold any number of them
 */
export async function* lineBlocks(
  handle: FileHandle,
  mostBytes: number,
  { from = 0, bytes = Number.POSITIVE_INFINITY }: { from?: number; bytes?: number } = {},
): AsyncGenerator<Buffer> {
  // A short range needs no more than itself.
  let buffer = Buffer.allocUnsafe(Math.min(2 * blockBytes, bytes + 1));
  let rest = 0;
  for (let position = from; ; ) {
    if (rest > mostBytes) throw new UnwrittenError('a line without end');
    const step = Math.min(blockBytes, from + bytes - position);
    if (buffer.length - rest < step) buffer = grown(buffer, rest);
    const { bytesRead } = step === 0 ? { bytesRead: 0 } : await handle.read(buffer, rest, step, position);
    const filled = rest + bytesRead;
    const read = buffer.subarray(rest, filled);
    if (read.includes(0)) throw new UnwrittenError('zero bytes');
    position += bytesRead;
    const last = read.lastIndexOf(10);
    const end = bytesRead === 0 ? filled : last === -1 ? 0 : rest + last + 1;
    if (end > 0) yield buffer.subarray(0, end);
    rest = filled - end;
    if (end > 0 && buffer.length > 2 * blockBytes && rest <= blockBytes) {
      buffer = Buffer.concat([buffer.subarray(end, filled)], 2 * blockBytes);
    } else {
      buffer.copyWithin(0, end, filled);
    }
    if (bytesRead === 0) return;
  }
}

/** Doubles the memory, so that a long line is copied a few times only. */
function grown(buffer: Buffer, used: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(buffer.length * 2);
  buffer.copy(larger, 0, 0, used);
  return larger;
}
