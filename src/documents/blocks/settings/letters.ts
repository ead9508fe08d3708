// Escapes of letters in the strings of settings, as people read them: `Gr\u00fc\u00dfe` is Grüße. Escapes of other signs and of
// line breaks stay, so that the lines are those of the file.

const escaped = /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{2})|(.))/g;

/** @param where `anywhere` for formats that know no quotes */
export function withLetters(text: string, where: 'double' | 'both' | 'anywhere'): string {
  if (!/\\[uUx]/.test(text)) return text;
  if (where === 'anywhere') return lettersOf(text);
  const quote = where === 'double' ? /"/g : /["']/g;
  const parts: string[] = [];
  let done = 0;
  for (let open = quote.exec(text); open; open = quote.exec(text)) {
    const { end, isClosed } = endOfString(text, open.index);
    if (isClosed) {
      parts.push(text.slice(done, open.index), lettersOf(text.slice(open.index, end)));
      done = end;
    }
    quote.lastIndex = end;
  }
  return parts.join('') + text.slice(done);
}

const special = /[\\\n"']/g;

/** The place after a string, or the end of a line on which it isn't closed. */
function endOfString(text: string, open: number): { end: number; isClosed: boolean } {
  special.lastIndex = open + 1;
  for (let found = special.exec(text); found; found = special.exec(text)) {
    const at = found.index;
    if (found[0] === '\n') return { end: at, isClosed: false };
    if (found[0] === '\\') special.lastIndex = text[at + 1] === '\n' ? at + 1 : at + 2;
    else if (found[0] === text[open]) return { end: at + 1, isClosed: true };
  }
  return { end: text.length, isClosed: false };
}

function lettersOf(text: string): string {
  if (!/\\[uUx]/.test(text)) return text;
  const pairs = text.replace(
    /\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/gi,
    (whole, high: string, low: string, at) =>
      isEscaped(text, Number(at))
        ? whole
        : String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)),
  );
  return pairs.replace(escaped, (whole, four?: string, eight?: string, two?: string) => {
    const code = Number.parseInt(four ?? eight ?? two ?? '', 16);
    if (Number.isNaN(code) || code > 0x10ffff) return whole;
    const char = String.fromCodePoint(code);
    return /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char) && char > '~' ? char : whole;
  });
}

/** True when the backslash at a place is itself escaped. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (from > 0 && text[from - 1] === '\\') from--;
  return (at - from) % 2 === 1;
}
