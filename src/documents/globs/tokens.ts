// A glob pattern → its tokens. Characters without a meaning (an unclosed bracket or brace, a comma outside of braces)
// stand for themselves, as in a shell.
import { UsageError } from '../../errors.js';
import { type CharClass, classAt } from './classes.js';

export type Token =
  | { kind: 'char'; code: number }
  | { kind: 'slash' }
  /** `?` */
  | { kind: 'any' }
  /** `*` */
  | { kind: 'star' }
  /** `**`, alone in its place. */
  | { kind: 'globstar' }
  /** `[…]`; `literal` is its own text, which may be meant as well: `[id].tsx`. */
  | { kind: 'class'; class: CharClass; literal: string | undefined }
  /** `{`, `,` and `}` of alternatives. */
  | { kind: 'open' | 'comma' | 'close' };

/** The longest pattern, in characters: as long as a path can be. */
const maxPatternLength = 4096;
/** Max numbers of one `{1..9}`. */
const maxNumbers = 1000;

/** @throws {UsageError} for a pattern that is longer than 4096 characters, or an extended glob */
export function tokensOf(pattern: string, flag: string): Token[] {
  if (pattern.length > maxPatternLength) {
    throw new UsageError(
      `${flag} takes patterns of at most ${maxPatternLength} characters: split it into several.`,
    );
  }
  refuseExtended(pattern, flag);
  return withoutRepeats(withAlternatives(read(pattern, flag)));
}

/** Whether a text is a pattern, rather than a name. */
export function isPattern(text: string): boolean {
  if (/[*?\\]|[!+@]\(/.test(text)) return true;
  return within(text, '[', ']') !== undefined || /,|\.\./.test(within(text, '{', '}') ?? '');
}

/** What stands between the first of one character and the last of another; undefined without such a pair. */
function within(text: string, open: string, close: string): string | undefined {
  const start = text.indexOf(open);
  const end = text.lastIndexOf(close);
  return start < 0 || end < start ? undefined : text.slice(start + 1, end);
}

/** Extended globs repeat groups, which would make matching slow, and few people know them. */
function refuseExtended(pattern: string, flag: string): void {
  const plain = pattern.replace(/\\./gs, '__');
  const found = /[?*+@!]\(/.exec(plain) ?? /\([^()|]*\|/.exec(plain);
  if (found === null) return;
  throw new UsageError(
    `${flag} ${JSON.stringify(pattern)} is an extended glob, which is not supported: use * ** ? [a-z] {a,b}, ` +
      'or several patterns.',
  );
}

function read(pattern: string, flag: string): Token[] {
  const tokens: Token[] = [];
  const lastBracket = pattern.lastIndexOf(']');
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    const token = simple(char);
    if (token !== undefined) tokens.push(token);
    else if (char === '*') {
      let end = at + 1;
      while (pattern[end] === '*') end++;
      tokens.push({ kind: end - at === 2 ? 'globstar' : 'star' });
      at = end - 1;
    } else if (char === '[' && lastBracket > at) {
      const found = classAt(pattern, at);
      tokens.push(found ? { kind: 'class', ...found } : charToken(char));
      if (found) at = found.end - 1;
    } else if (char === '{') {
      const range = /^\{(-?\w+)\.\.(-?\w+)(?:\.\.(-?\d+))?\}/.exec(pattern.slice(at, at + 64));
      const values = range && rangeOf(range, flag);
      if (!values) tokens.push({ kind: 'open' });
      else {
        tokens.push(...alternatives(values));
        at += range[0].length - 1;
      }
    } else if (char === '\\' && at + 1 < pattern.length) {
      at++;
      tokens.push(pattern[at] === '/' ? { kind: 'slash' } : charToken(pattern[at]!));
    } else tokens.push(charToken(char));
  }
  return tokens;
}

function simple(char: string): Token | undefined {
  switch (char) {
    case '/':
      return { kind: 'slash' };
    case '?':
      return { kind: 'any' };
    case ',':
      return { kind: 'comma' };
    case '}':
      return { kind: 'close' };
    default:
      return undefined;
  }
}

function charToken(char: string): Token {
  return { kind: 'char', code: char.charCodeAt(0) };
}

/** The values of `{1..9}`, `{01..12}`, `{0..10..5}` or `{a..f}`; undefined for what is no range. */
function rangeOf([, from, to, step]: RegExpExecArray, flag: string): string[] | undefined {
  const isNumeric = /^-?\d+$/.test(from!) && /^-?\d+$/.test(to!);
  if (!isNumeric && (from!.length !== 1 || to!.length !== 1)) return undefined;
  const ends = isNumeric ? [Number(from), Number(to)] : [from!.charCodeAt(0), to!.charCodeAt(0)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const by = Math.max(1, Math.abs(Number(step ?? 1)));
  if ((high - low) / by >= maxNumbers) {
    throw new UsageError(`${flag}: a range like {1..9} has at most ${maxNumbers} values; use * instead.`);
  }
  const width = [from!, to!].some((end) => /^-?0\d/.test(end)) ? Math.max(from!.length, to!.length) : 0;
  const values: string[] = [];
  for (let value = low; value <= high; value += by) {
    const digits = String(Math.abs(value)).padStart(width - (value < 0 ? 1 : 0), '0');
    values.push(isNumeric ? `${value < 0 ? '-' : ''}${digits}` : String.fromCharCode(value));
  }
  return values;
}

function alternatives(values: readonly string[]): Token[] {
  const tokens = values.flatMap((value): Token[] => [{ kind: 'comma' }, ...[...value].map(charToken)]);
  return [{ kind: 'open' }, ...tokens.slice(1), { kind: 'close' }];
}

/** Turns `{`, `,` and `}` into plain characters, unless they form a choice together. */
function withAlternatives(tokens: Token[]): Token[] {
  const isReal = new Set<number>();
  const open: number[][] = [];
  for (const [at, { kind }] of tokens.entries()) {
    if (kind === 'open') open.push([at]);
    else if (kind === 'comma') open.at(-1)?.push(at);
    else if (kind === 'close') {
      const group = open.pop();
      if (group !== undefined && group.length > 1) for (const place of [...group, at]) isReal.add(place);
    }
  }
  const texts = { open: '{', comma: ',', close: '}' };
  return tokens.map((token, at) => {
    const isMark = token.kind === 'open' || token.kind === 'comma' || token.kind === 'close';
    return isMark && !isReal.has(at) ? charToken(texts[token.kind]) : token;
  });
}

/** Several globstars in a row mean the same as one. */
function withoutRepeats(tokens: Token[]): Token[] {
  const kept: Token[] = [];
  for (const [at, token] of tokens.entries()) {
    const isWhole = isBorder(tokens[at + 1]) && isBorder(kept.at(-3));
    const follows = kept.at(-1)?.kind === 'slash' && kept.at(-2)?.kind === 'globstar';
    if (token.kind === 'globstar' && isWhole && follows) kept.pop();
    else kept.push(token);
  }
  return kept;
}

function isBorder(token: Token | undefined): boolean {
  return token === undefined || token.kind === 'slash';
}
