// Reads a part of a file that must be there.
import type { FileHandle } from 'node:fs/promises';

/** @returns false when the file ends before `into` is full */
export async function readWhole(handle: FileHandle, position: number, into: Buffer): Promise<boolean> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}
