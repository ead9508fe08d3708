// Text as every store takes it: PostgreSQL refuses U+0000 and halves of surrogate pairs, for a whole transaction.

const unstorable = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

// Written as UTF-8 and read again, each half has become U+FFFD.
/** The text with U+FFFD in place of what stores refuse; the same text where there is nothing. */
export function storable(text: string): string {
  return unstorable.test(text) ? Buffer.from(text).toString().replaceAll('\0', '\ufffd') : text;
}
