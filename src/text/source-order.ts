// The one order of sources: by their UTF-8 bytes.

/** Compares as `Buffer.compare` of the UTF-8 forms does, without making them. */
export function compareSources(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // UTF-16 and UTF-8 order differ only where a surrogate meets a code unit above the surrogates.
    if (x !== y) return surrogatesLast(x) - surrogatesLast(y);
  }
  return a.length - b.length;
}

function surrogatesLast(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
