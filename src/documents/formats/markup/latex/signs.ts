// Signs, accents and blanks that are written as several characters.

const signs = [
  ['---', '—'],
  ['--', '–'],
  ['``', '“'],
  ["''", '”'],
] as const;

/** What is shown for the sign at a place of the text, and its length there. */
export function signAt(text: string, at: number): { shown: string; length: number } {
  const sign = signs.find(([written]) => text.startsWith(written, at));
  return sign ? { shown: sign[1], length: sign[0].length } : { shown: text[at]!, length: 1 };
}

/** The letter behind a command for an accent, with it. @param at the place after the command */
export function accented(text: string, accent: string, at: number): { shown: string; length: number } {
  const letter = /^(?:\{\\?([A-Za-z])\}|\s?\\([ij])\b|\s?([A-Za-z]))/.exec(text.slice(at, at + 6));
  if (!letter) return { shown: '', length: 0 };
  return { shown: ((letter[1] ?? letter[2] ?? letter[3])! + accent).normalize(), length: letter[0].length };
}

/** Words with the blanks that their LaTeX has at its ends, as `e.g.\ ` has. */
export function withBlanks(latex: string, words: string): string {
  const first = /^(?:\s|~|\\ )/.test(latex) ? ' ' : '';
  const last = /(?:\s|~|\\ )$/.test(latex) ? ' ' : '';
  return `${first}${words}${last}`;
}
