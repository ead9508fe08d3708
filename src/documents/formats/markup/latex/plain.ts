// Words within LaTeX → words.
import { accents, characters } from './symbols.js';
import { withQuantities } from './units.js';

/** Words of an argument or of a formula, in one line. */
export function plain(latex: string): string {
  return (
    withQuantities(latex.replace(/(^|[^\\])%.*/g, '$1'))
      .replace(/\\(?:label|index|thanks|cite[a-z]*|ref)\*?\{[^{}]{0,200}\}/g, '')
      .replace(/\\(['"`^~=.])\s?\{?\\?([A-Za-z])\}?/g, (_, sign: string, letter: string) =>
        (letter + accents.get(sign)!).normalize(),
      )
      .replace(
        /\\[dt]?frac\s?\{([^{}]{0,300})\}\s?\{([^{}]{0,300})\}/g,
        (_, above: string, below: string) => `${part(above)}/${part(below)}`,
      )
      // Where lines of formulas are aligned.
      .replace(/(?<!\\)&/g, ' ')
      .replace(/\\([A-Za-z]{1,40})\*?( ?)/g, (_, name: string, space: string) =>
        characters.has(name)
          ? characters.get(name)! + space
          : /^(?:text|math|em|bf|it|sc|left|right|big)/i.test(name)
            ? ''
            : ' ',
      )
      .replace(/\\([%&$#_{} ])/g, '$1')
      .replace(/\\./g, ' ')
      .replace(/[{}$]/g, '')
      .replace(/---/g, '—')
      .replace(/--/g, '–')
      .replace(/``/g, '“')
      .replace(/''/g, '”')
      .replace(/[\s~]+/g, ' ')
      .trim()
  );
}

/** A part of a fraction: one sign, a word or a number needs no brackets. */
function part(formula: string): string {
  return /^\s*(?:[\p{L}\p{N}.]+|\\[A-Za-z]+)\s*$/u.test(formula) ? formula.trim() : `(${formula})`;
}
