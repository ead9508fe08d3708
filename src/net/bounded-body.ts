// Reads a server's answer up to a limit, so that an endless answer can't fill the memory.

/** @returns up to `most` bytes, and whether these are all; if not, the connection is closed */
export async function readUpTo(
  body: AsyncIterable<Uint8Array>,
  most: number,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    parts.push(part);
    length += part.length;
    if (length > most) return { bytes: Buffer.concat(parts, length).subarray(0, most), isWhole: false };
  }
  return { bytes: Buffer.concat(parts, length), isWhole: true };
}
