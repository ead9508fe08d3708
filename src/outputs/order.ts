// The order of an output's documents: by the UTF-8 bytes of their sources. JavaScript compares UTF-16
// units, which puts U+FFxx behind emoji; other languages that sort the same index would disagree.

/** Negative, zero or positive, like `Buffer.compare` of the UTF-8 bytes, without encoding them. */
export function compareSources(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF: they go behind the rest of the 16-bit range. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x10000 : unit;
}
