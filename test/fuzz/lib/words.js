// Words of a stranger: escape sequences, line breaks, bidirectional controls, and lines that pose as ours.

/** Begins a line only where a foreign line break was printed raw. */
export const forged = 'FORGED';

const parts = [
  '\x1b[2J',
  '\x1b]0;title\x07',
  '\x9b31m',
  '\x85',
  '\x7f',
  '\x08\x08',
  `\r${forged}`,
  `\n${forged}`,
  `\n::error::${forged}`,
  `\u2028${forged}`,
  `\u2029${forged}`,
  '\u202e',
  '\u2066',
  '\u200f',
  '\u061c',
  '$(touch planted)',
  '`touch planted`',
  '"',
  "'",
  '\\',
  '%s%n',
  '::warning::x',
  'naïve',
  '日本',
];

/** One to four strange parts among plain letters. */
export function foreign(random) {
  let text = 'w';
  for (let left = random.int(1, 4); left > 0; left--) text += random.pick(parts) + random.hex(2);
  return text;
}

/** The same as a file's name: no slash, at most 255 bytes. */
export function foreignName(random, ending = '') {
  return `${foreign(random).slice(0, 80)}${ending}`;
}

/** The same, sometimes without end. */
export function foreignText(random) {
  return random.chance(0.2) ? foreign(random) + 'x'.repeat(random.size(4_000_000)) : foreign(random);
}
