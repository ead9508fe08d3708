// Conditions of roff (`.if n`, `.if 'a'b'`, `.ie \n(.g`), as a terminal that groff writes for has them.
import { unescaped } from './escapes.js';

/** What a file has defined so far. */
export interface Definitions {
  strings: ReadonlyMap<string, string>;
  macros: { has(name: string): boolean };
  /** Numbers that the file set. */
  registers: ReadonlyMap<string, number>;
}

export interface Condition {
  holds: boolean;
  /** What stands behind it. */
  rest: string;
}

/** Strings are compared between any three signs of one kind: `'a'b'`. */
const compared = /^([^\w\s\\!(+-])((?:(?!\1).)*)\1((?:(?!\1).)*)\1/;
const register = String.raw`\\n(?:\((..)|\[([^\]]{1,40})\]|([^(\[]))`;
const number = new RegExp(String.raw`^(?:(-?\d{1,9})[a-zA-Z]?|${register})`);
const operator = /^(?:==?|>=?|<=?|[-+*/%&:])/;
/** Longer conditions are no text of a person. */
const maxLength = 500;

/** The condition at the start of a line. @returns undefined where there is none */
export function conditionOf(line: string, known: Definitions): Condition | undefined {
  const signs = /^[!\s]*/.exec(line.slice(0, maxLength))![0];
  const isDenied = (signs.split('!').length - 1) % 2 === 1;
  const found = plainCondition(line.slice(signs.length, maxLength), known);
  if (!found) return undefined;
  return { holds: found.holds !== isDenied, rest: line.slice(signs.length + found.length).trimStart() };
}

function plainCondition(text: string, known: Definitions): { holds: boolean; length: number } | undefined {
  const letter = /^[nteov](?=[\s\\]|$)/.exec(text);
  // Pages are long: what is asked of odd and even ones holds for odd ones.
  if (letter) return { holds: letter[0] === 'n' || letter[0] === 'o', length: 1 };
  const name = /^([dmrcFS])[ \t]*([^\s\\]{1,60})/.exec(text);
  if (name) {
    const [whole, kind, of] = name;
    const { strings, macros, registers } = known;
    const isDefined = kind === 'd' ? strings.has(of!) || macros.has(of!) : kind === 'r' && registers.has(of!);
    return { holds: isDefined, length: whole.length };
  }
  const strings = compared.exec(text);
  if (strings) {
    const [whole, , one, other] = strings;
    return {
      holds: unescaped(one!, known.strings) === unescaped(other!, known.strings),
      length: whole.length,
    };
  }
  return numeric(text, known);
}

/** `\n(.g`, `\nX>0`, `(\nX=1):(\nY=2)`. */
function numeric(text: string, known: Definitions): { holds: boolean; length: number } | undefined {
  const found = calculation(text, known);
  if (!found) return undefined;
  // What we don't know of it ends at the next space.
  const left = /^\S*/.exec(text.slice(found.length))![0];
  const isBlock = left.startsWith('\\{');
  return { holds: found.value > 0, length: found.length + (isBlock ? 0 : left.length) };
}

/** From left to right, as roff does. */
function calculation(text: string, known: Definitions): { value: number; length: number } | undefined {
  let value: number | undefined;
  let sign = '';
  let at = 0;
  while (at < text.length) {
    const operand = operandOf(text.slice(at), known);
    if (!operand) break;
    at += operand.length;
    value = calculated(value, sign, operand.value);
    sign = operator.exec(text.slice(at))?.[0] ?? '';
    if (sign === '') break;
    at += sign.length;
  }
  return value === undefined ? undefined : { value, length: at };
}

function operandOf(text: string, known: Definitions): { value: number; length: number } | undefined {
  if (text.startsWith('(')) {
    const inner = calculation(text.slice(1), known);
    return inner && { value: inner.value, length: inner.length + (text[inner.length + 1] === ')' ? 2 : 1) };
  }
  const found = number.exec(text);
  if (!found) return undefined;
  const [whole, written, two, long, one] = found;
  const name = two ?? long ?? one;
  return { value: name === undefined ? Number(written) : registerOf(name, known), length: whole.length };
}

/** groff tells by `.g` that it is groff; what the file didn't set is 0. */
function registerOf(name: string, known: Definitions): number {
  return name === '.g' ? 1 : (known.registers.get(name) ?? 0);
}

function calculated(one: number | undefined, sign: string, other: number): number {
  if (one === undefined) return other;
  switch (sign) {
    case '=':
    case '==':
      return Number(one === other);
    case '>':
      return Number(one > other);
    case '<':
      return Number(one < other);
    case '>=':
      return Number(one >= other);
    case '<=':
      return Number(one <= other);
    case '&':
      return Number(one > 0 && other > 0);
    case ':':
      return Number(one > 0 || other > 0);
    case '-':
      return one - other;
    case '*':
      return one * other;
    case '/':
      return other === 0 ? 0 : Math.trunc(one / other);
    case '%':
      return other === 0 ? 0 : one % other;
    default:
      return one + other;
  }
}
