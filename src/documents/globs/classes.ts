// The classes of a pattern: `[abc]`, `[a-z]`, `[!x]`, `[[:alpha:]]`.

/** Characters of a class as ranges of UTF-16 code units. It never matches a slash. */
export interface CharClass {
  readonly ranges: readonly (readonly [number, number])[];
  readonly isNegated: boolean;
}

export interface FoundClass {
  class: CharClass;
  literal: string | undefined;
  /** Index after the closing bracket. */
  end: number;
}

const posixClasses: { [name: string]: string } = {
  alnum: 'azAZ09',
  alpha: 'azAZ',
  ascii: '\x00\x7f',
  blank: '  \t\t',
  cntrl: '\x00\x1f\x7f\x7f',
  digit: '09',
  graph: '!~',
  lower: 'az',
  print: ' ~',
  punct: '!/:@[`{~',
  space: '\t\r  ',
  upper: 'AZ',
  word: 'azAZ09__',
  xdigit: 'afAF09',
};

/** The class that opens at `open`; undefined when nothing closes it. */
export function classAt(pattern: string, open: number): FoundClass | undefined {
  const isNegated = pattern[open + 1] === '!' || pattern[open + 1] === '^';
  const first = open + (isNegated ? 2 : 1);
  const ranges: (readonly [number, number])[] = [];
  let at = first;
  for (; at < pattern.length; at++) {
    if (pattern[at] === ']' && at > first) break;
    const named = pattern[at] === '[' ? /^\[:(\w{1,8}):\]/.exec(pattern.slice(at, at + 12)) : null;
    const known = named && posixClasses[named[1]!];
    if (known) {
      for (let i = 0; i < known.length; i += 2) ranges.push([known.charCodeAt(i), known.charCodeAt(i + 1)]);
      at += named[0].length - 1;
      continue;
    }
    if (pattern[at] === '\\' && at + 1 < pattern.length) at++;
    const low = pattern.charCodeAt(at);
    const isRange = pattern[at + 1] === '-' && at + 2 < pattern.length && pattern[at + 2] !== ']';
    if (isRange) at += pattern[at + 2] === '\\' && at + 3 < pattern.length ? 3 : 2;
    ranges.push([low, isRange ? pattern.charCodeAt(at) : low]);
  }
  if (at >= pattern.length) return undefined;
  // A reversed range, such as `[z-a]`, matches nothing.
  const isWrong = ranges.some(([low, high]) => low > high);
  const text = pattern.slice(open, at + 1);
  const isPlain = !isNegated && !/[-*+?.^${}(|)[\]\\]/.test(text.slice(1, -1));
  return {
    class: isWrong ? { ranges: [], isNegated: false } : { ranges, isNegated },
    literal: isPlain ? text : undefined,
    end: at + 1,
  };
}

export function isIn({ ranges, isNegated }: CharClass, code: number): boolean {
  if (code === slashCode) return false;
  for (const [low, high] of ranges) if (code >= low && code <= high) return !isNegated;
  return isNegated;
}

const slashCode = 47;
