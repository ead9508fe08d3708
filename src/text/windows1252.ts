// The signs that Windows-1252 has where Latin-1 has control characters: quotes, dashes, the euro. Node 20's decoder leaves
// them out.
const signs = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const controls = /[\x80-\x9f]/g;

/** A text that was decoded as Latin-1, with the signs of Windows-1252. */
export function withWindows1252(text: string): string {
  return text.replace(controls, (char) => signs[char.charCodeAt(0) - 0x80]!);
}
