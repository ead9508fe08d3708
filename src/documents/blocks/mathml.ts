// Formulas in MathML → one line of text, as one would type it: E=mc2, (a+b)/2.
import { oneLine } from '../../text/one-line.js';
import { grouped, raised, rooted } from './formula-text.js';

export interface MathElement {
  readonly name: string;
  /** Names and values in turn. */
  readonly attributes: readonly string[];
  readonly children: readonly (MathElement | string)[];
}

const bigOperator = /^[∏-∑∫-∳⋀-⋃⨀-⨜]$/;
const letterAtEnd = /\p{L}$/u;
const letterAtStart = /^\p{L}/u;
const wordAtEnd = /\p{L}{2}$/u;
const wordAtStart = /^\p{L}{2}/u;

/** @param formula doesn't nest more than some hundred levels */
export function mathMlText(formula: MathElement): string {
  return oneLine(one(formula));
}

function one(part: MathElement | string): string {
  if (typeof part === 'string') return part;
  const parts = part.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  const [base = '', second = '', third = ''] = parts.length <= 3 ? parts : [];
  switch (part.name.replace(/^.*:/, '')) {
    case 'mi':
    case 'mn':
    case 'mo':
    case 'ms':
      return tokenText(part);
    case 'mtext':
      return inner(part);
    case 'mspace':
      return ' ';
    case 'mfrac':
      return `${grouped(one(base))}/${grouped(one(second))}`;
    case 'msub':
    case 'munder':
      return raised(one(base), '_', one(second));
    case 'msup':
      return raised(one(base), '^', one(second));
    case 'mover':
      return over(one(base), one(second));
    case 'msubsup':
    case 'munderover':
      return limits(one(base), one(second), one(third));
    case 'msqrt':
      return rooted('', joined(parts));
    case 'mroot':
      return rooted(one(second), one(base));
    case 'mtable':
      return parts.map(one).join('; ');
    case 'mtr':
    case 'mlabeledtr':
      return parts.map(one).join(', ');
    case 'mfenced':
      return fenced(part, parts);
    case 'semantics':
      return one(base === '' ? joined(parts.slice(0, 1)) : base);
    case 'annotation':
    case 'annotation-xml':
    case 'mphantom':
      return '';
    default:
      return joined(parts);
  }
}

function inner(part: MathElement): string {
  return joined(part.children);
}

/** Words that would run into a letter beside them get a space: `sin x`. */
function joined(parts: readonly (MathElement | string)[]): string {
  let text = '';
  let end = '';
  for (const part of parts) {
    const next = one(part);
    if (next === '') continue;
    const isWord = wordAtEnd.test(end) || wordAtStart.test(next);
    if (isWord && letterAtEnd.test(end) && letterAtStart.test(next)) text += ' ';
    text += next;
    end = next.slice(-4);
  }
  return text;
}

/** Brackets, which may be others, around parts. */
function fenced(part: MathElement, parts: readonly (MathElement | string)[]): string {
  const attribute = (name: string, usual: string) => {
    const at = part.attributes.findIndex((text, i) => i % 2 === 0 && text === name);
    return at < 0 ? usual : part.attributes[at + 1]!.trim();
  };
  const separator = attribute('separators', ',')[0] ?? '';
  return `${attribute('open', '(')}${parts.map(one).join(separator)}${attribute('close', ')')}`;
}

/** Without the signs of multiplication and function application that nobody sees. */
function tokenText(part: MathElement): string {
  return inner(part)
    .trim()
    .replace(/\u2061/g, ' ')
    .replace(/[\u2062-\u2064]/g, '');
}

function limits(base: string, below: string, above: string): string {
  const text = raised(base, '_', below) + raised('', '^', above);
  // What is summed up stands apart.
  return bigOperator.test(base) ? `${text} ` : text;
}

/** An accent stands behind its letter; anything else over it is like an exponent. */
function over(base: string, text: string): string {
  return /^[\p{Lm}\p{Mn}\p{Sk}\p{Pd}^~.→‾]{1,4}$/u.test(text) ? base + text : raised(base, '^', text);
}
