// Reads and writes sizes: 1 MB is 1,000,000 bytes and 1 MiB is 1,048,576; M alone means MiB, as in GNU's tools.
import { type Printable, printable } from './printable.js';

const unitLetters = 'kmgt';

/**
 * Bytes of `64MiB`, `1.5 gb`, `500M` or plain `4096`.
 * @returns undefined when it is not a size, or is more bytes than a number can count
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,20}(?:\.\d{1,20})?)\s*(?:([kmgt])(b|ib)?|b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, count, letter = '', ending = ''] = match;
  const base = ending.toLowerCase() === 'b' ? 1000 : 1024;
  const bytes = Math.round(Number(count) * base ** (unitLetters.indexOf(letter.toLowerCase() || '-') + 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** For reading: `0 B`, `45.9 MB`, `2.1 GB`. */
export function shownSize(bytes: number): Printable {
  if (bytes < 1000) return printable(`${bytes} B`);
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  // A value that would be rounded to 1000.0 becomes 1.0 of the next unit.
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return printable(`${value.toFixed(1)} ${units[unit]}`);
}

/** For typing: the exact number of bytes, in the largest unit that divides it: `64MiB`, `500MB`, `4097`. */
export function typedSize(bytes: number): string {
  let shortest = { count: bytes, unit: '' };
  for (const [base, ending] of [
    [1000, 'B'],
    [1024, 'iB'],
  ] as const) {
    for (const [power, letter] of [...unitLetters].entries()) {
      const count = bytes / base ** (power + 1);
      if (Number.isInteger(count) && count > 0 && count < shortest.count) {
        shortest = { count, unit: (ending === 'B' && letter === 'k' ? 'k' : letter.toUpperCase()) + ending };
      }
    }
  }
  return `${shortest.count}${shortest.unit}`;
}
