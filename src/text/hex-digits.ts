// Reads hexadecimal digits without making texts of them: for millions of ids and sums.

/** The value of each character code below 128; 255 for none. Capitals are none, as we never write them. */
const values = new Uint8Array(128).fill(255);
for (const [value, digit] of [...'0123456789abcdef'].entries()) values[digit.charCodeAt(0)] = value;

/** Which of the 36 characters of a UUID are dashes. */
const dashes = [8, 13, 18, 23];
/** Where the first digit of each byte of a UUID is. */
const uuidPlaces = Array.from({ length: 36 }, (_, place) => place)
  .filter((place) => !dashes.includes(place))
  .filter((_, digit) => digit % 2 === 0);

/**
 * The 16 bytes of a UUID of a text's bytes, written to `into` at `at`.
 * @returns false when it isn't one in lower case, with its dashes
 */
export function readUuid(text: Uint8Array, start: number, into: Uint8Array, at: number): boolean {
  for (const dash of dashes) if (text[start + dash] !== 45) return false;
  for (let byte = 0; byte < 16; byte++) {
    const place = start + uuidPlaces[byte]!;
    const value = byteOf(text[place]!, text[place + 1]!);
    if (value < 0) return false;
    into[at + byte] = value;
  }
  return true;
}

/** The same of a text that holds nothing else, written to the beginning of `into`. */
export function readUuidText(text: string, into: Uint8Array): boolean {
  if (text.length !== 36) return false;
  for (const dash of dashes) if (text.charCodeAt(dash) !== 45) return false;
  for (let byte = 0; byte < 16; byte++) {
    const place = uuidPlaces[byte]!;
    const value = byteOf(text.charCodeAt(place), text.charCodeAt(place + 1));
    if (value < 0) return false;
    into[byte] = value;
  }
  return true;
}

/** Whether a text is the lower-case digits of these bytes, and nothing else. */
export function isHexOf(text: string, bytes: Uint8Array, from: number, count: number): boolean {
  if (text.length !== count * 2) return false;
  for (let byte = 0; byte < count; byte++) {
    if (byteOf(text.charCodeAt(byte * 2), text.charCodeAt(byte * 2 + 1)) !== bytes[from + byte]) return false;
  }
  return true;
}

/**
 * The bytes of lower-case digits, written to `into` at `at`.
 * @returns false when they are no digits
 */
export function readHex(
  text: Uint8Array,
  start: number,
  into: Uint8Array,
  at: number,
  count: number,
): boolean {
  for (let byte = 0; byte < count; byte++) {
    const value = byteOf(text[start + byte * 2]!, text[start + byte * 2 + 1]!);
    if (value < 0) return false;
    into[at + byte] = value;
  }
  return true;
}

/** -1 for what are no digits. */
function byteOf(high: number, low: number): number {
  const first = values[high] ?? 255;
  const second = values[low] ?? 255;
  return first === 255 || second === 255 ? -1 : first * 16 + second;
}
