// Signs, accents and blanks that are written as several characters.

import { skipOptions } from './groups.js';

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
  const letter = /^(?:\{\\?([A-Za-z])\}|\s?\\([ij])(?![A-Za-z])\s?|\s?([A-Za-z]))/.exec(
    text.slice(at, at + 6),
  );
  if (!letter) return { shown: '', length: 0 };
  return { shown: ((letter[1] ?? letter[2] ?? letter[3])! + accent).normalize(), length: letter[0].length };
}

/** Words with the blanks that their LaTeX has at its ends, as `e.g.\ ` has. */
export function withBlanks(latex: string, words: string): string {
  const first = /^(?:\s|~|\\ )/.test(latex) ? ' ' : '';
  const last = /(?:\s|~|\\ )$/.test(latex) ? ' ' : '';
  return `${first}${words}${last}`;
}

/** What `\verb|…|` shows as it is, and the place after it; undefined for another command. */
export function verbAt(name: string, text: string, at: number): { shown: string; end: number } | undefined {
  if (name !== 'verb' && name !== 'lstinline') return undefined;
  const start = skipOptions(text, at);
  const sign = text[start] === '{' ? '}' : text[start];
  const close = sign === undefined ? -1 : text.slice(start + 1, start + 500).indexOf(sign);
  return close < 0 ? undefined : { shown: text.slice(start + 1, start + 1 + close), end: start + close + 2 };
}
