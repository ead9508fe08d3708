// Our files of lines, read a megabyte at a time: what they take of memory is that of a block or of the longest
// line, whatever the size of the file.
import type { FileHandle } from 'node:fs/promises';

export const blockBytes = 1024 * 1024;

/** The file holds what no run of ours writes; the message says what. */
export class UnwrittenError extends Error {}

/**
 * Blocks of whole lines; behind a long line's end less than another block follows in its own. A block is overwritten
 * by the next one.
 * @param mostBytes of one line
 * @param range bytes of the file; all of it by default
 * @throws {UnwrittenError} for a longer line, and for bytes of zero, of which a sparse file has any number
 */
export async function* lineBlocks(
  handle: FileHandle,
  mostBytes: number,
  { from = 0, bytes = Number.POSITIVE_INFINITY }: { from?: number; bytes?: number } = {},
): AsyncGenerator<Buffer> {
  let buffer = Buffer.allocUnsafe(2 * blockBytes);
  let rest = 0;
  for (let position = from; ; ) {
    if (rest > mostBytes) throw new UnwrittenError('a line without end');
    if (buffer.length - rest < blockBytes) buffer = grown(buffer, rest);
    const step = Math.min(blockBytes, from + bytes - position);
    const { bytesRead } = await handle.read(buffer, rest, step, position);
    const filled = rest + bytesRead;
    const read = buffer.subarray(rest, filled);
    if (read.includes(0)) throw new UnwrittenError('bytes of zero');
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

/** Twice the memory, so that a long line is copied a few times only. */
function grown(buffer: Buffer, used: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(buffer.length * 2);
  buffer.copy(larger, 0, 0, used);
  return larger;
}
