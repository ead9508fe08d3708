// Counts what the metadata at the end of a Parquet file holds before it is parsed: each byte of a crafted one could become an
// object of some hundred bytes. It is Thrift's compact protocol, as parquet.thrift and thrift-compact-protocol.md have it.

// The types that Parquet uses.
const byte = 3;
const integers: ReadonlySet<number> = new Set([4, 5, 6]);
const double = 7;
const binary = 8;
const list = 9;
const struct = 12;

const maxLevels = 32;
const broken = new RangeError('expected metadata of Parquet');

/** What is open: a list with so many elements left, or a structure, until its end. */
interface Open {
  /** Of the elements; undefined for a structure. */
  type: number | undefined;
  left: number;
}

/**
 * How many values there are, structures and lists included.
 * @param most the counting ends there
 * @throws {RangeError} when it is no metadata, or nests too deep
 */
export function footerParts(bytes: Uint8Array, most: number): number {
  const open: Open[] = [{ type: undefined, left: 0 }];
  let at = 0;
  let parts = 1;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const next = bytes[at++];
      if (next === undefined) throw broken;
      value += (next & 127) * 2 ** shift;
      if (next < 128) return value;
    }
    throw broken;
  };
  while (open.length > 0 && parts <= most) {
    const last = open.at(-1)!;
    let { type } = last;
    if (type === undefined) {
      const head = bytes[at++];
      if (head === undefined) throw broken;
      type = head & 15;
      if (type === 0) {
        open.pop();
        continue;
      }
      // The number of the field follows where it isn't told by its distance.
      if (head < 16) number();
    } else if (last.left-- === 0) {
      open.pop();
      continue;
    } else if (type <= 2) {
      // In a list, true and false are bytes; in a structure, they are in the head.
      type = byte;
    }
    parts++;
    if (type === byte) at++;
    else if (type === double) at += 8;
    else if (integers.has(type)) number();
    else if (type === binary) {
      const length = number();
      at += length;
    } else if (type === struct) open.push({ type: undefined, left: 0 });
    else if (type === list) {
      const head = bytes[at++];
      if (head === undefined) throw broken;
      open.push({ type: head & 15, left: head >> 4 === 15 ? number() : head >> 4 });
    } else if (type > 2) throw broken;
    if (open.length > maxLevels || at > bytes.length) throw broken;
  }
  return parts;
}
