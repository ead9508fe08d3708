// Reads what a server answers up to a bound: an answer without an end must not fill the memory.

/** @returns the first `most` bytes at most, and whether they are all; the rest isn't read, its connection ends */
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
